/* os/lock.h -- ranked futex locks with a short bounded spin.
 *
 * They are taken for batches, never for a single cached malloc or free. A thread may take a lock
 * only of a higher rank than all it holds (--enable-debug checks it; shards have one rank, and only
 * fork takes several); the ranks are the order in which fork() takes them.
 *
 * fork() holds every lock. What other libraries' fork handlers allocate meanwhile, on the forking
 * thread, passes through the locks (that thread owns the state). A fork in a signal handler may
 * have interrupted a holder of the lock on the same thread: so a lock knows its holder, and such
 * a one is left to it, in the parent and in the child. In a process with other threads that is not
 * enough: they may hold a lower rank and wait for the one that was interrupted (glibc's malloc hangs
 * there as well). */
#ifndef ASH_OS_LOCK_H
#define ASH_OS_LOCK_H

#include "base/base.h"
#include "os/tls.h"

#include <stdatomic.h>

/* Lowest first: the control tree's figures, registry of threads, a shard, the list of huge blocks, memory that a
 * program provides, the region, metadata, the nursery. */
enum ash_rank {
	ASH_RANK_CTL = 1,
	ASH_RANK_THREADS,
	ASH_RANK_SHARD,
	ASH_RANK_HUGE,
	ASH_RANK_SUPPLY,
	ASH_RANK_REGION,
	ASH_RANK_META,
	ASH_RANK_NURSERY,
};

struct ash_lock {
	_Atomic uint32_t word; /* 0 free, else the holder's ash_lock_id(), bit 0: somebody sleeps */
	uint32_t waits;        /* times it was not free at once. Guarded by the lock itself, as is ... */
	uint64_t taken;        /* ... times it was taken, ... */
	uint32_t sleeps;       /* ... and, of the waits, those that spinning did not end */
	bool inherited;        /* fork found it held by its own thread. The forking thread's */
	uint8_t rank;          /* enum ash_rank. Const */
};

extern ASH_HIDDEN _Atomic uintptr_t ash_lock_forker; /* ash_tls_self() of the forking thread, else 0 */

#ifdef ASHLAR_DEBUG
void ash_lock_check_ranks(void); /* from now on; the constructor calls it */
#else
#define ash_lock_check_ranks() ((void)0)
#endif

/* Even and not 0; the same for two threads only if their thread pointers are a multiple of 32 GiB
 * apart, and then nothing but a fork in a signal handler is concerned. (Or less than 32 bytes: a thread
 * has more there. But no more than 4 bytes of alignment can be counted on.) */
static inline uint32_t ash_lock_id(void)
{
	return (uint32_t)(ash_tls_self() >> 4) << 1 | 2;
}

/* For statistics. */
struct ash_lock_stats {
	uint64_t taken, waits, sleeps;
};

/* Adds the lock's figures. Lock held. */
static inline void ash_lock_add_stats(const struct ash_lock *l, struct ash_lock_stats *s)
{
	s->taken += l->taken;
	s->waits += l->waits;
	s->sleeps += l->sleeps;
}

void ash_lock(struct ash_lock *l);
void ash_unlock(struct ash_lock *l);

static inline bool ash_lock_is_mine(const struct ash_lock *l)
{
	return (atomic_load_explicit(&l->word, memory_order_relaxed) & ~1u) == ash_lock_id();
}

/* fork: each lock in rank order, then begin; in the parent and the child end, then each lock. */
void ash_lock_fork(struct ash_lock *l);
void ash_unlock_fork(struct ash_lock *l, bool child);

static inline void ash_lock_fork_begin(void)
{
	atomic_store_explicit(&ash_lock_forker, ash_tls_self(), memory_order_relaxed);
}

static inline void ash_lock_fork_end(void)
{
	atomic_store_explicit(&ash_lock_forker, 0, memory_order_relaxed);
}

#endif
