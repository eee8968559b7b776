/* heap/cache.h -- a thread's cache: for each size class an array of free blocks, used as a stack.
 *
 * This header is the fast path. ash_cache_pop() and ash_cache_push() touch the anchor (shared,
 * read only), one TLS word, the cache and, in push, one page-map entry; never the block, never its
 * slab. They answer NULL or false for every reason there is to go the slow way: size too large,
 * library not armed, thread without a cache, array empty or full, block of another shard, large,
 * foreign, NULL, a block of the own shard freed twice in a row. The caller has one cold exit for all of them.
 *
 *     base[c]               top[c]
 *       v                     v
 *     [ NULL | p p p p p p p | - - - - - | ASH_STOP ]       p: free blocks, the last one freed
 *              oldest  newest                                 is the first one out
 *
 * Everything in a cache belongs to its thread; statistics read it from outside (relaxed). */
#ifndef ASH_HEAP_CACHE_H
#define ASH_HEAP_CACHE_H

#include "heap/shard.h"
#include "os/tls.h"

/* Blocks of another shard, on their way there. */
struct outbox {
	uint32_t n;
	uint32_t bytes;
	uint8_t class[ASH_BATCH];
	void *block[ASH_BATCH];
};

/* What arrays may grow to: at least the first (a burst of 64, and some), at most the second, which is for small
 * blocks. */
#define ASH_SLOTS_MIN 70
#define ASH_SLOTS_MAX 254

struct cache {
	struct ash_fast fast;
	struct shard *shard;           /* const while bound */
	void **base[ASH_CLASSES];      /* first slot of the array; NULL: none yet */
	uint16_t capacity[ASH_CLASSES];
	uint8_t misses[ASH_CLASSES];   /* refills and flushes since the array last grew */
	uint8_t active[ASH_CLASSES];   /* visited since the last look at idle classes */
	uint32_t events;               /* visits to the slow path, ever */
	uint32_t emptied_for;          /* ash_cache_empty_asked when all blocks went home last */
	uint32_t held_bytes;           /* bytes all arrays can hold beyond their first size */
	struct parcel *spare;          /* list: empty, for blocks of other shards; stays when the thread ends */
	struct cache *next;            /* registry, const; heap/thread.c */
	struct cache *next_free;       /* registry lock */
	struct face *face;             /* NULL, or what the thread's TLS word leads to instead. Stays */
	uint64_t allocated, deallocated; /* bytes, ever, if the thread counts. Read from outside by their address */
	uint64_t peak, peak_from;      /* the most of their difference since that was asked for, less ... this */
	bool counts;                   /* the thread wants to know them */
	bool bypassed;                 /* it wants no cache: the arrays are empty, and stay so */
	bool manual;                   /* const while in use: no thread's, but used by name (heap/arena.h) */
	_Atomic bool bound;            /* a thread has it ... */
	uintptr_t self;                /* ... whose ash_tls_self() this is. Registry lock */
	uint32_t noutbox;              /* const */
	struct outbox *outbox[];       /* [shard]; NULL until used */
};

/* Where a thread's every call is to come the slow way, its TLS word leads here: whatever the size, the array is
 * empty and full at once, and nothing is owned. */
struct face {
	struct ash_fast fast; /* as the anchor's empty one */
	struct cache *cache;  /* const: the thread's own */
};

FAST struct ash_fast *ash_cache_mine(struct ash_anchor *a)
{
	return (struct ash_fast *)((char *)a + ash_tls_cache());
}

/* A cached block of at least size bytes, or NULL: go slow. size 0 goes slow. */
FAST void *ash_cache_pop(size_t size)
{
	struct ash_anchor *a = ash_anchor_base();
	size_t last = size - 1;
	if (unlikely(last >= ASH_PEEK(a->small_limit)))
		return NULL;
	size_t class = __atomic_load_n(&a->class_of[last / 16], __ATOMIC_RELAXED);
	struct ash_fast *mine = ash_cache_mine(a);
	ASH_BESIDE_RESULT(mine);
	void **top = mine->top[class];
	void *block = top[-1];
	ASH_RESULT(block);
	if (likely(block != NULL)) {
		ASH_READ_AGAIN(class);
		mine->top[class]--;
	}
	return block;
}

/* Puts a block of the thread's own shard into the cache, or returns false: go slow. */
FAST bool ash_cache_push(void *block)
{
	struct ash_anchor *a = ash_anchor_base();
	uintptr_t addr = (uintptr_t)block;
	if (unlikely(addr >> ASH_LEAF_SHIFT >= ASH_PEEK(a->root_limit)))
		return false;
	/* In integers: a leaf is no part of zero_leaf, it only is at some distance from it. */
	uintptr_t index = ((uint32_t)addr & UINT32_MAX >> (32 - ASH_LEAF_SHIFT)) >> ASH_UNIT_SHIFT;
	index += (uintptr_t)a->root[addr >> ASH_LEAF_SHIFT];
	uint32_t entry = *(const uint32_t *)((uintptr_t)a->zero_leaf + index * sizeof(uint32_t));
	__asm__("" : "+r"(a) : "r"(entry)); /* the anchor's register can become the cache's */
	struct ash_fast *mine = ash_cache_mine(a);
	size_t class = entry ^ mine->owner;
	if (unlikely(class > 0xff))
		return false;
	void **top = mine->top[class];
	if (unlikely(*top == ASH_STOP || top[-1] == block))
		return false;
	*top = block;
	ASH_READ_AGAIN(class);
	mine->top[class]++;
	return true;
}

/* Refills the class's array and takes one; NULL only without memory. */
void *ash_cache_refill(struct cache *t, unsigned class);

/* Any live small block that push refused, entry its page-map entry: makes room and pushes it, or
 * sends it home. */
void ash_cache_return(struct cache *t, void *block, uint32_t entry);

/* Empties everything into the shards; arrays stay. */
void ash_cache_flush(struct cache *t);

/* How often somebody wanted all caches empty: each thread empties its own at its next visit to the slow path, as
 * nobody else may touch it. Relaxed */
extern ASH_HIDDEN _Atomic uint32_t ash_cache_empty_asked;

/* Empties the arrays; what was in them is no more. */
void ash_cache_forget(struct cache *t);

/* How much each cache may grow to hold, in bytes; no less than what they begin with. Any thread, any time: it counts
 * for growth to come. */
void ash_cache_bound(size_t bytes);

/* For a new cache: memory for n outboxes. NULL without memory. */
struct cache *ash_cache_create(uint32_t shards);
void ash_cache_bind(struct cache *t, struct shard *sh);

/* Calls count(arg, class, blocks) for what is in the cache of the blocks of a shard; ASH_SHARDS_MAX: of all.
 * Any thread. */
void ash_cache_count(const struct cache *t, uint32_t shard, void (*count)(void *arg, unsigned class, size_t blocks),
		     void *arg);

#endif
