/* os/lock.c -- the contended half of lock.h. */
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

SLOW void ash_lock_slow(struct ash_lock *l)
{
	for (int i = 0; i < SPINS; i++) {
		pause_cpu();
		uint32_t expected = 0;
		if (atomic_load_explicit(&l->word, memory_order_relaxed) == 0 &&
		    atomic_compare_exchange_strong_explicit(&l->word, &expected, 1,
							    memory_order_acquire,
							    memory_order_relaxed)) {
			l->waits++;
			return;
		}
	}
	/* From here on the lock is taken as 2, as others may sleep too: one spare wake at most. */
	while (atomic_exchange_explicit(&l->word, 2, memory_order_acquire) != 0)
		ash_os_wait(&l->word, 2);
	l->waits++;
}

SLOW void ash_lock_wake(struct ash_lock *l)
{
	ash_os_wake_one(&l->word);
}
