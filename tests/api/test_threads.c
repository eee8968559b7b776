/*
 * Threads: blocks travel between them, thousands come and go, and their last
 * frees come after their caches were closed. Contents are checked, and so is that
 * nothing leaks: a corruption test passes while remote frees are lost in silence.
 */
#include "support.h"

#include <dlfcn.h>
#include <pthread.h>
#include <ucontext.h>

static pthread_t spawn(void *(*body)(void *), void *arg, size_t stack)
{
	pthread_attr_t attr;
	pthread_t t;
	int error;

	pthread_attr_init(&attr);
	must(pthread_attr_setstacksize(&attr, stack) == 0);
	error = pthread_create(&t, &attr, body, arg);
	must_f(error == 0, "%s", strerror(error));
	pthread_attr_destroy(&attr);
	return t;
}

enum { STACK = 256 * 1024 };

static void run_thread(void *(*body)(void *), void *arg)
{
	pthread_join(spawn(body, arg, STACK), NULL);
}

static bool use_heap(uint64_t seed)
{
	void *p[64];
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		size_t n = (seed * 31 + i * i * 7) % 3000 + 1;

		p[i] = i % 5 == 0 ? calloc(1, n) : malloc(n);
		if (!p[i])
			return false;
		fill(p[i], 0, n, seed + i);
	}
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		ok = ok && holds(p[i], (seed * 31 + i * i * 7) % 3000 + 1, seed + i);
		free(p[i]);
	}
	return ok;
}

/* --- many threads */

static void *use_heap_once(void *arg)
{
	return use_heap((uintptr_t)arg) ? arg : NULL;
}

START_TEST(test_thousands_of_threads_one_after_another_do_not_leak)
{
	size_t rss = 0, used = 0;

	for (uintptr_t i = 1; i <= 2200; i++) {
		pthread_t t = spawn(use_heap_once, (void *)i, STACK);
		void *result;

		pthread_join(t, &result);
		must(result == (void *)i);
		if (i == 200) {
			rss = rss_now();
			used = bytes_in_use();
		}
	}
	must_f(growth(rss_now(), rss) < 4 * MIB + rss_noise(), "%zu kB", growth(rss_now(), rss) / KIB);
	must_f(growth(bytes_in_use(), used) < MIB, "%zu", growth(bytes_in_use(), used));
}
END_TEST

static pthread_barrier_t all_have_worked, main_has_looked;

static void *use_heap_and_wait(void *arg)
{
	bool ok = use_heap((uintptr_t)arg);

	pthread_barrier_wait(&all_have_worked);
	pthread_barrier_wait(&main_has_looked);
	return ok && use_heap((uintptr_t)arg + 1) ? arg : NULL;
}

START_TEST(test_hundreds_of_threads_at_once_cost_little)
{
	enum { COUNT = 500 };
	static pthread_t t[COUNT];
	size_t rss = rss_now(), used = bytes_in_use(), with_all;

	pthread_barrier_init(&all_have_worked, NULL, COUNT + 1);
	pthread_barrier_init(&main_has_looked, NULL, COUNT + 1);
	for (uintptr_t i = 0; i < COUNT; i++)
		t[i] = spawn(use_heap_and_wait, (void *)(i + 1), STACK);
	pthread_barrier_wait(&all_have_worked);
	with_all = rss_now();
	pthread_barrier_wait(&main_has_looked);
	for (uintptr_t i = 0; i < COUNT; i++) {
		void *result;

		pthread_join(t[i], &result);
		must(result == (void *)(i + 1));
	}
	/* about 100 KiB of working set each; idle ones keep 26, stack included */
	must_f(growth(with_all, rss) < COUNT * 40 * KIB + rss_noise(), "%zu kB",
		growth(with_all, rss) / KIB);
	must_f(growth(bytes_in_use(), used) < 2 * MIB, "%zu",
		growth(bytes_in_use(), used));
	malloc_trim(0);
	must_f(growth(rss_now(), rss) < 16 * MIB + rss_noise(), "%zu kB", growth(rss_now(), rss) / KIB);
}
END_TEST

/* --- a thread's last words */

static pthread_key_t early_key, late_key;

