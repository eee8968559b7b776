/* os/lock.c -- see lock.h. Not inline: forty places lock, and each would grow by a hundred bytes. */
#include "os/lock.h"
#include "os/os.h"

_Atomic uintptr_t ash_lock_forker;

static bool try_lock(struct ash_lock *l, uint32_t id)
{
	uint32_t expected = 0;
	return atomic_load_explicit(&l->word, memory_order_relaxed) == 0 &&
	       atomic_compare_exchange_strong_explicit(&l->word, &expected, id,
						       memory_order_acquire, memory_order_relaxed);
}

static SLOW void lock_slow(struct ash_lock *l, uint32_t id)
{
	for (int i = 0; i < ASH_LOCK_SPINS; i++) {
		ash_pause();
		if (try_lock(l, id)) {
			l->waits++;
			return;
		}
	}
	/* From here on it is taken with the sleepers' bit set, as there may be others: one spare
	 * wake at most. */
	uint64_t from = ash_os_precise_ns();
	uint32_t sleepers = atomic_fetch_add_explicit(&l->sleepers, 1, memory_order_relaxed) + 1;
	while (!try_lock(l, id | 1)) {
		uint32_t seen = atomic_load_explicit(&l->word, memory_order_relaxed);
		if (seen && ((seen & 1) ||
			     atomic_compare_exchange_strong_explicit(&l->word, &seen, seen | 1,
								     memory_order_relaxed,
								     memory_order_relaxed)))
			ash_os_wait(&l->word, seen | 1);
	}
	atomic_fetch_sub_explicit(&l->sleepers, 1, memory_order_relaxed);
	uint64_t slept = ash_os_precise_ns() - from;
	l->waits++;
	l->sleeps++;
	l->slept_ns += slept;
	if (slept > l->longest_ns)
		l->longest_ns = slept;
	if (sleepers > l->most)
		l->most = sleepers;
}

SLOW void ash_lock_add_stats(const struct ash_lock *l, struct ash_lock_stats *s)
{
	s->taken += l->taken;
	s->sleeps += l->sleeps;
	s->spins += l->waits - l->sleeps;
	s->switches += l->switches;
	s->slept_ns += l->slept_ns;
	if (l->longest_ns > s->longest_ns)
		s->longest_ns = l->longest_ns;
	if (l->most > s->most)
		s->most = l->most;
}

#ifdef ASHLAR_DEBUG
static _Thread_local uint32_t held __attribute__((tls_model("initial-exec"))); /* bit: rank */
static bool check_ranks;
static bool forking; /* any order: the thread may have been interrupted with a lock held */

void ash_lock_check_ranks(void)
{
	check_ranks = true;
}

static void taken(const struct ash_lock *l)
{
	ASSERT(l->rank != 0);
	if (!check_ranks)
		return;
	ASSERT(forking || held >> (l->rank + 1) == 0);
	held |= 1u << l->rank;
}

static void left(const struct ash_lock *l)
{
	if (check_ranks)
		held &= ~(1u << l->rank);
}
#else
#define taken(l) ((void)0)
#define left(l) ((void)0)
#endif

static inline bool passes(void)
{
	uintptr_t forker = atomic_load_explicit(&ash_lock_forker, memory_order_relaxed);
	return unlikely(forker != 0) && forker == ash_tls_self();
}

void ash_lock(struct ash_lock *l)
{
	if (passes())
		return;
	uint32_t expected = 0, id = ash_lock_id();
	if (unlikely(!atomic_compare_exchange_strong_explicit(
		    &l->word, &expected, id, memory_order_acquire, memory_order_relaxed)))
		lock_slow(l, id);
	l->taken++;
	if (l->last != id) {
		l->last = id;
		l->switches++;
	}
	taken(l);
}

void ash_unlock(struct ash_lock *l)
{
	if (passes())
		return;
	left(l);
	if (unlikely(atomic_exchange_explicit(&l->word, 0, memory_order_release) & 1))
		ash_os_wake_one(&l->word);
}

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
		atomic_store_explicit(&l->sleepers, 0, memory_order_relaxed);
		if (!l->inherited)
			left(l);
		atomic_store_explicit(&l->word, word, memory_order_relaxed);
	} else if (!l->inherited) {
		ash_unlock(l);
	}
	l->inherited = false;
}
