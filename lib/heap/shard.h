/* heap/shard.h -- the owners of slabs.
 *
 * There are about as many shards as CPUs the process may use; a thread is bound to the least used
 * one and takes and returns blocks there in batches. With no more threads than CPUs each has a
 * shard to itself, and since every block goes home to its own shard, no cache line is shared by
 * accident; with thousands of threads, memory still grows with shards only, and any thread can
 * purge, count or trim what an idle one left.
 *
 * Lock: shard->lock (rank SHARD) guards everything but the inboxes. System calls, and whatever
 * takes the region lock, happen outside it. */
#ifndef ASH_HEAP_SHARD_H
#define ASH_HEAP_SHARD_H

#include "os/lock.h"
#include "slab/slab.h"

#define ASH_SHARDS_MAX 4095 /* what MALLOCX_ARENA can name, and 4096 is jemalloc's word for all of them */
#define ASH_BATCH 64 /* blocks in a parcel */

#define ASH_AUTOMATIC_MAX 256 /* of these for threads, which have an outbox for each */

/* Blocks of one class on their way home from another shard's thread: handed from cache to cache
 * whole, without a visit to the bitmaps, as long as the receiver keeps up. */
struct parcel {
	struct parcel *next;
	uint32_t n;
	void *block[ASH_BATCH];
};

struct bin {
	struct slab *held;    /* refills come from here first */
	struct slab *partial; /* list */
	struct slab *scan;    /* in it: where housekeeping goes on; NULL: at the head */
	struct parcel *ready; /* taken out of the inbox */
	_Atomic(struct parcel *) inbox; /* any thread pushes (release), lock holder empties */
	_Atomic uint32_t parked;        /* blocks in inbox and ready, free in truth but in no bitmap */
	uint32_t slabs;
	uint64_t nmalloc;  /* blocks that left the bitmaps or inbox for caches, ever */
	uint64_t ndalloc;  /* blocks that came back to the bitmaps or inbox, ever */
	uint32_t nfills, nflushes;
	uint32_t fills_seen, flushes_seen; /* by the round of the shard's bins that came here last */
	uint32_t nslabs;     /* made, ever */
	uint32_t nreslabs;   /* times a slab that had been used before became the one to refill from */
	uint32_t looked_at;  /* ms, when housekeeping last looked */
	uint16_t nempty;     /* slabs on the list without a live block */
	uint16_t extra;      /* how many of them to keep beside a last one */
	uint16_t created, dropped; /* slabs, since then */
};

enum ash_destroyed { ASH_NOT_DESTROYED, ASH_BEING_DESTROYED, ASH_DESTROYED /* waits to be used again */ };

struct shard {
	struct ash_lock lock;
	uint32_t id;      /* const: index in ash_shards */
	bool manual;      /* const: made for mallocx() and the like (heap/arena.h), no thread gets it unasked */
	_Atomic uint8_t destroyed; /* enum ash_destroyed, of a manual one. Written under the thread registry lock */
	_Atomic(struct supply *) supply; /* NULL: common memory. Written under the registry's lock and this one */
	char name[32];    /* Thread registry lock */
	uint32_t threads; /* bound to it. Thread registry lock (heap/thread.c) */
	uint32_t slabs, nempty; /* sums over the bins */
	uint32_t slabs_peak; /* the most there were */
	uint32_t grown; /* slabs of clean memory since the last round of the bins for idle pages ended ... */
	uint32_t round; /* ... and where this one is; ASH_CLASSES: none */
	size_t purged_bytes; /* by the sub-slab purger, in so many goes ... */
	uint32_t npurge, nadvise; /* ... and system calls */
	uint64_t born;       /* ash_os_now_ns() when it was made; 0: before the constructor. Const once set */
	struct slab *purging; /* list: held by threads that are returning pages of theirs */
	struct slab *full;    /* list, of a manual one: what is on no other */
	/* Parcels to be used again: whoever emptied one pushes it, whoever sends blocks here takes all. No lock. */
	_Alignas(64) _Atomic(struct parcel *) emptied;
	_Atomic uint32_t nemptied; /* about how many: a push counts first, taking starts anew */
	_Alignas(64) struct bin bin[ASH_CLASSES];
};

/* Const once set; NULL: not needed yet. Written under the thread registry lock. */
extern ASH_HIDDEN _Atomic(struct shard *) ash_shards[ASH_SHARDS_MAX];

struct shard *ash_shard_create(uint32_t id, bool manual);

/* Stores up to want blocks of a class in base[0..], the lowest address last; returns how many, 0
 * only without memory. */
size_t ash_shard_refill(struct shard *sh, unsigned class, void **base, size_t want);

/* Blocks of one class. */
struct batch {
	uint32_t class;
	uint32_t n;
	void **block;
};

/* Takes back n batches of blocks of the shard's slabs. Reports double and invalid frees. */
void ash_shard_flush(struct shard *sh, const struct batch *batches, size_t n);

/* Takes back n <= ASH_BATCH blocks of one class without the lock, if the inbox has room. *spare: the caller's
 * empty parcels, a list. */
void ash_shard_post(struct shard *sh, unsigned class, void **block, size_t n, struct parcel **spare);

/* Destroys slabs without live blocks, returns idle pages of the others. Bytes purged. */
size_t ash_shard_trim(struct shard *sh);

/* The same for the next few slabs of one class; whether it has more. */
bool ash_shard_trim_part(struct shard *sh, unsigned class);

/* Discards all blocks of a manual shard, in whose hands they may be. */
void ash_shard_reset(struct shard *sh);

/* In a child of fork: no thread but the caller is left that could be at work in the shard. */
void ash_shard_orphaned(struct shard *sh);

#endif
