/*
 * Random operations on the heap by one or more threads, every block's content checked.
 *
 *   stress [--seed N] [--threads N] [--ops N] [--max-live N] [--max-mib N] [--turnover N] [--trim]
 *
 * The seed is printed first; a run with one thread is replayed exactly by giving it again. Each
 * thread owns a table of blocks. A block is filled with a pattern that follows from its address and
 * the seed, so two blocks that overlap, or one that is handed out twice, are seen at the next look.
 * Threads hand blocks to each other for freeing, and with --turnover end now and then, leaving
 * table and random state to a successor: their last frees and caches are put to the test too.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../api/names.h"

enum { MAX_THREADS = 256, INBOX = 64 };

static struct {
	uint64_t seed;
	unsigned threads;
	uint64_t ops;
	size_t max_live;
	size_t max_bytes; /* live at a time, of all threads together */
	uint64_t turnover;
	bool trim;
} opt = {.threads = 1, .ops = 1000000, .max_live = 20000, .max_bytes = (size_t)192 << 20};

struct block {
	unsigned char *p;
	size_t n;
	uint64_t op; /* the operation that made it: where to look in a replay */
};

struct worker {
	pthread_t thread;
	unsigned number;
	uint64_t random;
	uint64_t op;
	struct block *live;
	size_t count, cap;
	size_t bytes, max_bytes;
	pthread_mutex_t lock; /* guards inbox and in_inbox */
	struct block inbox[INBOX];
	unsigned in_inbox;
};

static struct worker worker[MAX_THREADS];

/* --- failing */

static _Noreturn void fail(
	const struct worker *w, const char *what, const struct block *b, size_t at)
{
	flockfile(stderr);
	fprintf(stderr, "stress: %s: thread %u, operation %" PRIu64 "\n", what, w->number,
		w->op);
	if (b)
		fprintf(stderr,
			"stress: block %p of %zu bytes made at operation %" PRIu64
			", byte %zu is 0x%02x\n",
			(void *)b->p, b->n, b->op, at, at < b->n ? b->p[at] : 0u);
	fprintf(stderr,
		"stress: again: --seed %" PRIu64 " --threads %u --ops %" PRIu64
		" --max-live %zu --max-mib %zu --turnover %" PRIu64 "%s\n",
		opt.seed, opt.threads, opt.ops, opt.max_live, opt.max_bytes >> 20,
		opt.turnover, opt.trim ? " --trim" : "");
	funlockfile(stderr);
	_exit(1);
}

/* --- choices */

/* xorshift64*: small, and the same everywhere */
static uint64_t next_random(struct worker *w)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return w->random * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t below(struct worker *w, uint64_t n)
{
	return (next_random(w) >> 11) % n;
}

/* Sizes as programs have them: mostly small, a long tail, and the edges of size classes. */
static size_t random_size(struct worker *w)
{
	static const struct {
		unsigned upto;   /* of 1000 */
		unsigned lo, hi; /* powers of two */
	} tail[] = {
		{500, 0, 8}, {800, 8, 12}, {950, 12, 16}, {990, 16, 20}, {1000, 20, 24}};
	uint64_t dice = below(w, 1000);
	size_t n;
	unsigned i = 0;

	while (dice >= tail[i].upto)
		i++;
	n = (size_t)1 << (tail[i].lo + below(w, tail[i].hi - tail[i].lo));
	n += below(w, n);
	if (below(w, 8) == 0) { /* a power of two, one less or one more */
		while (n & (n - 1))
			n &= n - 1;
		n += below(w, 3) - 1;
	}
	return below(w, 500) == 0 ? 0 : n;
}

/* --- contents. Of large blocks the two ends and a word a page, else a run would only copy. */

enum { WHOLE = 16384, PAGE = 4096 };

static uint64_t word_at(const unsigned char *home, size_t i)
{
	return ((uintptr_t)home ^ opt.seed) + i * UINT64_C(0x9e3779b97f4a7c15);
}

static void write_run(unsigned char *p, const unsigned char *home, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		p[i] = (unsigned char)(word_at(home, i) >> 56);
}

static size_t wrong_in_run(
	const unsigned char *p, const unsigned char *home, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (p[i] != (unsigned char)(word_at(home, i) >> 56))
			return i;
	return SIZE_MAX;
}

static void fill(struct block *b)
{
	if (b->n <= WHOLE) {
		write_run(b->p, b->p, 0, b->n);
		return;
	}
	write_run(b->p, b->p, 0, 64);
	for (size_t i = PAGE; i + 8 <= b->n; i += PAGE)
		write_run(b->p, b->p, i, i + 8);
	write_run(b->p, b->p, b->n - 64, b->n);
}