/* Runs in each of the four rounds POSIX grants: the block changes until the last. */
static void replace_block(pthread_key_t key, void *block)
{
	unsigned char *rounds = block;
	unsigned round = rounds[0];

	use_heap(round);
	free(block);
	if (round + 1 < PTHREAD_DESTRUCTOR_ITERATIONS) {
		rounds = malloc(2000);
		rounds[0] = (unsigned char)(round + 1);
		pthread_setspecific(key, rounds);
	}
}

static void replace_early(void *block)
{
	replace_block(early_key, block);
}

static void replace_late(void *block)
{
	replace_block(late_key, block);
}

static void *set_both_keys(void *unused)
{
	pthread_setspecific(early_key, calloc(1, 2000));
	pthread_setspecific(late_key, calloc(1, 2000));
	use_heap(1);
	return unused;
}

START_TEST(test_allocations_in_tsd_destructors_do_not_leak)
{
	size_t rss, used;

	must(pthread_key_create(&early_key, replace_early) == 0);
	run_thread(use_heap_once, (void *)1); /* the allocator's own key, if it has one */
	must(pthread_key_create(&late_key, replace_late) == 0);
	for (int i = 0; i < 100; i++)
		run_thread(set_both_keys, NULL);
	rss = rss_now();
	used = bytes_in_use();
	for (int i = 0; i < 3000; i++)
		run_thread(set_both_keys, NULL);
	must_f(growth(rss_now(), rss) < 4 * MIB + rss_noise(), "%zu kB", growth(rss_now(), rss) / KIB);
	must_f(growth(bytes_in_use(), used) < MIB, "%zu", growth(bytes_in_use(), used));
}
END_TEST

/* What C++ thread_local objects use; they go before the keys do. */
int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object, void *dso);
extern void *__dso_handle;

static void free_and_allocate(void *block)
{
	free(block);
	use_heap(7);
}

/* glibc frees the thread's dlerror text when every destructor is done. */
static void *leave_work_for_the_end(void *unused)
{
#ifdef __GLIBC__
	__cxa_thread_atexit_impl(free_and_allocate, malloc(3000), &__dso_handle);
#else
	free_and_allocate(malloc(3000));
#endif
	must(dlopen("/nonexistent/library.so", RTLD_NOW) == NULL);
	pthread_setspecific(early_key, calloc(1, 2000));
	return unused;
}

START_TEST(test_frees_after_all_destructors_do_not_leak)
{
	size_t rss, used;

	must(pthread_key_create(&early_key, replace_early) == 0);
	for (int i = 0; i < 100; i++)
		run_thread(leave_work_for_the_end, NULL);
	rss = rss_now();
	used = bytes_in_use();
	for (int i = 0; i < 3000; i++)
		run_thread(leave_work_for_the_end, NULL);
	must_f(growth(rss_now(), rss) < 4 * MIB + rss_noise(), "%zu kB", growth(rss_now(), rss) / KIB);
	must_f(growth(bytes_in_use(), used) < MIB, "%zu", growth(bytes_in_use(), used));
}
END_TEST

static pthread_key_t last_round_key;

/* Runs in each round of destructors; in the last one the thread allocates for the first time. */
static void allocate_in_the_last_round(void *round)
{
	uintptr_t n = (uintptr_t)round;

	if (n < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(last_round_key, (void *)(n + 1));
	else
		for (int i = 0; i < 20; i++)
			free(opaque_ptr(malloc(3000)));
}

static void *leave_work_for_the_last_round(void *unused)
{
	pthread_setspecific(last_round_key, (void *)(uintptr_t)1);
	return unused;
}

START_TEST(test_a_first_allocation_in_the_last_destructor_does_not_leak)
{
	size_t before;

	must(pthread_key_create(&last_round_key, allocate_in_the_last_round) == 0);
	for (int i = 0; i < 200; i++)
		run_thread(leave_work_for_the_last_round, NULL);
	before = rss_now();
	for (int i = 0; i < 3000; i++)
		run_thread(leave_work_for_the_last_round, NULL);
	must_f(growth(rss_now(), before) < 4 * MIB + rss_noise(), "%zu kB", growth(rss_now(), before) / 1024);
}
END_TEST

static volatile int living;

static void *end_at_once(void *unused)
{
	usleep(1000);
	__atomic_fetch_sub(&living, 1, __ATOMIC_RELAXED);
	return unused;
}

static void start_detached(int count)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	while (count) {
		if (living > 30 || pthread_create(&t, &attr, end_at_once, NULL) != 0) {
			usleep(200);
			continue;
		}
		__atomic_fetch_add(&living, 1, __ATOMIC_RELAXED);
		count--;
	}
	pthread_attr_destroy(&attr);
	while (living)
		usleep(200);
}

