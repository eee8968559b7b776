/*
 * threads.c - workloads of several threads: hand-over, cross-thread frees, false sharing, thread
 * turnover, many idle threads, fork. Written from the published descriptions of the classics; none
 * of their code.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* ---- larson: a server whose threads end and hand their blocks to a successor ---- */

struct server {
	void **block;
	uint64_t seed;
	long left; /* generations to come */
};

static struct {
	long slots, ops, min, max;
	pthread_mutex_t lock;
	pthread_cond_t done;
	long running;
} larson_cfg = {.lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};

static size_t larson_size(struct server *s)
{
	return rnd_between(&s->seed, (size_t)larson_cfg.min, (size_t)larson_cfg.max);
}

static void larson_start(struct server *s);

static void *larson_thread(void *arg)
{
	struct server *s = arg;
	for (long k = 0; k < larson_cfg.ops; k++) {
		size_t i = rnd_between(&s->seed, 0, (size_t)larson_cfg.slots - 1);
		block_check(s->block[i], i);
		free(s->block[i]);
		s->block[i] = must_malloc(larson_size(s));
		block_mark(s->block[i], i);
	}
	if (s->left-- > 0) {
		larson_start(s);
		return NULL;
	}
	pthread_mutex_lock(&larson_cfg.lock);
	if (--larson_cfg.running == 0)
		pthread_cond_signal(&larson_cfg.done);
	pthread_mutex_unlock(&larson_cfg.lock);
	return NULL;
}

static void larson_start(struct server *s)
{
	pthread_t t;
	if (pthread_create(&t, NULL, larson_thread, s) != 0)
		die("no thread");
	pthread_detach(t);
}

static void larson(void)
{
	long threads = arg_num(0, 2);
	long generations = arg_num(1, 300);
	larson_cfg.ops = arg_num(2, 20000);
	larson_cfg.slots = arg_num(3, 1000);
	larson_cfg.min = arg_num(4, 8);
	larson_cfg.max = arg_num(5, 1000);
	larson_cfg.running = threads;
	struct server *s = table_alloc((size_t)threads * sizeof *s);
	double start = now();
	for (long t = 0; t < threads; t++) {
		s[t].block = must_malloc((size_t)larson_cfg.slots * sizeof(void *));
		s[t].seed = rnd_seed((uint64_t)t);
		s[t].left = generations - 1;
		for (long i = 0; i < larson_cfg.slots; i++) {
			s[t].block[i] = must_malloc(larson_size(&s[t]));
			block_mark(s[t].block[i], (uint64_t)i);
		}
	}
	for (long t = 0; t < threads; t++)
		larson_start(&s[t]);
	pthread_mutex_lock(&larson_cfg.lock);
	while (larson_cfg.running > 0)
		pthread_cond_wait(&larson_cfg.done, &larson_cfg.lock);
	pthread_mutex_unlock(&larson_cfg.lock);
	double t = now() - start;
	uint64_t ops =
		(uint64_t)threads * (uint64_t)generations * (uint64_t)larson_cfg.ops;
	report(t, ops, "threads=%ld ns=%.2f", threads, t / (double)ops * 1e9);
}

/* ---- xmalloc: some threads only allocate, others only free ---- */

/* Consumers begin when the queue is full. Else the peak would tell who was ahead of whom, which is a matter of
 * luck and of who is slow, and not what the allocator holds: with any of them as much is live at that moment. */
#define BATCH     1024
#define QUEUE_MAX 16

struct batch {
	struct batch *next;
	uint64_t number; /* its blocks are marked from number * BATCH on */
	void *block[BATCH];
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	struct batch *head, **tail;
	bool begun; /* consuming */
	long queued, to_make, to_take, producers;
	uint64_t numbers; /* the sum of those taken */
} queue = {.tail = &queue.head,
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.filled = PTHREAD_COND_INITIALIZER,
	.emptied = PTHREAD_COND_INITIALIZER};

