/* The locks: mutual exclusion, sleeping and waking, and what fork does with them. */
#include "unit.h"
#include "os/lock.h"

#include <pthread.h>

#define THREADS 4

static struct ash_lock lock = {.rank = ASH_RANK_SHARD};
static size_t counter; /* guarded by lock */

static uint32_t word_of(struct ash_lock *l)
{
	return atomic_load_explicit(&l->word, memory_order_relaxed);
}

static void run_threads(void *(*body)(void *), void *arg)
{
	pthread_t id[THREADS];
	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&id[i], NULL, body, arg) == 0);
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(id[i], NULL) == 0);
}

START_TEST(test_a_lock_names_its_holder_and_is_zero_when_free)
{
	must(word_of(&lock) == 0);
	ash_lock(&lock);
	must(word_of(&lock) == ash_lock_id());
	ash_unlock(&lock);
	must(word_of(&lock) == 0);
}
END_TEST

START_TEST(test_a_lock_id_is_even_and_not_zero)
{
	must(ash_lock_id() != 0 && (ash_lock_id() & 1) == 0);
}
END_TEST

static void *store_id(void *at)
{
	*(uint32_t *)at = ash_lock_id();
	return NULL;
}

START_TEST(test_another_thread_has_another_lock_id)
{
	uint32_t other = 0;
	pthread_t id;
	must(pthread_create(&id, NULL, store_id, &other) == 0);
	must(pthread_join(id, NULL) == 0);
	must(other != 0 && other != ash_lock_id());
}
END_TEST

#define ROUNDS 20000

static void *count(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		ash_lock(&lock);
		size_t seen = counter;
		__asm__ volatile("" : : : "memory");
		counter = seen + 1;
		ash_unlock(&lock);
	}
	return NULL;
}

START_TEST(test_one_thread_at_a_time_is_inside)
{
	run_threads(count, NULL);
	must_f(counter == THREADS * ROUNDS, "%zu", counter);
	must(word_of(&lock) == 0);
}
END_TEST

/* Sections longer than the spin: the others must sleep, and each be woken in turn. */
static void *count_slowly(void *unused)
{
	(void)unused;
	for (int i = 0; i < 20; i++) {
		ash_lock(&lock);
		size_t seen = counter;
		sleep_ms(1);
		counter = seen + 1;
		ash_unlock(&lock);
	}
	return NULL;
}

START_TEST(test_sleepers_are_woken_one_after_the_other)
{
	run_threads(count_slowly, NULL);
	must_f(counter == THREADS * 20, "%zu", counter);
	must(word_of(&lock) == 0);
	must(lock.waits > 0);
}
END_TEST

static void *lock_and_count(void *unused)
{
	(void)unused;
	ash_lock(&lock);
	counter++;
	ash_unlock(&lock);
	return NULL;
}

static void wait_for_sleeper(void)
{
	for (int i = 0; !(word_of(&lock) & 1); i++) {
		must(i < 5000);
		sleep_ms(1);
	}
}

START_TEST(test_a_waiter_marks_the_lock_sleeps_and_costs_no_time)
{
	pthread_t id;
	clockid_t clock;
	struct timespec t;
	ash_lock(&lock);
	must(pthread_create(&id, NULL, lock_and_count, NULL) == 0);
	wait_for_sleeper();
	sleep_ms(100);
	must(pthread_getcpuclockid(id, &clock) == 0 && clock_gettime(clock, &t) == 0);
	must(counter == 0);
	must_f(t.tv_sec == 0 && t.tv_nsec < 50000000, "%ld ns of CPU time", t.tv_nsec);
	ash_unlock(&lock);
	must(pthread_join(id, NULL) == 0);
	must(counter == 1 && lock.waits == 1);
}
END_TEST