/* libc frees what belongs to the stacks it gives up, on threads that have nothing to do with it and
 * are past all their destructors. */
START_TEST(test_detached_threads_that_allocate_nothing_do_not_leak)
{
	size_t before;

	start_detached(200);
	before = rss_now();
	start_detached(SANITIZED ? 500 : 4000);
	must_f(growth(rss_now(), before) < MIB + rss_noise(), "%zu kB", growth(rss_now(), before) / 1024);
}
END_TEST

START_TEST(test_threads_work_when_the_keys_are_used_up)
{
	pthread_key_t key;
	size_t rss = 0;

	while (pthread_key_create(&key, NULL) == 0)
		;
	for (uintptr_t i = 1; i <= 1000; i++) {
		run_thread(use_heap_once, (void *)i);
		if (i == 100)
			rss = rss_now();
	}
	must_f(growth(rss_now(), rss) < 4 * MIB + rss_noise(), "%zu kB", growth(rss_now(), rss) / KIB);
}
END_TEST

/* --- blocks that travel */

enum { QUEUE = 512, PER_PRODUCER = 300000 };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t not_full, not_empty;
	struct {
		void *p;
		size_t n;
		uint64_t seed;
	} item[QUEUE];
	size_t head, count;
	bool closed;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER,
	.not_full = PTHREAD_COND_INITIALIZER,
	.not_empty = PTHREAD_COND_INITIALIZER};

static size_t traveller_size(uint64_t i)
{
	if (i % 1000 == 999)
		return 100 * KIB;
	if (i % 100 == 99)
		return 20000;
	return i * 2654435761u % 900 + 1;
}

static void *produce(void *arg)
{
	uint64_t base = (uintptr_t)arg * 1000000;

	for (uint64_t i = 0; i < PER_PRODUCER; i++) {
		size_t n = traveller_size(i);
		void *p = malloc(n);

		if (!p)
			return NULL;
		fill(p, 0, n, base + i);
		pthread_mutex_lock(&queue.lock);
		while (queue.count == QUEUE)
			pthread_cond_wait(&queue.not_full, &queue.lock);
		queue.item[(queue.head + queue.count) % QUEUE].p = p;
		queue.item[(queue.head + queue.count) % QUEUE].n = n;
		queue.item[(queue.head + queue.count) % QUEUE].seed = base + i;
		queue.count++;
		pthread_cond_signal(&queue.not_empty);
		pthread_mutex_unlock(&queue.lock);
	}
	return arg;
}

static void *consume(void *unused)
{
	uintptr_t good = 0;

	(void)unused;
	pthread_mutex_lock(&queue.lock);
	for (;;) {
		void *p;
		size_t n;
		uint64_t seed;

		while (queue.count == 0 && !queue.closed)
			pthread_cond_wait(&queue.not_empty, &queue.lock);
		if (queue.count == 0)
			break;
		p = queue.item[queue.head].p;
		n = queue.item[queue.head].n;
		seed = queue.item[queue.head].seed;
		queue.head = (queue.head + 1) % QUEUE;
		queue.count--;
		pthread_cond_signal(&queue.not_full);
		pthread_mutex_unlock(&queue.lock);
		if (holds(p, n, seed))
			good++;
		free(p);
		pthread_mutex_lock(&queue.lock);
	}
	pthread_mutex_unlock(&queue.lock);
	return (void *)good;
}