/* How many were left, this one included; 0: no more. */
static long queue_claim(long *counter)
{
	pthread_mutex_lock(&queue.lock);
	long left = *counter > 0 ? (*counter)-- : 0;
	pthread_mutex_unlock(&queue.lock);
	return left;
}

static void xmalloc_produce(long id)
{
	/* Mostly small, the sizes of the original's table. */
	static const uint16_t sizes[] = {
		8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 400, 512, 1024};
	uint64_t seed = rnd_seed((uint64_t)id);
	for (long left; (left = queue_claim(&queue.to_make)) > 0;) {
		struct batch *b = must_malloc(sizeof *b);
		b->number = (uint64_t)left;
		for (uint64_t i = 0; i < BATCH; i++) {
			b->block[i] = must_malloc(sizes[rnd_between(&seed, 0, 13)]);
			block_mark(b->block[i], b->number * BATCH + i);
		}
		pthread_mutex_lock(&queue.lock);
		while (queue.queued >= QUEUE_MAX)
			pthread_cond_wait(&queue.emptied, &queue.lock);
		b->next = NULL;
		*queue.tail = b;
		queue.tail = &b->next;
		if (++queue.queued == QUEUE_MAX && !queue.begun) {
			queue.begun = true;
			pthread_cond_broadcast(&queue.filled);
		} else {
			pthread_cond_signal(&queue.filled);
		}
		pthread_mutex_unlock(&queue.lock);
	}
}

static void xmalloc_consume(void)
{
	while (queue_claim(&queue.to_take) > 0) {
		pthread_mutex_lock(&queue.lock);
		while (!queue.begun || queue.head == NULL)
			pthread_cond_wait(&queue.filled, &queue.lock);
		struct batch *b = queue.head;
		queue.head = b->next;
		if (queue.head == NULL)
			queue.tail = &queue.head;
		queue.queued--;
		queue.numbers += b->number;
		pthread_cond_signal(&queue.emptied);
		pthread_mutex_unlock(&queue.lock);
		for (uint64_t i = 0; i < BATCH; i++) {
			block_check(b->block[i], b->number * BATCH + i);
			free(b->block[i]);
		}
		free(b);
	}
}

static void xmalloc_thread(long id)
{
	if (id < queue.producers)
		xmalloc_produce(id);
	else
		xmalloc_consume();
}

static void xmalloc(void)
{
	long consumers = arg_num(1, 2);
	long batches = arg_num(2, 6000);
	queue.producers = arg_num(0, 2);
	if (queue.producers < 1 || consumers < 1)
		die("needs a producer and a consumer");
	if (batches < QUEUE_MAX)
		die("needs at least as many batches as the queue holds");
	queue.to_make = queue.to_take = batches;
	double start = now();
	run_threads(queue.producers + consumers, xmalloc_thread);
	double t = now() - start;
	uint64_t n = (uint64_t)batches;
	if (queue.head != NULL || queue.numbers != n * (n + 1) / 2)
		die("a batch was lost or came twice");
	report(t, n * BATCH, "producers=%ld consumers=%ld ns=%.2f", queue.producers,
		consumers, t / (double)(n * BATCH) * 1e9);
}

/* ---- false sharing: do two threads get parts of one cache line? ---- */

static struct {
	long rounds, writes;
	size_t size;
	void **gift; /* blocks of the main thread's, one for each thread (scratch), or NULL */
} line_cfg;

static void line_thread(long id)
{
	if (line_cfg.gift != NULL)
		free(line_cfg.gift[id]);
	for (long r = 0; r < line_cfg.rounds; r++) {
		volatile char *p = must_malloc(line_cfg.size);
		for (long w = 0; w < line_cfg.writes; w++)
			p[(size_t)w % line_cfg.size]++;
		free((void *)p);
	}
}

