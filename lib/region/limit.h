/* region/limit.h -- limits on the heap's physical size.
 *
 * Physical is what may be resident because of the allocator, counted and not asked of the system:
 *
 *     units in use            whole, but for pages of slabs that were returned or never used
 *   + free dirty units        with what else is in huge pages, and mappings that are kept for the next block
 *   + blocks with mappings of their own
 *   + metadata, the nursery
 *
 * Large blocks count from their allocation on, written or not: else a limit would be broken by
 * writing, when it is too late to say no. So the figure is not below the truth, save where the kernel makes
 * huge pages without being asked, and above it by what was never written. The page map, a 16000th of the
 * heap, does not count.
 *
 * Above the soft limit free memory is kept no longer, and somebody above is told, once for each time;
 * what would go beyond the hard one is refused, after free memory was given back. The check is where
 * units are obtained, and where pages of slabs come back; without a limit it is one load there. */
#ifndef ASH_REGION_LIMIT_H
#define ASH_REGION_LIMIT_H

#include "base/base.h"

#include <stdatomic.h>

enum ash_limit { ASH_LIMIT_SOFT, ASH_LIMIT_HARD, ASH_LIMITS };
#define ASH_NO_LIMIT SIZE_MAX

typedef void ash_limit_fn(void *arg, size_t bytes, size_t limit);

extern ASH_HIDDEN struct ash_limits {
	size_t bytes[ASH_LIMITS];   /* Region lock */
	ash_limit_fn *callback;     /* the api's, with its argument; NULL: nobody is told. Region lock */
	void *arg;
	bool told;                  /* of this time that the soft one is exceeded. Region lock */
	uint32_t telling;           /* ash_lock_id() of the thread that is, else 0. Region lock */
	_Atomic bool on;            /* there is a limit. Written under the region lock, as is ... */
	_Atomic bool over;          /* ... whether the soft one was exceeded when last looked at */
	_Atomic size_t elsewhere;   /* bytes: mapped by others than chunk.c and meta.c */
	_Alignas(64) _Atomic size_t absent; /* bytes: pages of slabs that are not there. Changes with each slab, so
					     * it has its line for itself */
} ash_limits;

static inline bool ash_limits_on(void)
{
	return unlikely(atomic_load_explicit(&ash_limits.on, memory_order_relaxed));
}

/* Whether there may be something to do: at a glance. */
static inline bool ash_limit_is_over(void)
{
	return unlikely(atomic_load_explicit(&ash_limits.over, memory_order_relaxed));
}

/* ---- thread-safe, take the region lock (and release it for system calls) */

size_t ash_limit_physical(void);

/* bytes: ASH_NO_LIMIT or more than 0. What is in use already stays, whatever the limit. */
void ash_limit_set(enum ash_limit which, size_t bytes);
size_t ash_limit_get(enum ash_limit which); /* 0: none */

/* Whether so many bytes more stay below the hard limit. These make no system call. */
bool ash_limit_allows(size_t bytes);

/* The same; if they do, they count as used from now on: of what is absent, and until the taker has told that it
 * counts itself. */
bool ash_limit_claim(size_t bytes);
static inline void ash_limit_claimed(size_t bytes)
{
	if (unlikely(bytes))
		atomic_fetch_add_explicit(&ash_limits.absent, bytes, memory_order_relaxed);
}

/* Returns free memory while the soft limit is exceeded; whether it still is. */
bool ash_limit_relieve(void);

void ash_limit_set_callback(ash_limit_fn *callback, void *arg);

/* Whether it is the caller who tells that the soft limit is exceeded; then *news is whom and what, and
 * nobody else tells before ash_limit_told(). */
struct ash_limit_news {
	ash_limit_fn *callback;
	void *arg;
	size_t bytes, limit;
};
bool ash_limit_tell(struct ash_limit_news *news);
void ash_limit_told(void);

/* ---- for region/: with the region lock held, which these may release meanwhile */

/* Whether so many bytes more go beyond the hard limit. */
bool ash_limit_exceeds(size_t bytes);

/* They do: gives something back, or waits for another thread that does. False if that is in vain. */
bool ash_limit_make_room(size_t bytes);

/* Both, as long as it helps: true if they are admitted. */
bool ash_limit_admit(size_t bytes);

/* Physical has grown, or memory was freed: keeps to the soft limit. */
void ash_limit_heed(void);

void ash_limit_fork_child(void);

#endif
