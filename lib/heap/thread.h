/* heap/thread.h -- the process's heap: start, threads, fork.
 *
 * Life of the library in a process:
 *   cold     all zero. Small blocks come from the nursery (slab/nursery.h); the first call that is not
 *            served there runs ash_heap_start(). Until the constructor has run, calls that go to
 *            the heap are served one block at a time by shard 0.
 *   armed    when the constructor has run, and libc is usable, and the nursery is closed: threads get
 *            caches at their first visit to the slow path, and the fast paths are open.
 *   disarmed (and armed again) by whoever must see every call: malloc hooks.
 * A thread that has ended its cache (destructors of others may still run) is served like a cold
 * process: correct, a little slower, and nothing is left behind. */
#ifndef ASH_HEAP_THREAD_H
#define ASH_HEAP_THREAD_H

#include "heap/cache.h"
#include "region/limit.h"

/* Before each use of the heap: maps the first memory and fills the tables, opens the fast paths, each
 * once. False without memory. Any thread, any time. */
bool ash_heap_start(void);

/* The constructor's part; shards: how many at most (0: as many as CPUs), caches: give threads
 * caches at all. */
void ash_heap_init(unsigned shards, bool caches);

/* The same; what caches hold in all is bounded by the CPUs, and by so many bytes. */
void ash_heap_bound_caches(unsigned cpus, size_t bytes);

/* At most n shards (at least 1) from now on; those that there are stay. Any thread, any time. */
void ash_heap_limit_shards(unsigned n);

/* Opens or closes the fast paths of all threads: at once, or when the heap starts. */
void ash_heap_arm(bool on);

/* The calling thread's cache, made at the first call; NULL if it has none: use shard 0. */
struct cache *ash_thread_cache(void);

/* The same for a block to be freed. A thread that has allocated nothing gets no cache for a few frees:
 * libc frees, at the very end of a thread, when nobody would flush it any more. */
struct cache *ash_thread_cache_to_free(void);

/* The cache if there is one already, else NULL. */
struct cache *ash_thread_cache_or_null(void);

/* Whether the thread may be one that counts its bytes: mostly not. */
static inline bool ash_thread_has_face(void)
{
	return unlikely(ash_cache_mine(&ash_anchor)->owner == ASH_OWNER_NONE);
}

/* The cache of a thread that does; else NULL. */
struct cache *ash_thread_counted(void);

/* One block without a cache; sh NULL: from shard 0. */
void *ash_heap_alloc_direct(struct shard *sh, unsigned class);
void ash_heap_free_direct(void *block, uint32_t entry);

/* One block from whatever shard has one. */
void *ash_heap_alloc_anywhere(unsigned class);

/* Everything that can go back goes back: of the calling thread's cache and all shards; other threads'
 * caches follow as they come by. With
 * release also free address space. Bytes that went. */
size_t ash_heap_trim(bool release);

/* Sets a limit (region/limit.h), in bytes; 0: none. What is free goes at once where more is in use. */
void ash_heap_limit(enum ash_limit which, size_t bytes);

/* The soft limit is exceeded: returns free memory, and idle pages of a few sparse slabs. False, and nothing is
 * done, where the caller has locks. */
bool ash_heap_relieve(void);

/* Figures of a size class. nmalloc - ndalloc == curregs + cached. */
struct ash_bin_stats {
	uint64_t nmalloc; /* blocks that left the slabs, for caches or callers, ever */
	uint64_t ndalloc; /* blocks that came back, ever */
	uint64_t nfills, nflushes; /* visits that fetched blocks, and that brought some */
	uint64_t nslabs, nreslabs; /* slabs made; times a used one became the one to refill from. Ever */
	size_t curregs;  /* blocks in the program's hands */
	size_t cached;   /* in caches, outboxes, parcels */
	size_t curslabs;
	size_t nonfull_slabs; /* of these, with so many free blocks that they are on the list (obs/stats.c) */
};

/* Of one shard, or of all together. */
struct ash_heap_stats {
	struct ash_bin_stats bin[ASH_CLASSES];
	size_t shards;           /* that there are */
	size_t threads;          /* with a cache */
	size_t slabs_peak;       /* the most it had; of all: the sum, not all at the same time */
	uint64_t uptime_ns;      /* of the shard, or of the first one */
	size_t purged_bytes;     /* inside slabs, ... */
	uint64_t npurge, nadvise; /* ... in so many goes and system calls */
	struct ash_lock_stats lock; /* of the shards */
};

/* id: a shard (all zero if there is none of that number), or ASH_SHARDS_MAX: all. Walks shards and caches with
 * the locks held that keep them in place. */
void ash_heap_stats(uint32_t id, struct ash_heap_stats *s);

/* The registry's lock. */
void ash_heap_lock_stats(struct ash_lock_stats *s);

/* How often realloc freed a block because it was asked for 0 bytes. Relaxed */
extern ASH_HIDDEN _Atomic size_t ash_heap_zero_reallocs;

/* How many shards there may be: the numbers below it are theirs. */
unsigned ash_heap_shards_max(void);

/* pthread_atfork handlers. */
void ash_heap_fork_prepare(void);
void ash_heap_fork_parent(void);
void ash_heap_fork_child(void);

#endif