static void false_sharing(bool passive)
{
	long threads = arg_num(0, 2);
	line_cfg.rounds = arg_num(1, 50000);
	line_cfg.writes = arg_num(2, 2000);
	line_cfg.size = (size_t)arg_num(3, 8);
	if (passive) {
		line_cfg.gift = table_alloc((size_t)threads * sizeof(void *));
		for (long i = 0; i < threads; i++) {
			line_cfg.gift[i] = must_malloc(line_cfg.size);
			memset(line_cfg.gift[i], 0, line_cfg.size);
		}
	}
	double start = now();
	run_threads(threads, line_thread);
	double t = now() - start;
	uint64_t writes =
		(uint64_t)threads * (uint64_t)line_cfg.rounds * (uint64_t)line_cfg.writes;
	report(t, (uint64_t)threads * (uint64_t)line_cfg.rounds, "ns_per_write=%.3f",
		t / (double)writes * 1e9);
}

static void cache_thrash(void)
{
	false_sharing(false);
}

static void cache_scratch(void)
{
	false_sharing(true);
}

/* ---- alloc-test: random slots, a few of them hot, blocks written and read whole ---- */

static struct {
	long n;
	size_t slots;
	unsigned max_log2;
} atest_cfg;

/* 80 % of the accesses fall on 20 % of the slots, recursively. */
static size_t pareto_slot(uint64_t *seed, size_t n)
{
	size_t lo = 0;
	while (n > 8) {
		size_t hot = n / 5;
		if (rnd(seed) % 5 == 0) {
			lo += hot;
			n -= hot;
			break;
		}
		n = hot;
	}
	return lo + rnd_between(seed, 0, n - 1);
}

static void atest_thread(long id)
{
	struct slot {
		unsigned char *p;
		uint32_t size;
	} *slot = table_alloc(atest_cfg.slots * sizeof *slot);
	uint64_t seed = rnd_seed((uint64_t)id);
	for (long k = 0; k < atest_cfg.n; k++) {
		size_t i = pareto_slot(&seed, atest_cfg.slots);
		if (slot[i].p != NULL) {
			unsigned sum = 0;
			for (uint32_t j = 0; j < slot[i].size; j++)
				sum += slot[i].p[j];
			if (sum != (unsigned)(unsigned char)i * slot[i].size)
				die("block changed");
			free(slot[i].p);
			slot[i].p = NULL;
		} else {
			unsigned bits =
				(unsigned)rnd_between(&seed, 1, atest_cfg.max_log2);
			slot[i].size = (uint32_t)(1 + (rnd(&seed) >> (64 - bits)));
			slot[i].p = must_malloc(slot[i].size);
			memset(slot[i].p, (int)(i & 255), slot[i].size);
		}
	}
	for (size_t i = 0; i < atest_cfg.slots; i++)
		free(slot[i].p);
}

static void alloc_test(void)
{
	long threads = arg_num(0, 1);
	atest_cfg.n = arg_num(1, 6000000);
	atest_cfg.slots = (size_t)arg_num(2, 200000);
	atest_cfg.max_log2 = (unsigned)arg_num(3, 10);
	double start = now();
	run_threads(threads, atest_thread);
	double t = now() - start;
	uint64_t ops = (uint64_t)threads * (uint64_t)atest_cfg.n;
	report(t, ops, "threads=%ld ns=%.2f", threads, t / (double)ops * 1e9);
}

/* ---- mstress: short and long lives, powers of two, objects that migrate, threads that end ---- */

#define TRANSFER 1000

static struct {
	long load;
	_Atomic(void *) transfer[TRANSFER];
	long round;
} stress;

/* Blocks carry their length in words, so that whoever frees one can check all of it. */
static void *stress_make(uint64_t *seed)
{
	uint64_t r = rnd(seed);
	size_t words = (size_t)1 << (r & 3);
	if (r % 101 < 10)
		words <<= (r >> 8) % 7;
	if ((r >> 16) % 5003 == 0)
		words = 1000 + (r >> 32) % 20000;
	uint64_t *p = must_malloc((words + 1) * sizeof *p);
	p[0] = words;
	for (size_t i = 1; i <= words; i++)
		p[i] = (words - i) ^ 0x5bd1e995u;
	return p;
}

