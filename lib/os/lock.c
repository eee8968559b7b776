/* os/lock.c -- the contended half of lock.h, and fork. */
#include "os/lock.h"
#include "os/os.h"

#define SPINS 100 /* about a microsecond: longer than most critical sections here */

_Atomic uintptr_t ash_lock_forker;

static inline void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb");
#endif
}

static bool try_lock(struct ash_lock *l, uint32_t id)
{
	uint32_t expected = 0;
	return atomic_load_explicit(&l->word, memory_order_relaxed) == 0 &&
	       atomic_compare_exchange_strong_explicit(&l->word, &expected, id,
						       memory_order_acquire, memory_order_relaxed);
}

SLOW void ash_lock_slow(struct ash_lock *l, uint32_t id)
{
	for (int i = 0; i < SPINS; i++) {
		pause_cpu();
		if (try_lock(l, id)) {
			l->waits++;
			return;
		}
	}
	/* From here on it is taken with the sleepers' bit set, as there may be others: one spare
	 * wake at most. */
	while (!try_lock(l, id | 1)) {
		uint32_t seen = atomic_load_explicit(&l->word, memory_order_relaxed);
		if (seen && ((seen & 1) ||
			     atomic_compare_exchange_strong_explicit(&l->word, &seen, seen | 1,
								     memory_order_relaxed,
								     memory_order_relaxed)))
			ash_os_wait(&l->word, seen | 1);
	}
	l->waits++;
}

SLOW void ash_lock_wake(struct ash_lock *l)
{
	ash_os_wake_one(&l->word);
}

#ifdef ASHLAR_DEBUG
static _Thread_local uint32_t held __attribute__((tls_model("initial-exec"))); /* bit: rank */
static bool check_ranks;
static bool forking; /* any order: the thread may have been interrupted with a lock held */

void ash_lock_check_ranks(void)
{
	check_ranks = true;
}

void ash_lock_taken(const struct ash_lock *l)
{
	ASSERT(l->rank != 0);
	if (!check_ranks)
		return;
	ASSERT(forking || held >> (l->rank + 1) == 0);
	held |= 1u << l->rank;
}

void ash_lock_left(const struct ash_lock *l)
{
	if (check_ranks)
		held &= ~(1u << l->rank);
}
#endif

void ash_lock_fork(struct ash_lock *l)
{
	l->inherited = ash_lock_is_mine(l);
#ifdef ASHLAR_DEBUG
	forking = true;
#endif
	if (!l->inherited)
		ash_lock(l);
#ifdef ASHLAR_DEBUG
	forking = false;
#endif
}

void ash_unlock_fork(struct ash_lock *l, bool child)
{
	uint32_t word = l->inherited ? ash_lock_id() : 0;
	if (child) { /* no other thread exists, none sleeps */
		if (!l->inherited)
			ash_lock_left(l);
		atomic_store_explicit(&l->word, word, memory_order_relaxed);
	} else if (!l->inherited) {
		ash_unlock(l);
	}
	l->inherited = false;
}