START_TEST(test_blocks_freed_by_consumers_arrive_whole_and_come_back)
{
	pthread_t producer[2], consumer[2];
	size_t used, rss;
	uintptr_t good = 0;
	void *result;

	use_heap(1);
	used = bytes_in_use();
	rss = rss_now();
	for (size_t i = 0; i < 2; i++) {
		producer[i] = spawn(produce, (void *)(i + 1), STACK);
		consumer[i] = spawn(consume, NULL, STACK);
	}
	for (size_t i = 0; i < 2; i++) {
		pthread_join(producer[i], &result);
		must(result == (void *)(i + 1));
	}
	pthread_mutex_lock(&queue.lock);
	queue.closed = true;
	pthread_cond_broadcast(&queue.not_empty);
	pthread_mutex_unlock(&queue.lock);
	for (size_t i = 0; i < 2; i++) {
		pthread_join(consumer[i], &result);
		good += (uintptr_t)result;
	}
	must_f(good == 2 * PER_PRODUCER, "%zu of %d", (size_t)good, 2 * PER_PRODUCER);
	must_f(growth(bytes_in_use(), used) < MIB, "%zu", growth(bytes_in_use(), used));
	malloc_trim(0);
	must_f(growth(rss_now(), rss) < 16 * MIB + rss_noise(), "%zu kB", growth(rss_now(), rss) / KIB);
}
END_TEST

/* --- a thread that only ever frees, and lives on */

enum { HANDED = 50000 };
static void *handed[HANDED];
static pthread_barrier_t handed_over, freed;

static void *only_free(void *rounds)
{
	for (uintptr_t r = 0; r < (uintptr_t)rounds; r++) {
		pthread_barrier_wait(&handed_over);
		for (int i = 0; i < HANDED; i++)
			free(handed[i]);
		pthread_barrier_wait(&freed);
	}
	pthread_barrier_wait(&handed_over); /* stays until main has looked */
	return NULL;
}

START_TEST(test_a_thread_that_only_frees_hands_everything_back)
{
	const uintptr_t rounds = 20;
	size_t used, rss = 0;
	pthread_t t;

	use_heap(1);
	used = bytes_in_use();
	pthread_barrier_init(&handed_over, NULL, 2);
	pthread_barrier_init(&freed, NULL, 2);
	t = spawn(only_free, (void *)rounds, STACK);
	for (uintptr_t r = 0; r < rounds; r++) {
		for (size_t i = 0; i < HANDED; i++) {
			handed[i] = malloc(i * 37 % 1000 + 1);
			must(handed[i]);
			*(char *)handed[i] = 1;
		}
		if (r == 1)
			rss = rss_now();
		pthread_barrier_wait(&handed_over);
		pthread_barrier_wait(&freed);
	}
	/* 20 rounds of 25 MB */
	must_f(growth(rss_now(), rss) < 16 * MIB + rss_noise(), "%zu kB", growth(rss_now(), rss) / KIB);
	must_f(growth(bytes_in_use(), used) < MIB, "%zu", growth(bytes_in_use(), used));
	pthread_barrier_wait(&handed_over);
	pthread_join(t, NULL);
}
END_TEST

/* The few frees of a short life must not stay in what the thread leaves behind. */
enum { FEW = 20 };

static void *free_a_few(void *from)
{
	void **p = from;

	for (int i = 0; i < FEW; i++)
		free(p[i]);
	return NULL;
}

START_TEST(test_a_few_frees_in_each_of_many_threads_do_not_leak)
{
	const int lives = HANDED / FEW;
	size_t used;

	run_thread(use_heap_once, (void *)1);
	used = bytes_in_use();
	for (size_t i = 0; i < HANDED; i++) {
		handed[i] = malloc(i * 37 % 2000 + 1);
		must(handed[i]);
	}
	/* 50 MB in 2500 lives, every one of which keeps less than 40 KB to itself */
	for (int i = 0; i < lives; i++)
		run_thread(free_a_few, &handed[i * FEW]);
	must_f(growth(bytes_in_use(), used) < MIB, "%zu", growth(bytes_in_use(), used));
}
END_TEST