static void stress_drop(void *block)
{
	uint64_t *p = block;
	if (p == NULL)
		return;
	for (size_t i = 1, words = p[0]; i <= words; i++)
		if (p[i] != ((words - i) ^ 0x5bd1e995u))
			die("block changed");
	free(p);
}

static void stress_thread(long id)
{
	uint64_t seed = rnd_seed((uint64_t)(id + stress.round * 1000));
	long load = stress.load * (id % 8 + 1), retain = load / 2;
	size_t n = 0, cap = 0, kept = 0;
	void **data = NULL;
	void **keep = must_malloc((size_t)(retain + 1) * sizeof *keep);
	while (load > 0 || retain > 0) {
		if (retain == 0 || (load > 0 && rnd(&seed) % 100 < 50)) {
			load--;
			if (n == cap) {
				cap += 1000;
				data = realloc(data, cap * sizeof *data);
				if (data == NULL)
					die("out of memory");
				memset(data + n, 0, 1000 * sizeof *data);
			}
			data[n++] = stress_make(&seed);
		} else {
			retain--;
			keep[kept++] = stress_make(&seed);
		}
		if (n > 0 && rnd(&seed) % 100 < 66) {
			size_t i = rnd_between(&seed, 0, n - 1);
			stress_drop(data[i]);
			data[i] = NULL;
		}
		if (n > 0 && rnd(&seed) % 100 < 25) {
			size_t i = rnd_between(&seed, 0, n - 1);
			size_t to = rnd_between(&seed, 0, TRANSFER - 1);
			data[i] = atomic_exchange(&stress.transfer[to], data[i]);
		}
	}
	for (size_t i = 0; i < kept; i++)
		stress_drop(keep[i]);
	for (size_t i = 0; i < n; i++)
		stress_drop(data[i]);
	free(keep);
	free(data);
}

static void mstress(void)
{
	long threads = arg_num(0, 4);
	stress.load = arg_num(1, 10000);
	long rounds = arg_num(2, 25);
	double start = now();
	for (stress.round = 0; stress.round < rounds; stress.round++) {
		run_threads(threads, stress_thread);
		if (stress.round % 10 != 9)
			continue;
		for (size_t i = 0; i < TRANSFER; i++)
			stress_drop(atomic_exchange(&stress.transfer[i], NULL));
	}
	for (size_t i = 0; i < TRANSFER; i++)
		stress_drop(atomic_exchange(&stress.transfer[i], NULL));
	double t = now() - start;
	report(t, (uint64_t)(threads * stress.load * rounds), "threads=%ld rss_end=%ld",
		threads, rss_kb());
}

/* ---- rptest: mixed sizes with a linear falloff, part of the blocks freed by another thread ---- */

#define PARCEL 256

struct parcel {
	struct parcel *next;
	void *block[PARCEL];
};

static struct {
	long loops, blocks, replaced;
	size_t min, max;
	_Atomic(struct parcel *) post;
} rp_cfg;

static size_t rp_size(uint64_t *seed)
{
	size_t a = rnd_between(seed, rp_cfg.min, rp_cfg.max);
	size_t b = rnd_between(seed, rp_cfg.min, rp_cfg.max);
	return a < b ? a : b;
}

static void rp_free_posted(void)
{
	struct parcel *l = atomic_exchange(&rp_cfg.post, NULL);
	while (l != NULL) {
		struct parcel *next = l->next;
		for (size_t i = 0; i < PARCEL; i++) {
			block_check(l->block[i], i);
			free(l->block[i]);
		}
		free(l);
		l = next;
	}
}

static void rp_send(uint64_t *seed)
{
	struct parcel *l = must_malloc(sizeof *l);
	for (size_t i = 0; i < PARCEL; i++) {
		size_t size = rp_size(seed);
		l->block[i] = must_malloc(size);
		block_fill(l->block[i], size, i);
	}
	l->next = atomic_load(&rp_cfg.post);
	while (!atomic_compare_exchange_weak(&rp_cfg.post, &l->next, l))
		;
}

