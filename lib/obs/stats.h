/* obs/stats.h -- figures about the heap. Reads the layers below, is never called by them.
 *
 * What may be read when nobody has counted, is counted when somebody asks: the pages of slabs from their masks,
 * those of large blocks from their records, in a walk over all chunks that takes no lock (a record that changes
 * meanwhile is read as it was or as it will be). Counters come from under the locks, one after the other. So each
 * part is right in itself, and the sum of parts may be off by what other threads did meanwhile.
 *
 * Pages are taken to be there if the program was given them, and free ones if they were in use and have not been
 * returned: resident is exact for a program that writes what it asks for, and else a limit from above. What
 * may be less: blocks that were never written, among them those that a cache fetched and nobody has used; the
 * remains of a slab or of a large block that was freed with parts unwritten; a huge page where the system had
 * none. The library's own variables (.data, .bss) are not counted. */
#ifndef ASH_OBS_STATS_H
#define ASH_OBS_STATS_H

#include "heap/thread.h"
#include "slab/large.h"
#include "slab/nursery.h"

/* An arena is a shard of the heap; this one is all of them together. What all share (the nursery, large blocks,
 * free memory and its purges, metadata) is arena 0's. */
#define ASH_ARENAS_ALL ASH_SHARDS_MAX

/* Blocks of one kind, by counters. nrequests: blocks handed to caches and callers; what caches serve from
 * their stock nobody counts, so it is nmalloc. */
struct ash_kind_stats {
	size_t allocated; /* bytes in the program's hands, by usable size (large: what was asked for, in pages) */
	uint64_t nmalloc, ndalloc, nrequests, nfills, nflushes;
};

/* Locks. An arena has the first; the others are the process's, and arena 0's as well. */
enum ash_stats_lock {
	ASH_LOCK_SHARD,   /* of its bins, all together */
	ASH_LOCK_THREADS, /* registry of threads */
	ASH_LOCK_REGION,  /* free memory */
	ASH_LOCK_META,    /* metadata */
	ASH_LOCK_LARGE,   /* the list of blocks with mappings of their own */
	ASH_STATS_LOCKS
};

/* Bytes, but for those named otherwise. */
struct ash_arena_stats {
	struct ash_heap_stats heap; /* bins, threads, uptime. The nursery's blocks are in no bin, but in small */
	struct ash_lextent_stats lextent[ASH_LARGE_GROUPS];
	struct ash_kind_stats small, large;
	size_t huge_blocks;       /* of the large ones, those with mappings of their own: how many, ... */
	size_t huge_allocated;    /* ... their share of large.allocated ... */
	size_t huge_mapped;       /* ... and address space */
	size_t pactive, pdirty;   /* pages: active, and free but not returned */
	size_t active;            /* pages that blocks are in, also cached ones; nothing that was returned or never used */
	size_t dirty;             /* free memory, not returned to the system yet */
	size_t idle;              /* never used, but backed as part of a huge page */
	size_t mapped;            /* address space of what is in use, of dirty memory and of metadata */
	size_t retained;          /* address space that is free and has no pages */
	size_t base;              /* metadata, as far as it was written. A part of resident */
	size_t base_records, base_pagemap; /* its two parts */
	size_t base_mapped;       /* the same as address space */
	size_t internal;          /* metadata of arenas in user memory: none, 0 */
	size_t resident;          /* active + dirty + idle + base */
	size_t tcache_bytes;      /* of its blocks in caches and on their way between shards */
	uint64_t dirty_npurge;    /* purges, ... */
	uint64_t dirty_nmadvise;  /* ... their system calls ... */
	uint64_t dirty_purged;    /* ... and pages: of free memory, and inside slabs */
	struct ash_lock_stats lock[ASH_STATS_LOCKS];
};

/* id: 0 to ash_stats_narenas() - 1, or ASH_ARENAS_ALL. False, and all zero, if that arena has not been used
 * yet. Takes time in proportion to the heap: a millisecond for each gigabyte, some 9 KiB for the structure. */
bool ash_stats_arena(uint32_t id, struct ash_arena_stats *s);

/* Size classes that caches have room for: the first ones. */
unsigned ash_stats_cached_classes(void);

/* Arenas that there may be: their numbers are below it. */
unsigned ash_stats_narenas(void);

/* The process, in short. Bytes. */
struct ash_stats {
	size_t allocated, active, resident, mapped, retained;
	size_t metadata;          /* written, as base above */
	size_t metadata_records, metadata_pagemap; /* its two parts */
	size_t dirty, tcache_bytes;
	uint64_t npurge, nmadvise, purged; /* purges, system calls, bytes */
	uint64_t zero_reallocs;   /* realloc(p, 0) that freed p */
	size_t arenas, threads;   /* in use */
};
void ash_stats_sum(const struct ash_arena_stats *all, struct ash_stats *s);

#endif