START_TEST(test_sleeps_are_timed_and_sleepers_counted)
{
	struct ash_lock_stats s = {0};
	pthread_t id[3];
	ash_lock(&lock);
	for (int i = 0; i < 3; i++)
		must(pthread_create(&id[i], NULL, lock_and_count, NULL) == 0);
	for (int i = 0; atomic_load(&lock.sleepers) != 3; i++) {
		must(i < 5000);
		sleep_ms(1);
	}
	sleep_ms(30);
	ash_unlock(&lock);
	for (int i = 0; i < 3; i++)
		must(pthread_join(id[i], NULL) == 0);
	ash_lock_add_stats(&lock, &s);
	must(s.taken == 4 && s.sleeps == 3 && s.spins == 0 && s.most == 3 && lock.sleepers == 0);
	must_f(s.longest_ns >= 30000000 && s.slept_ns >= s.longest_ns && s.slept_ns <= 3 * s.longest_ns, "%llu, %llu",
		(unsigned long long)s.slept_ns, (unsigned long long)s.longest_ns);
	/* Figures of several locks: sums, but for the longest and the most. */
	ash_lock_add_stats(&lock, &s);
	must(s.taken == 8 && s.sleeps == 6 && s.most == 3 && s.longest_ns == lock.longest_ns &&
	     s.slept_ns == 2 * lock.slept_ns);
}
END_TEST

START_TEST(test_another_thread_than_before_is_a_switch)
{
	pthread_t id;
	for (int i = 0; i < 10; i++) {
		ash_lock(&lock);
		ash_unlock(&lock);
	}
	must(lock.switches == 1);
	must(pthread_create(&id, NULL, lock_and_count, NULL) == 0);
	must(pthread_join(id, NULL) == 0);
	must(lock.switches == 2);
	ash_lock(&lock);
	ash_unlock(&lock);
	must(lock.switches == 3);
}
END_TEST

START_TEST(test_waits_are_counted_only_when_there_are_any)
{
	for (int i = 0; i < 1000; i++) {
		ash_lock(&lock);
		ash_unlock(&lock);
	}
	must(lock.waits == 0);
}
END_TEST

START_TEST(test_locking_leaves_errno_alone)
{
	pthread_t id;
	errno = 1234;
	ash_lock(&lock);
	must(pthread_create(&id, NULL, lock_and_count, NULL) == 0);
	wait_for_sleeper();
	ash_unlock(&lock);
	must(errno == 1234);
	must(pthread_join(id, NULL) == 0);
}
END_TEST

/* ---- fork */

START_TEST(test_the_forking_thread_passes_what_it_holds)
{
	ash_lock_fork(&lock);
	ash_lock_fork_begin();
	ash_lock(&lock); /* a fork handler of somebody else allocates */
	ash_unlock(&lock);
	must(word_of(&lock) == ash_lock_id());
	ash_lock_fork_end();
	ash_unlock_fork(&lock, false);
	must(word_of(&lock) == 0);
}
END_TEST

START_TEST(test_other_threads_wait_until_the_fork_is_over)
{
	pthread_t id;
	ash_lock_fork(&lock);
	ash_lock_fork_begin();
	must(pthread_create(&id, NULL, lock_and_count, NULL) == 0);
	wait_for_sleeper();
	must(counter == 0);
	ash_lock_fork_end();
	ash_unlock_fork(&lock, false);
	must(pthread_join(id, NULL) == 0);
	must(counter == 1);
}
END_TEST

static _Atomic int held;

static void *hold_for_a_while(void *unused)
{
	(void)unused;
	ash_lock(&lock);
	held = 1;
	sleep_ms(50);
	counter = 7;
	ash_unlock(&lock);
	return NULL;
}

START_TEST(test_fork_waits_for_another_threads_section)
{
	pthread_t id;
	must(pthread_create(&id, NULL, hold_for_a_while, NULL) == 0);
	while (!held)
		sleep_ms(1);
	ash_lock_fork(&lock);
	must(counter == 7);
	ash_unlock_fork(&lock, false);
	must(pthread_join(id, NULL) == 0);
}
END_TEST