static void rp_thread(long id)
{
	uint64_t seed = rnd_seed((uint64_t)id);
	void **p = table_alloc((size_t)rp_cfg.blocks * sizeof *p);
	for (long loop = 0; loop < rp_cfg.loops; loop++) {
		for (long k = 0; k < rp_cfg.replaced; k++) {
			size_t i = rnd_between(&seed, 0, (size_t)rp_cfg.blocks - 1);
			if (p[i] != NULL)
				block_check(p[i], i);
			free(p[i]);
			size_t size = rp_size(&seed);
			p[i] = must_malloc(size);
			block_fill(p[i], size, i);
		}
		rp_free_posted();
		rp_send(&seed);
	}
	for (long i = 0; i < rp_cfg.blocks; i++)
		free(p[i]);
}

static void rptest(void)
{
	long threads = arg_num(0, 2);
	rp_cfg.loops = arg_num(1, 2000);
	rp_cfg.blocks = arg_num(2, 5000);
	rp_cfg.replaced = arg_num(3, 1000);
	rp_cfg.min = (size_t)arg_num(4, 16);
	rp_cfg.max = (size_t)arg_num(5, 16000);
	double start = now();
	run_threads(threads, rp_thread);
	rp_free_posted();
	double t = now() - start;
	uint64_t ops = (uint64_t)(threads * rp_cfg.loops * (rp_cfg.replaced + PARCEL));
	report(t, ops, "threads=%ld ns=%.2f", threads, t / (double)ops * 1e9);
}

/* ---- after glibc's bench-malloc-thread: 1024 slots a thread, sizes by the inverse square ---- */

static long glibc_n;

static void glibc_slots(long id)
{
	void **p = table_alloc(1024 * sizeof *p);
	uint64_t seed = rnd_seed((uint64_t)id);
	for (long k = 0; k < glibc_n; k++) {
		size_t i = rnd_between(&seed, 0, 1023);
		if (p[i] != NULL)
			block_check(p[i], i);
		free(p[i]);
		p[i] = must_malloc(rnd_size(&seed, 15));
		block_mark(p[i], i);
	}
	for (size_t i = 0; i < 1024; i++)
		free(p[i]);
}

static void glibc_thread(void)
{
	long threads = arg_num(0, 2);
	glibc_n = arg_num(1, 8000000);
	double start = now();
	run_threads(threads, glibc_slots);
	double t = now() - start;
	uint64_t ops = (uint64_t)(threads * glibc_n);
	report(t, ops, "threads=%ld ns=%.2f", threads, t / (double)ops * 1e9);
}

/* ---- many threads, each of which was busy once and is idle now ---- */

#define IDLE_BLOCKS 200

static pthread_barrier_t idle_all, idle_end;

static void idle_thread(long id)
{
	void *p[IDLE_BLOCKS];
	uint64_t seed = rnd_seed((uint64_t)id);
	for (size_t i = 0; i < IDLE_BLOCKS; i++) {
		size_t size = rnd_between(&seed, 8, 1024);
		p[i] = must_malloc(size);
		block_fill(p[i], size, i);
	}
	for (size_t i = 0; i < IDLE_BLOCKS; i++) {
		block_check(p[i], i);
		free(p[i]);
	}
	pthread_barrier_wait(&idle_all);
	pthread_barrier_wait(&idle_end);
}

static long idle_n, idle_rss;

static void idle_or_watch(long id)
{
	if (id < idle_n) {
		idle_thread(id);
		return;
	}
	pthread_barrier_wait(&idle_all);
	idle_rss = rss_kb();
	pthread_barrier_wait(&idle_end);
}

