/* os/lock.h -- ranked futex locks with a short bounded spin.
 *
 * They are taken for batches, never for a single cached malloc or free. A thread may take a lock
 * only of a higher rank than all it holds (checked in debug builds), so the ranks are the order
 * in which fork() takes them.
 *
 * While a thread forks it holds every lock; what other libraries' fork handlers allocate then, on
 * that same thread, passes through the locks unhindered (the forking thread owns the state). */
#ifndef ASH_OS_LOCK_H
#define ASH_OS_LOCK_H

#include "base/base.h"
#include "os/tls.h"

#include <stdatomic.h>

enum ash_rank { ASH_RANK_THREADS = 1, ASH_RANK_SHARD, ASH_RANK_REGION, ASH_RANK_META };

struct ash_lock {
	_Atomic uint32_t word; /* 0 free, 1 held, 2 held and somebody sleeps */
	uint32_t waits;        /* times it was not free at once. Guarded by the lock itself */
};

extern _Atomic uintptr_t ash_lock_forker; /* ash_tls_self() of the forking thread, else 0 */

void ash_lock_slow(struct ash_lock *l);
void ash_lock_wake(struct ash_lock *l);

static inline bool ash_lock_passes(void)
{
	uintptr_t forker = atomic_load_explicit(&ash_lock_forker, memory_order_relaxed);
	return unlikely(forker != 0) && forker == ash_tls_self();
}

static inline void ash_lock(struct ash_lock *l)
{
	if (ash_lock_passes())
		return;
	uint32_t expected = 0;
	if (unlikely(!atomic_compare_exchange_strong_explicit(
		    &l->word, &expected, 1, memory_order_acquire, memory_order_relaxed)))
		ash_lock_slow(l);
}

static inline void ash_unlock(struct ash_lock *l)
{
	if (ash_lock_passes())
		return;
	if (unlikely(atomic_exchange_explicit(&l->word, 0, memory_order_release) == 2))
		ash_lock_wake(l);
}

/* fork: begin after all locks are taken; end in the parent before they are released, in the child
 * before they are reset. */
static inline void ash_lock_fork_begin(void)
{
	atomic_store_explicit(&ash_lock_forker, ash_tls_self(), memory_order_relaxed);
}

static inline void ash_lock_fork_end(void)
{
	atomic_store_explicit(&ash_lock_forker, 0, memory_order_relaxed);
}

/* The child: no other thread exists, none can sleep on the lock. */
static inline void ash_lock_reset(struct ash_lock *l)
{
	atomic_store_explicit(&l->word, 0, memory_order_relaxed);
}

#endif
