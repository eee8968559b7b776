/* slab/large.h -- blocks above the largest size class.
 *
 * Up to 32 MiB they are runs of units; above, mappings of their own, which realloc moves with
 * mremap (glibc maps and mremaps every block of that size too, so no sandbox that runs on glibc
 * is surprised). The page map marks the first unit only. Locks, inside: the region's, and one of
 * rank HUGE for the list of mapped blocks. */
#ifndef ASH_SLAB_LARGE_H
#define ASH_SLAB_LARGE_H

#include "slab/slab.h"

/* Whose a block is. */
struct ash_owner {
	uint16_t arena;
	bool listed; /* ash_large_next() is to find its blocks: that of an arena that can be reset */
	struct supply *supply; /* NULL: of common memory */
};

/* size > 0; align a power of two. zero: the first size bytes read as zero. NULL without memory. */
void *ash_large_alloc(size_t size, size_t align, bool zero, struct ash_owner owner);

/* False if p is not (or, freed by another thread just now, no longer) a live large block. */
bool ash_large_free(void *p);

/* p: a live large block. */
size_t ash_large_size(const void *p);

/* What the size of a block for that many bytes would be. */
size_t ash_large_real_size(size_t size);

/* Resizes without copying, in place or, if it may move, by moving pages; NULL if that is not possible. zero: what it
 * grows by reads as zero. */
void *ash_large_resize(void *p, size_t size, bool may_move, bool zero);

/* The arena that the live large block p belongs to. */
unsigned ash_large_arena(const void *p);

/* The next live block of an arena whose blocks are listed, NULL: none. What to do with it is the caller's. */
void *ash_large_next(unsigned arena);

/* Groups of sizes, for statistics: 64 KiB, then four to each doubling. A block counts in the smallest group
 * that holds all of its units. */
#define ASH_LARGE_GROUPS (sizeof(void *) == 8 ? 125 : 61) /* up to half of the address space */

/* Bytes of a group; the last one holds what is larger as well. */
static inline size_t ash_large_group_bytes(unsigned group)
{
	return (size_t)(5 + (group + 3) % 4) << (13 + (group + 3) / 4);
}

/* Counters for statistics. */
struct ash_large_stats {
	size_t live, live_bytes;   /* runs, by usable size */
	size_t huge, huge_bytes;   /* own mappings, the same */
	size_t huge_peak, huge_bytes_peak;
	size_t nmalloc, ndalloc;   /* of both, ever; a block that realloc resizes counts as one of each */
};
void ash_large_stats(struct ash_large_stats *s);

/* The same counters by group. */
struct ash_lextent_stats {
	size_t nmalloc, ndalloc;
};
void ash_large_group_stats(struct ash_lextent_stats s[ASH_LARGE_GROUPS]);

/* Of a live large block, at a glance, for statistics: bytes that the program asked for, in whole pages, and
 * those that may have pages behind them: what fills its last unit may be clean, or left from the one before. */
struct ash_large_use {
	size_t asked, backed;
};
struct ash_large_use ash_large_use(const struct slab *s);

/* Whether p lies in a live large block, wherever in it. For error reports. */
bool ash_large_contains(uintptr_t p);

void ash_large_fork_lock(void);
void ash_large_fork_unlock(bool child);

#endif
