/* slab/slab.h -- a unit cut into equal blocks, and the bitmap that knows which are free.
 *
 * The record lives in the chunk's unit array, never in the unit: freeing a block does not touch
 * it, an overflow cannot reach it. A block is, seen from here, free (its bit set) or out: in some
 * thread's cache or in the program's hands.
 *
 *     free blocks == level - countdown;   no free block in the words below first
 *
 * Bits beyond the capacity are set as well: blocks are taken from the lowest bit up and never more
 * than are free, so nobody gets there, and a free of a pointer there finds the bit set, which is the
 * same test that finds a block freed twice.
 *
 * Nothing here locks: a slab belongs to a bin of a shard, and the shard's lock guards it. */
#ifndef ASH_SLAB_SLAB_H
#define ASH_SLAB_SLAB_H

#include "region/chunk.h"
#include "region/supply.h"
#include "slab/sizeclass.h"

enum unit_kind { UNIT_NONE, UNIT_SLAB, UNIT_LARGE, UNIT_HUGE, UNIT_HUGE_FREED };

/* Where a slab is, as its shard sees it. */
enum slab_state {
	SLAB_FULL,    /* no list: too few free blocks to be worth a visit */
	SLAB_PARTIAL, /* on its bin's list */
	SLAB_HELD,    /* the one a bin refills from, or one being purged: no list */
};

struct slab {
	uint64_t *bits;       /* set: free. Points at inline_bits, or to a metadata record */
	union {
		uint64_t inline_bits;
		uint64_t asked;       /* UNIT_LARGE, UNIT_HUGE: bytes, for statistics (large.c) */
	};
	struct slab *next, *prev; /* the bin's list */
	uint32_t unit;        /* address / 64 KiB. Const while in use */
	uint32_t stamp;       /* ms, when it became partial or was purged last;
			       * a slab being purged: ash_lock_id() of the thread */
	uint32_t units;       /* UNIT_LARGE: length of the run, UNIT_HUGE: of the mapping;
			       * a slab being purged: the pages about to go */
	uint32_t countdown;   /* frees until the slab changes its state */
	uint32_t first;
	uint16_t level;       /* free blocks at which that will be; ASH_LEVEL_NEVER */
	uint16_t capacity;    /* blocks. Const while in use */
	uint16_t purged;      /* bit i: page i has been returned, or was never used, and not been used since.
			       * UNIT_LARGE, UNIT_HUGE: the same of its last unit, as it was at allocation;
			       * a free unit that was freed as partial: the same */
	uint8_t class;        /* const while in use; ASH_CLASSES when the unit is no slab */
	uint8_t state;        /* enum slab_state */
	uint8_t kind;         /* enum unit_kind. Owner of the unit */
	bool in_rows;         /* its pages are asked for in rows. Const while in use */
	uint16_t arena;       /* UNIT_LARGE, UNIT_HUGE: whose it is. Const while in use */
};
#define ASH_LEVEL_NEVER UINT16_MAX /* more than any slab has */
_Static_assert(sizeof(struct slab) <= ASH_UNIT_RECORD, "a slab's record is a unit's record");

static inline struct slab *ash_slab_at(uintptr_t addr)
{
	return ash_chunk_unit(addr);
}

/* The same where the leaf is known and the address is a slab's. */
static inline struct slab *ash_slab_in(const struct ash_leaf *leaf, uintptr_t addr)
{
	struct chunk *c = leaf->chunk[ash_pagemap_index(addr) / ASH_CHUNK_UNITS];
	uintptr_t at = addr >> (ASH_UNIT_SHIFT - 6) & (ASH_CHUNK_UNITS - 1) * ASH_UNIT_RECORD;
	return (struct slab *)((char *)c->unit + at);
}

static inline unsigned ash_slab_nfree(const struct slab *s)
{
	return s->level - s->countdown;
}

static inline void ash_slab_set_level(struct slab *s, unsigned level)
{
	s->countdown += level - s->level;
	s->level = (uint16_t)level;
}

static inline char *ash_slab_base(const struct slab *s)
{
	return (char *)((uintptr_t)s->unit << ASH_UNIT_SHIFT);
}

/* A new slab, all free, entered in the page map as `entry` (its class in the low byte), of the memory that a program
 * provides, if sp is not NULL. NULL without memory. */
struct slab *ash_slab_create(uint32_t entry, struct supply *sp);

/* All blocks must be free. */
void ash_slab_destroy(struct slab *s);

/* Whatever blocks are out: they are free. */
void ash_slab_discard(struct slab *s);

struct page_row {
	char *at;
	size_t len; /* bytes */
};

/* Takes n blocks, no more than are free, in address order and stores them downwards from end[-1], so that a
 * stack filled this way hands out ascending addresses. Where these are the first in a row of pages that
 * are not there, *absent is this row, as far as the blocks go or `ahead` pages, whichever is more. */
void ash_slab_take(struct slab *s, void **end, size_t n, unsigned ahead, struct page_row *absent);

/* Marks n blocks free, from the first-th on; false, and nothing is done, if one of them is. */
bool ash_slab_free_row(struct slab *s, size_t first, size_t n);

/* The pages that hold no live or cached block and are still backed: bit i is page i. None in memory that a program
 * provides. */
uint32_t ash_slab_idle_pages(const struct slab *s);

/* Returns those pages to the system. Nobody may take blocks of the slab meanwhile. */
size_t ash_slab_purge(struct slab *s, uint32_t pages);

#endif