/* Each thread grows the block the other one made. */
static void *grow_in_turns(void *arg)
{
	void **block = arg;

	for (int i = 0; i < 200; i++) {
		size_t n;

		pthread_barrier_wait(&handed_over);
		n = *(size_t *)*block;
		must(holds((char *)*block + 16, n - 16, n));
		n = n < 4 * MIB ? n * 11 / 10 + 1 : 100;
		*block = realloc(*block, n);
		must(*block);
		*(size_t *)*block = n;
		fill((char *)*block + 16, 0, n - 16, n);
		pthread_barrier_wait(&handed_over);
		pthread_barrier_wait(&handed_over);
	}
	return NULL;
}

static void *grow_in_other_turns(void *arg)
{
	void **block = arg;

	for (int i = 0; i < 200; i++) {
		size_t n;

		pthread_barrier_wait(&handed_over);
		pthread_barrier_wait(&handed_over);
		n = *(size_t *)*block;
		must(holds((char *)*block + 16, n - 16, n));
		*block = realloc(*block, n + 5000);
		must(*block && *(size_t *)*block == n &&
			holds((char *)*block + 16, n - 16, n));
		*block = realloc(*block, n);
		must(*block && holds((char *)*block + 16, n - 16, n));
		pthread_barrier_wait(&handed_over);
	}
	return NULL;
}

START_TEST(test_realloc_of_another_threads_block_keeps_content)
{
	void *block = malloc(100);
	pthread_t a, b;

	must(block);
	*(size_t *)block = 100;
	fill((char *)block + 16, 0, 84, 100);
	pthread_barrier_init(&handed_over, NULL, 2);
	a = spawn(grow_in_turns, &block, STACK);
	b = spawn(grow_in_other_turns, &block, STACK);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	free(block);
}
END_TEST

/* Blocks outlive the thread that made them, and are freed by one that comes later. */
static void *make_and_leave(void *unused)
{
	for (size_t i = 0; i < HANDED; i++) {
		size_t n = i * 53 % 2000 + 1;

		handed[i] = malloc(n);
		must(handed[i]);
		fill(handed[i], 0, n, i);
	}
	return unused;
}

static void *check_and_free(void *unused)
{
	for (size_t i = 0; i < HANDED; i++) {
		must(holds(handed[i], i * 53 % 2000 + 1, i));
		free(handed[i]);
	}
	return unused;
}

START_TEST(test_blocks_outlive_their_thread)
{
	size_t used, rss = 0;

	use_heap(1);
	used = bytes_in_use();
	for (int round = 0; round < 10; round++) {
		run_thread(make_and_leave, NULL);
		if (round == 1)
			rss = rss_now();
		run_thread(check_and_free, NULL);
	}
	must_f(growth(bytes_in_use(), used) < MIB, "%zu", growth(bytes_in_use(), used));
	must_f(growth(rss_now(), rss) < 16 * MIB + rss_noise(), "%zu kB", growth(rss_now(), rss) / KIB);
}
END_TEST

/* --- little stack */

static void use_every_entry(void)
{
	for (size_t n = 1; n <= 4 * MIB; n = n * 2 + 1) {
		void *p = malloc(n), *q = NULL;

		must(p);
		p = realloc(p, n * 2);
		must(p);
		free(p);
		p = calloc(n, 1);
		must(p);
		free(p);
		must(posix_memalign(&q, 8192, n) == 0);
		must(malloc_usable_size(q) >= n);
		free(q);
	}
	malloc_trim(0);
}

static void *use_every_entry_in_thread(void *arg)
{
	use_every_entry();
	return arg;
}

START_TEST(test_threads_with_minimal_stacks_work)
{
	size_t min = (size_t)sysconf(_SC_THREAD_STACK_MIN);

	for (int i = 0; i < 50; i++)
		pthread_join(spawn(use_every_entry_in_thread, NULL, min), NULL);
}
END_TEST

#ifdef __GLIBC__ /* musl has no such contexts */
static ucontext_t main_context, small_context;

static void use_every_entry_in_context(void)
{
	use_every_entry();
}
#endif

