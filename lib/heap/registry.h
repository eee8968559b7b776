/* heap/registry.h -- what the files of this layer share about the process's heap: its caches and its arenas. */
#ifndef ASH_HEAP_REGISTRY_H
#define ASH_HEAP_REGISTRY_H

#include "heap/cache.h"

struct ash_heap {
	struct ash_lock lock;    /* rank THREADS; guards all below and shard->threads */
	_Atomic bool started;    /* set once, after the tables are filled */
	_Atomic bool ready;      /* set once: started, and the nursery is closed */
	bool initialised;        /* set once, by the constructor */
	bool armed;              /* the fast paths are to be open once it has started */
	bool caches;             /* const after init: threads are given some */
	_Atomic uint32_t automatic; /* shards that threads share, the first ones. Once init is done it only sinks */
	uint32_t made_from;      /* the first number of those that programs make: caches have no outbox for any. Const
				  * after init but for a process without caches */
	_Atomic uint32_t arenas; /* these, and how many others were ever made. Only grows from the first of those on */
	struct cache *all;       /* every cache ever made: they are recycled, never freed */
	struct cache *unused;
	size_t caches_most;      /* bytes that all caches may hold; 0: no bound. Const after init */
	size_t bound;            /* caches that a thread has */
};
extern ASH_HIDDEN struct ash_heap ash_heap;

/* The next shard there is, from the i-th on; *i becomes the one behind it. NULL: that was all. */
static inline struct shard *ash_next_shard(uint32_t *i)
{
	uint32_t n = atomic_load_explicit(&ash_heap.arenas, memory_order_acquire);
	struct shard *sh = NULL;
	while (!sh && *i < n)
		sh = ash_shards[(*i)++];
	return sh;
}

/* A cache that nobody has, recycled or new; NULL without memory. Registry lock held. */
struct cache *ash_heap_take_cache(void);
void ash_heap_give_cache(struct cache *t);

#endif