static void fork_as_we_do(void (*in_child)(void))
{
	int status;
	ash_lock_fork(&lock);
	ash_lock_fork_begin();
	pid_t pid = fork();
	must(pid >= 0);
	ash_lock_fork_end();
	ash_unlock_fork(&lock, pid == 0);
	if (pid == 0) {
		alarm(10);
		in_child();
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid);
	must_f(status == 0, "the child ended with %x", (unsigned)status);
}

static void lock_is_usable(void)
{
	if (word_of(&lock) != 0)
		_exit(2);
	ash_lock(&lock);
	if (word_of(&lock) != ash_lock_id())
		_exit(3);
	ash_unlock(&lock);
}

START_TEST(test_the_child_finds_the_lock_free)
{
	fork_as_we_do(lock_is_usable);
	lock_is_usable();
}
END_TEST

/* The sleeper exists in the parent only: the child must not keep its mark. */
static void *sleeper_during_fork(void *unused)
{
	return lock_and_count(unused);
}

START_TEST(test_the_child_forgets_who_slept_in_the_parent)
{
	pthread_t id;
	int status;
	ash_lock_fork(&lock);
	ash_lock_fork_begin();
	must(pthread_create(&id, NULL, sleeper_during_fork, NULL) == 0);
	wait_for_sleeper();
	pid_t pid = fork();
	must(pid >= 0);
	ash_lock_fork_end();
	ash_unlock_fork(&lock, pid == 0);
	if (pid == 0) {
		alarm(10);
		lock_is_usable();
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid && status == 0);
	must(pthread_join(id, NULL) == 0);
	must(counter == 1);
}
END_TEST

static void still_held(void)
{
	if ((word_of(&lock) & ~1u) != ash_lock_id())
		_exit(2);
	ash_unlock(&lock); /* the interrupted holder goes on */
	lock_is_usable();
}

/* A signal handler forks while its own thread is inside. */
START_TEST(test_a_lock_the_forking_thread_holds_stays_with_it_on_both_sides)
{
	ash_lock(&lock);
	fork_as_we_do(still_held);
	still_held();
}
END_TEST

START_TEST(test_an_inherited_lock_with_a_sleeper_wakes_it_in_the_parent)
{
	pthread_t id;
	ash_lock(&lock);
	must(pthread_create(&id, NULL, lock_and_count, NULL) == 0);
	wait_for_sleeper();
	fork_as_we_do(still_held);
	ash_unlock(&lock);
	must(pthread_join(id, NULL) == 0);
	must(counter == 1);
}
END_TEST

START_TEST(test_the_next_fork_does_not_remember_the_last_ones_holder)
{
	ash_lock(&lock);
	fork_as_we_do(still_held);
	ash_unlock(&lock);
	fork_as_we_do(lock_is_usable);
	lock_is_usable();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_a_lock_names_its_holder_and_is_zero_when_free,
		test_a_lock_id_is_even_and_not_zero,
		test_another_thread_has_another_lock_id,
		test_one_thread_at_a_time_is_inside,
		test_sleepers_are_woken_one_after_the_other,
		test_a_waiter_marks_the_lock_sleeps_and_costs_no_time,
		test_sleeps_are_timed_and_sleepers_counted,
		test_another_thread_than_before_is_a_switch,
		test_waits_are_counted_only_when_there_are_any,
		test_locking_leaves_errno_alone,
		test_the_forking_thread_passes_what_it_holds,
		test_other_threads_wait_until_the_fork_is_over,
		test_fork_waits_for_another_threads_section,
		test_the_child_finds_the_lock_free,
		test_the_child_forgets_who_slept_in_the_parent,
		test_a_lock_the_forking_thread_holds_stays_with_it_on_both_sides,
		test_an_inherited_lock_with_a_sleeper_wakes_it_in_the_parent,
		test_the_next_fork_does_not_remember_the_last_ones_holder,
	};

	unit_start();
	return run_tests("lock", 60, tests, ARRAY_LEN(tests));
}
