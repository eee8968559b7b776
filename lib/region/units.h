/* region/units.h -- which units are free and which of them dirty: the masks of the chunks, and the
 * lists that find a chunk by them. For region/ alone; everything here wants the region lock.
 *
 * A chunk with free units is on exactly one list: bins[number of free units] while some unit of it
 * is used or not ours, else, wholly free, it is part of a span: a maximal row of wholly free
 * chunks, listed by its first one. A chunk with dirty units is also on one of the two dirty lists,
 * by age. While a purge runs outside the lock its units are marked neither free nor dirty, so
 * nobody can take them. */
#ifndef ASH_REGION_UNITS_H
#define ASH_REGION_UNITS_H

#include "os/conf.h"
#include "os/lock.h"
#include "region/chunk.h"
#include "region/decay.h"
#include "region/maps.h"

#define ASH_AWAY 8 /* threads that may purge or release at the same time */

struct dirty_list {
	struct chunk *oldest, *youngest;
	size_t units;
};

/* Units that some thread is returning to the system, outside the lock: a child of fork has not that
 * thread, and takes them back. */
struct away {
	struct chunk *chunk;
	uint32_t units;
	uint32_t thread; /* ash_lock_id() */
};

extern struct region {
	struct ash_lock
		lock; /* rank REGION; guards all below and every chunk's masks and links */
	struct chunk *bins[ASH_CHUNK_UNITS]; /* [n]: n free units, 1 to 31 */
	struct chunk
		*spans[ASH_CHUNK_UNITS + 1]; /* [n]: rows of n chunks; [32]: of more */
	uint32_t bins_used;                  /* bit n: bins[n] is not empty */
	uint64_t spans_used;
	struct chunk *row;   /* the first of the chunks set aside for dense units, see pages.h */
	size_t row_chunks;
	size_t huge;         /* chunks that ask for huge pages, those set aside included */
	struct dirty_list ready, kept; /* kept: huge pages, most of which are in use */
	size_t mapped, free, dirty;    /* units */
	size_t dense;                  /* units in use that were taken as dense ones */
	size_t purges, purged, maps;   /* counts; units */
	size_t advises;                /* system calls of the purges */
	size_t peak;  /* units, most that were mapped and not known to be clean */
	size_t holes; /* HOLES_MAX */
	uint32_t
		churn; /* blocks of a chunk or more that were freed, counted up to CHURN */
	bool refused;  /* the last purge, at refused_at */
	uint32_t refused_at; /* ms */
	uint32_t waits;      /* for purges of others, since one ended */
	struct kept_map maps_kept[ASH_MAPS];
	size_t kept_units; /* in them */
	size_t own_units;  /* in blocks with mappings of their own, and those that are being unmapped ... */
	size_t unmapping;  /* ... by so many threads */
	size_t backed;     /* free and clean by our books, but part of huge pages */
	struct away away[ASH_AWAY];
	struct decay decay;
} ash_region;

/* Units in use as dense ones from which on huge pages pay: 16 MiB, or the user's word. */
static inline size_t ash_units_huge_heap(void)
{
	return likely(ash_conf.thp == ASH_THP_DEFAULT) ? ((size_t)16 << 20) / ASH_UNIT
	       : ash_conf.thp == ASH_THP_ALWAYS        ? 0
						       : SIZE_MAX;
}

static inline uint32_t ash_low_bits(size_t n)
{
	return n >= 32 ? UINT32_MAX : ((uint32_t)1 << n) - 1;
}

/* Whether a huge page is there, as far as we know: then also the units that nobody has used. */
static inline bool ash_units_are_backed(const struct chunk *c)
{
	return c->huge && (c->free != UINT32_MAX || c->dirty);
}

/* These two around each change of a chunk's masks, or of what is behind it. */
void ash_units_add_backed(const struct chunk *c, size_t sign);
static inline void ash_units_uncount(const struct chunk *c)
{
	if (unlikely(ash_units_are_backed(c)))
		ash_units_add_backed(c, (size_t)-1);
}
static inline void ash_units_count(const struct chunk *c)
{
	if (unlikely(ash_units_are_backed(c)))
		ash_units_add_backed(c, 1);
}

/* Calls f for each maximal row of units in mask, until it fails; returns the units that are left.
 * The one that needs no lock. */
uint32_t ash_each_row(struct chunk *c, uint32_t mask, bool (*f)(void *, size_t));

/* Masks and lists together: the only two ways a chunk changes. Units `m` stop being free, returns
 * which of them were dirty; units `m` become free, all of them dirty since `now` or none. */
uint32_t ash_units_take(struct chunk *c, uint32_t m);
void ash_units_give(struct chunk *c, uint32_t m, bool dirty, uint32_t now);

/* A chunk with `units` (at most 32) consecutive free ones from *at on: fullest first, then a wholly
 * free one. Chunks of huge pages are for dense units: where others may leave pages unwritten, they
 * would be backed. Once there are such chunks, dense units take of others only what is dirty,
 * unless there is no `choice`. NULL if there is none. */
struct chunk *ash_units_find(
	size_t units, size_t align_units, bool dense, bool choice, unsigned *at);

/* The chunk at whose base a longer run is free. */
struct chunk *ash_units_find_long(size_t units);

/* The first of *chunks wholly free chunks in a row, for dense units; or of fewer, if there are no more, which
 * *chunks then tells. */
struct chunk *ash_units_find_row(size_t *chunks);

/* Some chunk that has free units, those with most of them first. */
struct chunk *ash_units_find_any(void);

#endif