/* A coroutine's stack of 8 KiB above an inaccessible page; calls were bound before. */
START_TEST(test_coroutines_with_8_kib_stacks_work)
{
#ifdef __GLIBC__
	char *map = mmap(
		NULL, 64 * KIB + 8 * KIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(map != MAP_FAILED);
	must(mprotect(map + 64 * KIB, 8 * KIB, PROT_READ | PROT_WRITE) == 0);
	use_every_entry();
	must(getcontext(&small_context) == 0);
	small_context.uc_stack.ss_sp = map + 64 * KIB;
	small_context.uc_stack.ss_size = 8 * KIB;
	small_context.uc_link = &main_context;
	makecontext(&small_context, use_every_entry_in_context, 0);
	must(swapcontext(&main_context, &small_context) == 0);
	munmap(map, 64 * KIB + 8 * KIB);
#endif
}
END_TEST

/* --- cancellation and exit */

static int cancelled, survived;

static void *allocate_while_cancelled(void *unused)
{
	while (!__atomic_load_n(&cancelled, __ATOMIC_ACQUIRE))
		;
	use_every_entry();
	__atomic_store_n(&survived, 1, __ATOMIC_RELEASE);
	pthread_testcancel();
	return unused;
}

START_TEST(test_allocating_is_no_cancellation_point)
{
	pthread_t t = spawn(allocate_while_cancelled, NULL, STACK);
	void *result;

	pthread_cancel(t);
	__atomic_store_n(&cancelled, 1, __ATOMIC_RELEASE);
	pthread_join(t, &result);
	must(survived == 1);
	must(result == PTHREAD_CANCELED);
}
END_TEST

static void *allocate_for_ever(void *arg)
{
	uintptr_t i = (uintptr_t)arg;

	while (use_heap(i))
		i++;
	_exit(1);
}

static void exit_beside_threads(void *unused)
{
	(void)unused;
	for (uintptr_t i = 0; i < 4; i++)
		spawn(allocate_for_ever, (void *)i, STACK);
	usleep(3000);
	exit(0);
}

START_TEST(test_exit_while_threads_allocate)
{
	for (int i = 0; i < 30; i++) {
		struct child c = run_in_child(exit_beside_threads, NULL);

		must_f(exited_with(&c, 0), "status %x, stderr '%s'", (unsigned)c.status,
			c.err);
	}
}
END_TEST

static void *work_on_then_exit(void *main_thread)
{
	pthread_join(*(pthread_t *)main_thread, NULL);
	for (uint64_t i = 0; i < 1000; i++)
		if (!use_heap(i))
			_exit(1);
	exit(0);
}

static void leave_main_thread(void *unused)
{
	static pthread_t self;

	(void)unused;
	self = pthread_self();
	free(malloc(100));
	spawn(work_on_then_exit, &self, STACK);
	pthread_exit(NULL);
}

START_TEST(test_threads_work_on_when_main_has_left)
{
#ifdef __GLIBC__ /* in musl 1.2.3 nobody can wait for the main thread of a child of fork, whatever the malloc */
	struct child c;

	if (emulated() && one_page_slabs())
		return; /* qemu 7.2 hangs there with pages of 64 KiB, on glibc's malloc as well */
	c = run_in_child(leave_main_thread, NULL);

	must_f(exited_with(&c, 0), "status %x, stderr '%s'", (unsigned)c.status, c.err);
#else
	(void)leave_main_thread;
#endif
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_thousands_of_threads_one_after_another_do_not_leak,
		test_hundreds_of_threads_at_once_cost_little,
		test_allocations_in_tsd_destructors_do_not_leak,
		test_frees_after_all_destructors_do_not_leak,
		test_a_first_allocation_in_the_last_destructor_does_not_leak,
		test_detached_threads_that_allocate_nothing_do_not_leak,
		test_threads_work_when_the_keys_are_used_up,
		test_blocks_freed_by_consumers_arrive_whole_and_come_back,
		test_a_thread_that_only_frees_hands_everything_back,
		test_a_few_frees_in_each_of_many_threads_do_not_leak,
		test_realloc_of_another_threads_block_keeps_content,
		test_blocks_outlive_their_thread,
		test_threads_with_minimal_stacks_work,
		test_coroutines_with_8_kib_stacks_work,
		test_allocating_is_no_cancellation_point,
		test_exit_while_threads_allocate,
		test_threads_work_on_when_main_has_left,
	};

	return run_tests("threads", 120, tests, ARRAY_LEN(tests));
}
