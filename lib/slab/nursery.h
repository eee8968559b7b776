/* slab/nursery.h -- the first blocks of a process, of all sizes side by side.
 *
 * Slabs cost a page for each size class that is used, and records, tables and a cache besides: a
 * hundred kilobytes, where a program such as sleep(1) asks for twelve in all. So a process begins
 * with one small mapping, of 16-byte grains with two bits each outside it: taken, and first of a
 * block. As long as it is open every small request is served there, first fit, and no heap
 * exists. It closes for good when one does not fit, or when there were so many that speed matters; its
 * blocks live on, but new ones are made only when there is no other memory.
 *
 * Its addresses are not in the page map: a free of such a block meets the entry of foreign memory,
 * and comes here before it is taken for that.
 *
 * One lock, the last in rank: nothing but mmap is called with it held. */
#ifndef ASH_SLAB_NURSERY_H
#define ASH_SLAB_NURSERY_H

#include "base/base.h"

#include <stdatomic.h>

#define ASH_NURSERY ((size_t)32 << 10) /* bytes */

extern ASH_HIDDEN _Atomic bool ash_nursery_closed;

/* Until then requests may be tried here first. */
static inline bool ash_nursery_open(void)
{
	return unlikely(!atomic_load_explicit(&ash_nursery_closed, memory_order_acquire));
}

/* NULL: too large to have it here, or closed just now. Not zeroed. align: a power of two. */
void *ash_nursery_alloc(size_t size, size_t align);

/* Closed or not: there is no memory elsewhere. */
void *ash_nursery_last_resort(size_t size, size_t align);

extern ASH_HIDDEN char *ash_nursery_base; /* NULL before the first block. Set once, under the lock */

/* p is not NULL. Whoever has a block from here sees the base as well. */
static inline bool ash_nursery_contains(const void *p)
{
	uintptr_t base = (uintptr_t)__atomic_load_n(&ash_nursery_base, __ATOMIC_RELAXED);
	return base && (uintptr_t)p - base < ASH_NURSERY;
}

/* p lies there. Bytes usable at the live block p, and its end; for any other pointer the process stops
 * with a report that names `call`. */
size_t ash_nursery_size(void *p, const char *call);
void ash_nursery_free(void *p, const char *call);

struct ash_nursery_stats {
	size_t blocks, bytes; /* live, by usable size */
	size_t held;          /* bytes that have ever been used, from the start on */
	size_t mapped;
};
void ash_nursery_stats(struct ash_nursery_stats *s);

void ash_nursery_fork_lock(void);
void ash_nursery_fork_unlock(bool child);

#endif