static void idle_threads(void)
{
	idle_n = arg_num(0, 500);
	pthread_barrier_init(&idle_all, NULL, (unsigned)idle_n + 1);
	pthread_barrier_init(&idle_end, NULL, (unsigned)idle_n + 1);
	double start = now();
	run_threads(idle_n + 1, idle_or_watch);
	double t = now() - start;
	report(t, (uint64_t)idle_n * IDLE_BLOCKS,
		"threads=%ld rss_idle=%ld rss_joined=%ld", idle_n, idle_rss, rss_kb());
}

/* ---- fork, again and again, while another thread allocates ---- */

static atomic_bool fork_over;
static long fork_children, fork_live;

static void fork_churn(void)
{
	uint64_t seed = rnd_seed(7);
	void *p[256] = {NULL};
	while (!atomic_load_explicit(&fork_over, memory_order_relaxed)) {
		for (int k = 0; k < 1000; k++) {
			size_t i = rnd_between(&seed, 0, 255);
			free(p[i]);
			p[i] = must_malloc(rnd_size(&seed, 12));
		}
		sleep_ms(1);
	}
	for (size_t i = 0; i < 256; i++)
		free(p[i]);
}

static void fork_child(void **parents)
{
	uint64_t seed = rnd_seed(9);
	void *p[500];
	for (size_t i = 0; i < 500; i++) {
		p[i] = must_malloc(rnd_size(&seed, 12));
		block_mark(p[i], i);
	}
	for (long i = 0; i < fork_live; i += 2) {
		block_check(parents[i], (uint64_t)i);
		free(parents[i]);
	}
	for (size_t i = 0; i < 500; i++) {
		block_check(p[i], i);
		free(p[i]);
	}
	_exit(0);
}

static void fork_parent(void)
{
	uint64_t seed = rnd_seed(8);
	void **p = table_alloc((size_t)fork_live * sizeof *p);
	for (long i = 0; i < fork_live; i++) {
		p[i] = must_malloc(rnd_size(&seed, 14));
		block_mark(p[i], (uint64_t)i);
	}
	for (long c = 0; c < fork_children; c++) {
		pid_t child = fork();
		if (child == 0)
			fork_child(p);
		int status;
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
			die("child failed");
	}
	for (long i = 0; i < fork_live; i++)
		free(p[i]);
	atomic_store(&fork_over, true);
}

static void fork_thread(long id)
{
	if (id == 0)
		fork_parent();
	else
		fork_churn();
}

static void fork_heavy(void)
{
	fork_children = arg_num(0, 300);
	fork_live = arg_num(1, 10000);
	long churners = arg_num(2, 1);
	double start = now();
	run_threads(1 + churners, fork_thread);
	double t = now() - start;
	report(t, (uint64_t)fork_children, "us_per_fork=%.1f",
		t / (double)fork_children * 1e6);
}

/* ---- latency: how long single calls take under a multi-threaded load ---- */

#define SUB 16 /* buckets a doubling */

static struct {
	long n, live;
	_Atomic uint64_t hist[2][40 * SUB], max[2];
} lat;

static size_t lat_bucket(uint64_t ns)
{
	if (ns < SUB)
		return ns;
	unsigned log2 = 63 - (unsigned)__builtin_clzll(ns);
	return (log2 - 3) * SUB + ((ns >> (log2 - 4)) & (SUB - 1));
}

static uint64_t lat_bound(size_t bucket)
{
	if (bucket < SUB)
		return bucket;
	return (uint64_t)(SUB + bucket % SUB) << (bucket / SUB - 1);
}

static void lat_note(uint64_t *hist, uint64_t *max, double seconds)
{
	uint64_t ns = (uint64_t)(seconds * 1e9);
	size_t b = lat_bucket(ns);
	hist[b < 40 * SUB ? b : 40 * SUB - 1]++;
	if (ns > *max)
		*max = ns;
}

