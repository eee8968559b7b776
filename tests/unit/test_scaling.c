/* What a machine of 64 CPUs would wait for, counted on any machine: how often locks are taken, and for how
 * many blocks at a time, by few threads and by thousands. Times would tell of this machine; counts do not
 * depend on it. Its output is the table of doc/performance.md. */
#include "unit.h"
#include "heap/thread.h"
#include "region/meta.h"
#include "slab/nursery.h"

#include <pthread.h>
#include <sys/wait.h>

#define SHARDS 64
#define LIVE   100
#define OPS    10000 /* of each thread; a malloc and a free are two */
#define HANDED 32    /* blocks in a hand-over */

static void *get(size_t size)
{
	void *p = ash_cache_pop(size);
	return p ? p : ash_cache_refill(ash_thread_cache(), ash_class_of(size));
}

static void put(void *p)
{
	if (!ash_cache_push(p))
		ash_cache_return(ash_thread_cache(), p, ash_pagemap_get((uintptr_t)p));
}

/* Half of the sizes up to 64 bytes, each doubling half as likely as the one before, up to 2 KiB. */
static size_t some_size(struct rng *r)
{
	size_t most = 64;
	while (most < 2048 && rng_below(r, 2))
		most *= 2;
	return 1 + rng_below(r, most);
}

static pthread_mutex_t gate =
	PTHREAD_MUTEX_INITIALIZER; /* until it is known how many they are */
static pthread_barrier_t
	all_are_here; /* or one thread goes on with the cache that another left */

struct worker {
	pthread_t id;
	struct rng r;
	struct worker *next; /* gets what this one hands over */
	void **inbox[2];     /* arrays of HANDED blocks, this round's and the next */
};

static void all_begin(void)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	pthread_barrier_wait(&all_are_here);
}

/* Blocks that the thread itself frees, in random order. */
static void *keep(void *arg)
{
	struct worker *w = arg;
	void *block[LIVE] = {NULL};
	all_begin();
	for (int i = 0; i < OPS / 2; i++) {
		size_t k = rng_below(&w->r, LIVE);
		if (block[k])
			put(block[k]);
		block[k] = get(some_size(&w->r));
	}
	for (size_t k = 0; k < LIVE; k++)
		if (block[k])
			put(block[k]);
	pthread_barrier_wait(&all_are_here);
	return NULL;
}

/* Blocks that another thread frees, of another shard. All threads work in step. */
static void *hand_over(void *arg)
{
	struct worker *w = arg;
	all_begin();
	for (int i = 0; i < OPS / 2 / (HANDED + 1); i++) {
		void **box = get(HANDED * sizeof *box);
		for (size_t k = 0; k < HANDED; k++)
			box[k] = get(some_size(&w->r));
		w->next->inbox[i % 2] = box;
		pthread_barrier_wait(&all_are_here);
		box = w->inbox[i % 2];
		for (size_t k = 0; k < HANDED; k++)
			put(box[k]);
		put(box);
	}
	return NULL;
}

struct counts {
	double shard, region, meta; /* locks taken for 1000 operations */
	double blocks;              /* that a visit to a shard moves */
};

/* In a process of its own, or threads would find what earlier ones left. */
static struct counts count(void *(*body)(void *), unsigned threads)
{
	static struct worker worker[4096];
	pthread_attr_t attr;
	uint64_t moved = 0, visits = 0;
	struct ash_lock_stats meta = {0};
	struct ash_heap_stats s;
	struct ash_region_stats region;
	ash_nursery_closed = true;
	must(ash_heap_start());
	ash_heap_init(SHARDS, true);
	ash_heap_arm(true);
	must(threads <= ARRAY_LEN(worker) && pthread_attr_init(&attr) == 0);
	must(pthread_attr_setstacksize(&attr, 65536) == 0);
	pthread_mutex_lock(&gate);
	unsigned n = 0;
	for (; n < threads; n++) { /* or as many as the system allows */
		worker[n].r = rng_start("scaling", n + 1);
		if (pthread_create(&worker[n].id, &attr, body, &worker[n]) != 0)
			break;
	}
	must(n >= 64);
	threads = n;
	for (unsigned i = 0; i < threads; i++)
		worker[i].next = &worker[(i + 1) % threads];
	must(pthread_barrier_init(&all_are_here, NULL, threads) == 0);
	pthread_mutex_unlock(&gate);
	for (unsigned i = 0; i < threads; i++)
		must(pthread_join(worker[i].id, NULL) == 0);
	ash_heap_stats(ASH_SHARDS_MAX, &s);
	ash_chunk_stats(&region);
	ash_meta_lock_stats(&meta);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		moved += s.bin[c].nmalloc + s.bin[c].ndalloc;
		visits += s.bin[c].nfills + s.bin[c].nflushes;
	}
	double thousands = threads * (double)OPS / 1000;
	return (struct counts){
		.shard = (double)s.lock.taken / thousands,
		.region = (double)region.lock.taken / thousands,
		.meta = (double)meta.taken / thousands,
		.blocks = (double)moved / (double)visits,
	};
}

/* A quarter of more is room for what several threads in a shard leave to the bitmaps, once. */
static void must_not_grow(void *(*body)(void *))
{
	if (SANITIZED)
		return; /* thousands of threads are too much for the runtime */
	static const unsigned threads[] = {64, 512, 4096};
	struct counts c[ARRAY_LEN(threads)];
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		int fds[2];
		must(pipe(fds) == 0);
		pid_t child = fork();
		must(child >= 0);
		if (child == 0) {
			struct counts mine = count(body, threads[i]);
			_exit(write(fds[1], &mine, sizeof mine) != sizeof mine);
		}
		must(read(fds[0], &c[i], sizeof c[i]) == sizeof c[i]);
		must(close(fds[0]) == 0 && close(fds[1]) == 0 &&
			waitpid(child, NULL, 0) == child);
		printf("%5u threads: locks for 1000 operations: shard %.1f, region %.2f, "
		       "metadata %.2f; "
		       "%.1f blocks a visit\n",
			threads[i], c[i].shard, c[i].region, c[i].meta, c[i].blocks);
		must_f(c[i].shard <= c[0].shard * 1.25 + 1, "%.1f, %.1f", c[i].shard,
			c[0].shard);
		must_f(c[i].region <= c[0].region * 1.25 + 1, "%.2f, %.2f", c[i].region,
			c[0].region);
		must_f(c[i].meta <= c[0].meta * 1.25 + 1, "%.2f, %.2f", c[i].meta,
			c[0].meta);
	}
	fflush(stdout);
}

START_TEST(test_locks_an_operation_do_not_grow_with_threads)
{
	must_not_grow(keep);
}
END_TEST

START_TEST(test_locks_an_operation_do_not_grow_with_threads_that_free_for_others)
{
	must_not_grow(hand_over);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_locks_an_operation_do_not_grow_with_threads,
		test_locks_an_operation_do_not_grow_with_threads_that_free_for_others,
	};

	unit_start();
	return run_tests("scaling", 120, tests, ARRAY_LEN(tests));
}
