/* obs/stats.h -- figures about the heap. Reads the layers below, is never called by them. */
#ifndef ASH_OBS_STATS_H
#define ASH_OBS_STATS_H

#include "heap/thread.h"
#include "slab/large.h"
#include "slab/nursery.h"

/* All in bytes, taken under the locks one after the other: each part is consistent in itself. */
struct ash_stats {
	struct ash_heap_stats heap;
	struct ash_large_stats large;
	struct ash_region_stats region;
	struct ash_nursery_stats nursery;
	size_t small_allocated; /* in the program's hands, by class size; the nursery's as well */
	size_t small_blocks;
	size_t cached;          /* in thread caches and on their way between shards */
	size_t cached_blocks;
	size_t slab_bytes;      /* units cut into blocks */
	size_t allocated;       /* small and large, by usable size */
	size_t active;          /* units in use, large mappings included */
	size_t metadata;
	size_t mapped;          /* address space of user memory */
	size_t held;            /* of it, without blocks with mappings of their own: what is in use, or
				 * free and not returned to the system yet */
};
void ash_stats_read(struct ash_stats *s);

/* A report for people, in pieces of at most 255 bytes. */
void ash_stats_print(void (*write)(void *arg, const char *text), void *arg);

#endif