static void lat_thread(long id)
{
	uint64_t(*hist)[40 * SUB] = table_alloc(2 * sizeof *hist), max[2] = {0, 0};
	void **p = table_alloc((size_t)lat.live * sizeof *p);
	uint64_t seed = rnd_seed((uint64_t)id);
	for (long k = 0; k < lat.n; k++) {
		size_t i = rnd_between(&seed, 0, (size_t)lat.live - 1),
		       size = rnd_size(&seed, 15);
		double t0 = now();
		free(p[i]);
		double t1 = now();
		p[i] = malloc(size);
		double t2 = now();
		if (p[i] == NULL)
			die("out of memory");
		block_fill(p[i], size, i);
		lat_note(hist[0], &max[0], t2 - t1);
		lat_note(hist[1], &max[1], t1 - t0);
	}
	for (long i = 0; i < lat.live; i++)
		free(p[i]);
	for (int w = 0; w < 2; w++) {
		for (size_t b = 0; b < 40 * SUB; b++)
			atomic_fetch_add(&lat.hist[w][b], hist[w][b]);
		uint64_t old = atomic_load(&lat.max[w]);
		while (old < max[w] &&
			!atomic_compare_exchange_weak(&lat.max[w], &old, max[w]))
			;
	}
}

static uint64_t lat_percentile(int which, double share, uint64_t n)
{
	uint64_t seen = 0, want = (uint64_t)((double)n * share);
	for (size_t b = 0; b < 40 * SUB; b++)
		if ((seen += lat.hist[which][b]) > want)
			return lat_bound(b);
	return lat.max[which];
}

static void latency(void)
{
	long threads = arg_num(0, 2);
	lat.n = arg_num(1, 1500000);
	lat.live = arg_num(2, 50000);
	double start = now();
	run_threads(threads, lat_thread);
	double t = now() - start;
	uint64_t n = (uint64_t)(threads * lat.n);
	unsigned long long m[4], f[4];
	static const double share[] = {0.5, 0.999, 0.9999};
	for (int i = 0; i < 3; i++) {
		m[i] = lat_percentile(0, share[i], n);
		f[i] = lat_percentile(1, share[i], n);
	}
	m[3] = lat.max[0];
	f[3] = lat.max[1];
	report(t, n,
		"malloc_p50=%llu malloc_p999=%llu malloc_p9999=%llu malloc_max=%llu "
		"free_p50=%llu free_p999=%llu free_p9999=%llu free_max=%llu",
		m[0], m[1], m[2], m[3], f[0], f[1], f[2], f[3]);
}

const struct workload bench_threads[] = {
	{"larson", "[THREADS 2] [GENERATIONS] [OPS] [SLOTS] [MIN] [MAX]",
		"server, threads hand over", larson},
	{"xmalloc", "[PRODUCERS 2] [CONSUMERS 2] [BATCHES 6000]",
		"some allocate, others free", xmalloc},
	{"cache-thrash", "[THREADS 2] [ROUNDS] [WRITES] [SIZE 8]", "active false sharing",
		cache_thrash},
	{"cache-scratch", "[THREADS 2] [ROUNDS] [WRITES] [SIZE 8]",
		"passive false sharing", cache_scratch},
	{"alloc-test", "[THREADS 1] [N] [SLOTS] [MAXLOG2 10]",
		"hot and cold slots, whole blocks", alloc_test},
	{"mstress", "[THREADS 4] [LOAD 10000] [ROUNDS 25]",
		"migrating objects, threads end", mstress},
	{"rptest", "[THREADS 2] [LOOPS] [BLOCKS] [REPLACED] [MIN] [MAX]",
		"mixed sizes, cross frees", rptest},
	{"glibc-thread", "[THREADS 2] [N 8000000]", "1024 slots a thread", glibc_thread},
	{"idle-threads", "[THREADS 500]", "each busy once, then idle", idle_threads},
	{"fork-heavy", "[CHILDREN 300] [LIVE 10000] [CHURNERS 1]", "fork under load",
		fork_heavy},
	{"latency", "[THREADS 2] [N] [LIVE 50000]", "percentiles of single calls, ns",
		latency},
	{NULL, NULL, NULL, NULL},
};
