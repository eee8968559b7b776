/* region/chunk.h -- runs of 64 KiB units, the only supply of user memory.
 *
 * Address space comes from the system in steps of about an eighth of the heap and is managed in
 * 2 MiB-aligned chunks of 32 units, each described by three 32-bit masks in a record outside:
 *
 *     owned  units that are ours (a small heap owns only part of a chunk)
 *     free   of these, not handed out
 *     dirty  of these, possibly still backed by pages with old content
 *
 * A run of up to 32 units lies inside one chunk: finding it is a few shifts, freeing it sets bits,
 * neighbours coalesce by themselves. The fullest chunk that fits is used first, so that sparse
 * ones empty out; in it, dirty units first, as their pages are there already. Longer runs start
 * at a chunk's base and take whole chunks plus the low end of the last one.
 *
 * Where 16 MiB and more are in use as such, chunks first used for dense units (cut into small blocks, so that
 * each page will be written) ask for huge pages, and stop asking when part of them is purged: else
 * the kernel would fill what was returned again. Other runs stay away from such chunks. They are
 * purged for the ceiling only when most of them is free, as it costs the huge page.
 *
 * All functions are thread-safe; they take the region lock (rank REGION) inside and make their
 * system calls, but for growth, outside it. Memory handed out is not in the page map: that is for
 * the layer above. */
#ifndef ASH_REGION_CHUNK_H
#define ASH_REGION_CHUNK_H

#include "os/lock.h"
#include "region/pagemap.h"

#define ASH_RUN_MAX 512 /* units: 32 MiB. Larger blocks have mappings of their own */

/* For each unit, 64 bytes for whoever uses it (slab/slab.h); kept while the unit is free. */
#define ASH_UNIT_RECORD 64

struct chunk {
	/* First, so that its address is found by arithmetic on one register. */
	_Alignas(64) unsigned char unit[ASH_CHUNK_UNITS][ASH_UNIT_RECORD];
	uintptr_t base;                /* const */
	uint32_t owned, free, dirty;   /* masks, see above. Region lock */
	uint32_t partial;              /* of the dirty units, those that were freed as partial. Region lock */
	uint32_t stamp;                /* ms, when dirty last gained a unit. Region lock */
	bool huge;                     /* has asked for huge pages. Region lock */
	bool asks;                     /* and still does. Region lock */
	bool dense;                    /* was opened for dense units. Region lock */
	bool split;                    /* had them, and parts were purged. Region lock */
	bool kept;                     /* the list it is on while dirty. Region lock */
	struct chunk *next, *prev;     /* list of its bin or span length. Region lock */
	struct chunk *older, *younger; /* dirty chunks by stamp. Region lock */
	uint32_t span;                 /* wholly free chunks in a row, at both ends. Region lock */

	/* Of memory that a program provides (region/supply.c), which uses base, the links and span of the above. The
	 * supply's lock, but for the first two. */
	struct supply *supply;         /* whose it is, NULL: nobody's. Const while any of it is used. Set by a claim */
	struct chunk *head;            /* the first one of its extent. Const while there is a supply */
	uint32_t vacant;               /* mask: free units ... */
	uint32_t soiled;               /* ... of these, possibly with old content */
	uint32_t away;                 /* mask: units whose pages are being returned, not vacant meanwhile */
	uint32_t used;                 /* in the head: units of the extent that are not vacant */
	bool refused;                  /* in the head: the hooks did not want it back, and it is all vacant still */
};

/* Maps the first memory of the process, if that has not been done; false without memory. */
bool ash_chunk_start(void);

/* A run of `units` (1 to ASH_RUN_MAX), at a multiple of align_units (a power of two, at most 32).
 * zero: its content reads as zero. *clean, if asked for, tells that nothing was written there since
 * it came from the system. NULL without memory. */
void *ash_chunk_alloc(size_t units, size_t align_units, bool zero, bool *clean);

/* The same, and what is known of the last unit's pages. */
enum ash_backed { ASH_BACKED, ASH_CLEAN, ASH_PARTIAL /* freed as such: its record is as it was then */ };
void *ash_chunk_alloc_known(size_t units, size_t align_units, bool zero, enum ash_backed *last);

/* One unit, all of whose pages will be written. *huge tells that a huge page is behind it. */
void *ash_chunk_alloc_dense(bool *clean, bool *huge);

/* Any run of allocated units, also part of one; what was taken as a dense unit. partial: the last unit lacks
 * pages, which its record tells; for statistics. */
void ash_chunk_free(void *p, size_t units);
void ash_chunk_free_partial(void *p, size_t units, bool partial);
void ash_chunk_free_dense(void *p, bool partial);

/* Whether free memory is known to be backed by pages: at a glance, it may be another's a moment later. */
bool ash_chunk_has_dirty(void);

/* Makes the record of the chunk at base, a multiple of ASH_CHUNK, the supply's. 0, -ENOMEM, or -EEXIST: there is
 * something of ours. */
int ash_chunk_claim(uintptr_t base, struct supply *sp);

/* Extends a run in place; false if what follows is taken. *last: as above, if asked for. */
bool ash_chunk_extend(void *p, size_t units, size_t new_units, bool zero, enum ash_backed *last);

/* A mapping of its own, len a multiple of the unit; has a unit record like a run. Zero, and perhaps never
 * written as a whole, if that is asked for; else it may be one that was given back a moment ago. */
void *ash_chunk_map(size_t len, size_t align, bool zero);
void ash_chunk_unmap(void *p, size_t len);
void *ash_chunk_remap(void *p, size_t len, size_t new_len);

/* Pages inside a unit in use are about to be returned by its user. */
void ash_chunk_purged_inside(uintptr_t addr);

/* Returns memory that has been free for the decay time. Cheap when there is none. */
void ash_chunk_tick(void);

/* Returns all dirty free memory; bytes that went. */
size_t ash_chunk_trim(void);

/* Gives free address space back as well, the last resort before NULL: all of it, unless that would take
 * more mappings than a process may have. Bytes that went. */
size_t ash_chunk_release(void);

/* The record of the unit around addr, NULL where no chunk of ours ever was. */
static inline void *ash_chunk_unit(uintptr_t addr)
{
	struct chunk *c = ash_pagemap_chunk(addr);
	return c ? c->unit[(addr >> ASH_UNIT_SHIFT) & (ASH_CHUNK_UNITS - 1)] : NULL;
}

enum ash_unit_state { ASH_UNIT_FOREIGN, ASH_UNIT_FREE, ASH_UNIT_USED };
enum ash_unit_state ash_chunk_state(uintptr_t addr);

struct ash_region_stats {
	size_t mapped; /* bytes of address space in chunks */
	size_t peak;   /* of it, most that was in runs or dirty at a time */
	size_t free;   /* of it, in no run */
	size_t dirty;  /* of that, possibly resident */
	size_t purges, purged_bytes;
	size_t advises; /* system calls that purged */
	size_t maps, cap;
	struct ash_lock_stats lock; /* the region's */
};
void ash_chunk_stats(struct ash_region_stats *s);

/* After how many ms free memory is returned: 0 at once, -1 never by age. */
void ash_chunk_set_decay(int32_t age_ms);
int32_t ash_chunk_decay(void);

void ash_chunk_fork_lock(void);
void ash_chunk_fork_unlock(bool child);

#endif
