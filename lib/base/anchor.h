/* base/anchor.h -- the one block of process-wide state that malloc and free touch on their fast
 * paths, laid out so that a single address reaches all of it:
 *
 *     +--------------------------------------------+ <- &ash_anchor
 *     | the empty cache: what a thread without a   |    a thread's own cache is found at
 *     | cache uses; never written after start      |    &ash_anchor + <its TLS word>, so a TLS
 *     +--------------------------------------------+    word of zero means the empty cache
 *     | limits: zero until the library is armed    |
 *     | class_of[]: size -> size class             |
 *     +--------------------------------------------+
 *     | zero_leaf[]: the page map of foreign memory|    read only
 *     | root[]: 4 GiB of address space -> leaf     |    zero means zero_leaf
 *     +--------------------------------------------+
 *
 * All of it is zero at load time and valid so: with both limits zero every call goes the slow way.
 * That covers, without a test of its own on the fast path, calls that come before the library is
 * relocated or its TLS set up (IFUNC resolvers, other libraries' constructors), processes that
 * want every call to be seen (malloc hooks), and those that switched ashlar off. */
#ifndef ASH_BASE_ANCHOR_H
#define ASH_BASE_ANCHOR_H

#include "base/base.h"

#define ASH_UNIT_SHIFT 16 /* a unit, the grain of the page map: the largest page size there is */
#define ASH_UNIT ((size_t)1 << ASH_UNIT_SHIFT)
#define ASH_CLASSES 72       /* size classes; slab/sizeclass.h derives them */
#define ASH_SMALL_MAX 32768u /* bytes: the largest size class */

#if UINTPTR_MAX > UINT32_MAX
#define ASH_LEAF_SHIFT 32 /* a leaf maps 4 GiB: 65536 units */
#define ASH_ROOTS 65536   /* 48 bits of address; no hint is ever passed that could get more */
#else
#define ASH_LEAF_SHIFT 31 /* split in two, so that the shift below is defined */
#define ASH_ROOTS 2
#endif
#define ASH_LEAF_UNITS (1u << (ASH_LEAF_SHIFT - ASH_UNIT_SHIFT))

/* End of a cache's array: no pointer has this value. */
#define ASH_STOP ((void *)1)

/* The part of struct cache (heap/cache.h) that fast paths touch. top[c] points at the next free
 * slot of an array [NULL][slots ...][ASH_STOP]: NULL below means empty, ASH_STOP in the slot
 * means full, so that both ends are found in the slot that is touched anyway. */
struct ash_fast {
	void **top[ASH_CLASSES]; /* owner: the thread */
	uint32_t owner;          /* page-map entry of the owned slabs, class 0. Set at bind */
};
#define ASH_OWNER_NONE 0x7fffff00u /* no shard's: every entry is out of range */

struct ash_anchor {
	struct ash_fast empty;  /* const after ash_heap_init() */
	void *empty_slots[2];   /* const: [NULL][ASH_STOP], shared by all classes of `empty` */
	size_t small_limit;     /* sizes below it, less one, may use a cache. 0: not armed */
	uintptr_t root_limit;   /* addresses >> ASH_LEAF_SHIFT below it are looked up. 0: not armed.
				 * Both are set while other threads run; who sees them late goes slow */
	uint8_t class_of[ASH_SMALL_MAX / 16]; /* [(size - 1) / 16] -> class; slab/sizeclass.h */

	uint32_t zero_leaf[ASH_LEAF_UNITS]; /* never written */
	intptr_t root[ASH_ROOTS]; /* leaf's distance from zero_leaf, in entries. Written once each,
				   * under the region lock; read by all */
};

extern ASH_HIDDEN struct ash_anchor ash_anchor;

/* The address, in a register the compiler cannot see through: members are then reached by small
 * displacements from it instead of one address computation each. */
FAST struct ash_anchor *ash_anchor_base(void)
{
	struct ash_anchor *a = &ash_anchor;
	__asm__("" : "+r"(a));
	return a;
}

#endif
