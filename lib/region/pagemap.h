/* region/pagemap.h -- address -> what is there, for any address at all.
 *
 * Two levels: root[address / 4 GiB] (in the anchor) leads to a leaf; a leaf has a 4-byte entry for
 * each 64 KiB unit, and a pointer to the chunk record (chunk.h) for each 2 MiB. Entries are
 *
 *     0                          not a block of ours: foreign, or free
 *     (shard + 1) << 8 | class   a slab: its owner and its size class
 *     ASH_ENTRY_LARGE            the first unit of a large block
 *
 * so that entry ^ (own shard's value) is the class where the block is the caller's own, and out of
 * range in every other case. Foreign addresses meet zero_leaf: all zero, never written.
 *
 * Entries and leaves are written under a lock (the region's, or the owning shard's for its own
 * slabs) and read without: whoever holds a valid pointer got it after the entry was written. */
#ifndef ASH_REGION_PAGEMAP_H
#define ASH_REGION_PAGEMAP_H

#include "base/anchor.h"

#define ASH_CHUNK_SHIFT 21
#define ASH_CHUNK ((size_t)1 << ASH_CHUNK_SHIFT)
#define ASH_CHUNK_UNITS 32

#define ASH_ENTRY_LARGE UINT32_MAX
#define ASH_ENTRY_CLASS(e) ((e) & 0xff)
#define ASH_ENTRY_SHARD(e) (((e) >> 8) - 1)
#define ASH_ENTRY_OF(shard, class) (((uint32_t)(shard) + 1) << 8 | (uint32_t)(class))

struct chunk;

struct ash_leaf {
	uint32_t entry[ASH_LEAF_UNITS];
	struct chunk *chunk[ASH_LEAF_UNITS / ASH_CHUNK_UNITS]; /* region lock; never reset */
};

/* The leaf of an address; NULL if nothing of ours was ever there. */
static inline struct ash_leaf *ash_pagemap_leaf(uintptr_t addr)
{
	uintptr_t i = addr >> ASH_LEAF_SHIFT;
	if (unlikely(i >= ASH_ROOTS))
		return NULL;
	intptr_t d = __atomic_load_n(&ash_anchor.root[i], __ATOMIC_RELAXED);
	uintptr_t zero = (uintptr_t)ash_anchor.zero_leaf;
	return d ? (struct ash_leaf *)(zero + (uintptr_t)d * sizeof(uint32_t)) : NULL;
}

static inline uint32_t ash_pagemap_index(uintptr_t addr)
{
	return (uint32_t)(addr >> ASH_UNIT_SHIFT) & (ASH_LEAF_UNITS - 1);
}

/* The entry of any address. */
static inline uint32_t ash_pagemap_get(uintptr_t addr)
{
	struct ash_leaf *leaf = ash_pagemap_leaf(addr);
	if (unlikely(!leaf))
		return 0;
	return __atomic_load_n(&leaf->entry[ash_pagemap_index(addr)], __ATOMIC_RELAXED);
}

/* addr must lie in a chunk that has a record. */
static inline void ash_pagemap_set(uintptr_t addr, uint32_t entry)
{
	struct ash_leaf *leaf = ash_pagemap_leaf(addr);
	__atomic_store_n(&leaf->entry[ash_pagemap_index(addr)], entry, __ATOMIC_RELAXED);
}

/* Resets an entry; false if its value is not `expected`: somebody else was faster. */
static inline bool ash_pagemap_claim(uintptr_t addr, uint32_t expected)
{
	struct ash_leaf *leaf = ash_pagemap_leaf(addr);
	return __atomic_compare_exchange_n(&leaf->entry[ash_pagemap_index(addr)], &expected, 0,
					   false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* The record of the chunk around any address; NULL if there is none. */
static inline struct chunk *ash_pagemap_chunk(uintptr_t addr)
{
	struct ash_leaf *leaf = ash_pagemap_leaf(addr);
	return leaf ? __atomic_load_n(&leaf->chunk[ash_pagemap_index(addr) / ASH_CHUNK_UNITS],
				      __ATOMIC_RELAXED)
		    : NULL;
}

/* For statistics: the record of the first chunk of ours at or above *at, a multiple of ASH_CHUNK that is then
 * moved behind it; NULL behind the last. No lock: records and leaves stay. */
struct chunk *ash_pagemap_next_chunk(uintptr_t *at);

/* Bytes of the leaves: address space, and what is written of it. */
void ash_pagemap_leaf_bytes(size_t *mapped, size_t *used);

/* Makes sure a leaf for addr exists: in *space (zeroed, sizeof(struct ash_leaf); then reset to
 * NULL) if that is given, else in a fresh mapping. NULL without memory. Region lock held. */
struct ash_leaf *ash_pagemap_ensure(uintptr_t addr, void **space);

#endif