/* Checks the first n bytes of what was filled as b; they may have moved to p since. */
static void check(const struct worker *w, const struct block *b, unsigned char *p,
	size_t n, const char *what)
{
	struct block moved = {.p = p, .n = n, .op = b->op};
	size_t wrong;

	if (b->n <= WHOLE) {
		wrong = wrong_in_run(p, b->p, 0, n);
	} else {
		wrong = wrong_in_run(p, b->p, 0, n < 64 ? n : 64);
		for (size_t i = PAGE; wrong == SIZE_MAX && i + 8 <= n; i += PAGE)
			if (i + 8 <= b->n)
				wrong = wrong_in_run(p, b->p, i, i + 8);
		if (wrong == SIZE_MAX && n == b->n)
			wrong = wrong_in_run(p, b->p, n - 64, n);
	}
	if (wrong != SIZE_MAX)
		fail(w, what, &moved, wrong);
}

/* --- operations */

static void add(struct worker *w, struct block b)
{
	b.op = w->op;
	fill(&b);
	w->live[w->count++] = b;
	w->bytes += b.n;
}

static struct block take(struct worker *w, size_t i)
{
	struct block b = w->live[i];

	w->live[i] = w->live[--w->count];
	w->bytes -= b.n;
	return b;
}

static void check_and_free(struct worker *w, struct block b)
{
	check(w, &b, b.p, b.n, "content lost");
	free(b.p);
}

static void do_malloc(struct worker *w)
{
	size_t n = random_size(w);
	struct block b = {.p = malloc(n), .n = n};

	if (!b.p)
		fail(w, "malloc gave NULL", NULL, 0);
	if ((uintptr_t)b.p % (n >= 16 ? 16 : 8) != 0)
		fail(w, "malloc gave an unaligned block", NULL, 0);
	if (malloc_usable_size(b.p) < n)
		fail(w, "malloc_usable_size is less than the request", NULL, 0);
	add(w, b);
}

static void do_calloc(struct worker *w)
{
	size_t n = random_size(w);
	struct block b = {.p = calloc(1, n), .n = n, .op = w->op};

	if (!b.p)
		fail(w, "calloc gave NULL", NULL, 0);
	for (size_t i = 0; i < n; i++)
		if (b.p[i] != 0)
			fail(w, "calloc gave a block that is not zero", &b, i);
	add(w, b);
}

static void do_memalign(struct worker *w)
{
	size_t n = random_size(w),
	       align = (size_t)8 << below(w, below(w, 4) == 0 ? 19 : 10);
	struct block b = {.n = n};
	void *p = NULL;

	if (below(w, 2) == 0)
		b.p = memalign(align, n);
	else if (posix_memalign(&p, align, n) == 0)
		b.p = p;
	if (!b.p)
		fail(w, "an aligned allocation gave NULL", NULL, 0);
	if ((uintptr_t)b.p % align != 0)
		fail(w, "an aligned allocation is not aligned", NULL, 0);
	add(w, b);
}

static void do_realloc(struct worker *w)
{
	size_t i, n = random_size(w);
	struct block b;
	unsigned char *p;

	if (w->count == 0)
		return;
	i = below(w, w->count);
	if (below(w, 2) == 0) /* a step, as growing arrays and strings do it */
		n = w->live[i].n + w->live[i].n / 8 + below(w, 64);
	if (n == 0 || n > (size_t)1 << 25)
		return;
	b = take(w, i);
	p = realloc(b.p, n);
	if (!p)
		fail(w, "realloc gave NULL", NULL, 0);
	check(w, &b, p, n < b.n ? n : b.n, "content lost by realloc");
	add(w, (struct block){.p = p, .n = n});
}

static void do_free(struct worker *w)
{
	if (w->count > 0)
		check_and_free(w, take(w, below(w, w->count)));
}

/* Gives a block to another thread, which frees it; keeps it if that one's inbox is full. */
static void do_send(struct worker *w)
{
	struct worker *to = &worker[below(w, opt.threads)];

	if (w->count == 0 || to == w)
		return;
	pthread_mutex_lock(&to->lock);
	if (to->in_inbox < INBOX)
		to->inbox[to->in_inbox++] = take(w, below(w, w->count));
	pthread_mutex_unlock(&to->lock);
}

static void empty_inbox(struct worker *w)
{
	struct block in[INBOX];
	unsigned n;

	pthread_mutex_lock(&w->lock);
	n = w->in_inbox;
	for (unsigned i = 0; i < n; i++)
		in[i] = w->inbox[i];
	w->in_inbox = 0;
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < n; i++)
		check_and_free(w, in[i]);
}

static void do_check(struct worker *w)
{
	if (w->count > 0) {
		struct block *b = &w->live[below(w, w->count)];

		check(w, b, b->p, b->n, "content lost");
	}
}

static void step(struct worker *w)
{
	uint64_t dice = below(w, 100);

	while (w->count >= w->cap || w->bytes > w->max_bytes)
		do_free(w);
	if (dice < 32)
		do_malloc(w);
	else if (dice < 40)
		do_calloc(w);
	else if (dice < 45)
		do_memalign(w);
	else if (dice < 60)
		do_realloc(w);
	else if (dice < 88)
		do_free(w);
	else if (dice < 97)
		do_send(w);
	else
		do_check(w);
	if (w->op % 64 == 0)
		empty_inbox(w);
	/* the heap must also come down from its heights */
	if (below(w, 20000) == 0)
		while (w->count > w->cap / 16)
			do_free(w);
	if (opt.trim && below(w, 5000) == 0)
		malloc_trim(0);
}

