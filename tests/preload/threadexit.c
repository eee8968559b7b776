/* The end of threads: what they allocate when the allocator has already seen them go does not leak. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include "need.h"

enum { THREADS = 3000, AT_A_TIME = 6, WARM_UP = 300, LIMIT_KB = 4096 };

static void use_heap(void)
{
	char *p[24];

	for (int i = 0; i < 24; i++) {
		size_t n = (size_t)i * i * 13 + 1;

		need((p[i] = i % 3 ? malloc(n) : calloc(1, n)) != NULL);
		memset(p[i], i, n);
	}
	for (int i = 0; i < 24; i++) {
		need(p[i][0] == i && p[i][i * i * 13] == i);
		free(p[i]);
	}
}

/* Several at a time: their stacks, and what else libc keeps for the next one, change hands. */
static void run_threads(int count, void *(*body)(void *))
{
	pthread_t t[AT_A_TIME];

	for (int n = 0; n < count; n += AT_A_TIME) {
		for (int i = 0; i < AT_A_TIME; i++)
			need(pthread_create(&t[i], NULL, body, NULL) == 0);
		for (int i = 0; i < AT_A_TIME; i++)
			pthread_join(t[i], NULL);
	}
}

static void need_no_leak(void *(*body)(void *))
{
	long before, growth;

	run_threads(WARM_UP, body);
	before = memory_kb(RSS);
	run_threads(THREADS, body);
	growth = memory_kb(RSS) - before;
	if (growth >= LIMIT_KB)
		dprintf(2, "%ld kB more after %d threads\n", growth, THREADS);
	need(growth < LIMIT_KB);
}

/* --- destructors of keys: the block is another in each of the rounds that there are */

static pthread_key_t key;
static int destructors_run;

static void next_round(void *block)
{
	int round = *(int *)block;

	__atomic_fetch_add(&destructors_run, 1, __ATOMIC_RELAXED);
	use_heap();
	free(block);
	if (round < PTHREAD_DESTRUCTOR_ITERATIONS) {
		int *next = malloc(2000);

		need(next);
		*next = round + 1;
		pthread_setspecific(key, next);
	}
}

static void *use_and_set_key(void *unused)
{
	int *first = malloc(2000);

	need(first);
	*first = 1;
	use_heap();
	need(pthread_setspecific(key, first) == 0);
	return unused;
}

static void tsd_destructors(void)
{
	need(pthread_key_create(&key, next_round) == 0);
	need_no_leak(use_and_set_key);
	need(destructors_run == (THREADS + WARM_UP) * PTHREAD_DESTRUCTOR_ITERATIONS);
}

/* Only the last round's destructor allocates: all others have run by then. */
static void only_last_round(void *round)
{
	if ((uintptr_t)round < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(key, (char *)round + 1);
	else
		use_heap();
}

static void *set_key(void *unused)
{
	pthread_setspecific(key, (void *)(uintptr_t)1);
	return unused;
}

static void tsd_last(void)
{
	need(pthread_key_create(&key, only_last_round) == 0);
	need_no_leak(set_key);
}

/* --- destructors of C++'s thread_local objects, as the compiler registers them */

int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object, void *dso);
extern void *__dso_handle;

static void free_and_use(void *block)
{
	free(block);
	use_heap();
}

static void *leave_objects(void *unused)
{
	for (int i = 0; i < 10; i++)
		__cxa_thread_atexit_impl(
			free_and_use, malloc((size_t)i * 300 + 1), &__dso_handle);
	return use_and_set_key(unused);
}

static void thread_local_objects(void)
{
	need(pthread_key_create(&key, next_round) == 0);
	need_no_leak(leave_objects);
}

/* --- no key is left for anybody: the program took them all, or keys.c did, before our constructor ran */

static int keys_count;
static pthread_key_t *keys;

static void take_all_keys(void)
{
	static pthread_key_t taken[PTHREAD_KEYS_MAX];

	keys = taken;
	while (keys_count < PTHREAD_KEYS_MAX &&
		pthread_key_create(&taken[keys_count], NULL) == 0)
		keys_count++;
}

static void find_taken_keys(void)
{
	int *count = (int *)dlsym(RTLD_DEFAULT, "early_keys_count");

	keys = (pthread_key_t *)dlsym(RTLD_DEFAULT, "early_keys");
	need(count && keys);
	keys_count = *count;
	need(pthread_key_create(&key, NULL) == EAGAIN);
}

/* What a thread has set stays, whatever the allocator does meanwhile. */
static void *set_all_keys(void *unused)
{
	for (int i = 0; i < keys_count; i++)
		need(pthread_setspecific(keys[i], &keys[i]) == 0);
	use_heap();
	for (int i = 0; i < keys_count; i++)
		need(pthread_getspecific(keys[i]) == &keys[i]);
	return unused;
}

static void keys_exhausted(void)
{
	need(keys_count > 100);
	set_all_keys(NULL);
	need_no_leak(set_all_keys);
}

/* --- the main thread goes first */

static void *go_on(void *main_thread)
{
	need(pthread_join(*(pthread_t *)main_thread, NULL) == 0);
	for (int i = 0; i < 100; i++)
		use_heap();
	run_threads(60, use_and_set_key);
	exit(0);
}

static void main_exits(void)
{
	static pthread_t self;
	pthread_t t;

	self = pthread_self();
	need(pthread_key_create(&key, next_round) == 0);
	use_and_set_key(NULL);
	need(pthread_create(&t, NULL, go_on, &self) == 0);
	pthread_exit(NULL);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (!strcmp(name, "tsd.destructors"))
		tsd_destructors();
	else if (!strcmp(name, "tsd.last"))
		tsd_last();
	else if (!strcmp(name, "thread_local"))
		thread_local_objects();
	else if (!strcmp(name, "keys.exhausted"))
		take_all_keys(), keys_exhausted();
	else if (!strcmp(name, "keys.before"))
		find_taken_keys(), keys_exhausted();
	else if (!strcmp(name, "main.exits"))
		main_exits();
	else
		return 99;
	return 0;
}