/* Runs until the thread's share is done (then it returns NULL) or its successor is due. */
static void *run(void *arg)
{
	struct worker *w = arg;
	uint64_t until = opt.turnover ? w->op + opt.turnover : opt.ops;

	for (; w->op < until && w->op < opt.ops; w->op++)
		step(w);
	return w->op < opt.ops ? w : NULL;
}

/* Lives as long as a thread's table: starts one thread after the other on it. */
static void *run_successors(void *arg)
{
	void *more = arg;

	while (more) {
		pthread_t t;
		int error = pthread_create(&t, NULL, run, arg);

		if (error != 0) {
			fprintf(stderr, "stress: pthread_create: %s\n", strerror(error));
			_exit(99);
		}
		pthread_join(t, &more);
	}
	return NULL;
}

static uint64_t number(const char *text, uint64_t min, uint64_t max)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || *end || end == text || n < min || n > max) {
		fprintf(stderr, "stress: bad number %s\n", text);
		exit(2);
	}
	return n;
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{"seed", required_argument, NULL, 's'},
		{"threads", required_argument, NULL, 't'},
		{"ops", required_argument, NULL, 'o'},
		{"max-live", required_argument, NULL, 'l'},
		{"max-mib", required_argument, NULL, 'm'},
		{"turnover", required_argument, NULL, 'u'},
		{"trim", no_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	struct timespec now;
	int c;

	clock_gettime(CLOCK_REALTIME, &now);
	opt.seed = ((uint64_t)now.tv_sec << 20 ^ (uint64_t)now.tv_nsec ^
			   (uint64_t)getpid()) &
		   0xffffffff;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			opt.seed = number(optarg, 0, UINT64_MAX);
			break;
		case 't':
			opt.threads = (unsigned)number(optarg, 1, MAX_THREADS);
			break;
		case 'o':
			opt.ops = number(optarg, 1, UINT64_MAX);
			break;
		case 'l':
			opt.max_live = number(optarg, 1, 100000000);
			break;
		case 'm':
			opt.max_bytes = number(optarg, 1, 1 << 20) << 20;
			break;
		case 'u':
			opt.turnover = number(optarg, 0, UINT64_MAX);
			break;
		case 'r':
			opt.trim = true;
			break;
		default:
			fprintf(stderr,
				"usage: stress [--seed N] [--threads N] [--ops N] "
				"[--max-live N] [--max-mib N] [--turnover N] [--trim]\n");
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	size_t before, after;

	parse(argc, argv);
	printf("stress: --seed %" PRIu64 " --threads %u --ops %" PRIu64
	       " --max-live %zu --max-mib %zu --turnover %" PRIu64 "%s\n",
		opt.seed, opt.threads, opt.ops, opt.max_live, opt.max_bytes >> 20,
		opt.turnover, opt.trim ? " --trim" : "");
	fflush(stdout);

	for (unsigned i = 0; i < opt.threads; i++) {
		struct worker *w = &worker[i];

		w->number = i;
		w->random = (opt.seed + i) * UINT64_C(0x9e3779b97f4a7c15) | 1;
		w->cap = opt.max_live / opt.threads + 1;
		w->max_bytes = opt.max_bytes / opt.threads;
		w->live = calloc(w->cap, sizeof(*w->live));
		if (!w->live)
			fail(w, "calloc gave NULL", NULL, 0);
		pthread_mutex_init(&w->lock, NULL);
	}
	before = bytes_in_use();
	if (opt.threads == 1) {
		/* in the main thread, so that a debugger or valgrind sees the simplest program */
		while (run(&worker[0]))
			;
	} else {
		for (unsigned i = 0; i < opt.threads; i++)
			pthread_create(&worker[i].thread, NULL,
				opt.turnover ? run_successors : run, &worker[i]);
		for (unsigned i = 0; i < opt.threads; i++)
			pthread_join(worker[i].thread, NULL);
	}
	for (unsigned i = 0; i < opt.threads; i++) {
		struct worker *w = &worker[i];

		empty_inbox(w);
		while (w->count > 0)
			check_and_free(w, take(w, w->count - 1));
	}
	after = bytes_in_use();
	/* all was freed: what is still counted as in use was lost (threads keep some of their own) */
	if (after > before + ((size_t)1 << 20) + opt.threads * ((size_t)64 << 10)) {
		fprintf(stderr, "stress: leak: %zu bytes in use before, %zu after\n",
			before, after);
		fail(&worker[0], "memory lost", NULL, 0);
	}
	for (unsigned i = 0; i < opt.threads; i++)
		free(worker[i].live);
	printf("stress: ok\n");
	return 0;
}
