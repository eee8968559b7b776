/*
 * memory.c - what becomes of memory: large blocks, growth by realloc, fragmentation, survivors
 * that hold pages, and whether a freed burst leaves the resident set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* Blocks of 5 to 25 MiB replaced at random among 20, every page touched. */
static void malloc_large(void)
{
	long n = arg_num(0, 500);
	uint64_t seed = rnd_seed(3);
	void *p[20] = {NULL};
	double start = now();
	for (long k = 0; k < n; k++) {
		size_t i = rnd_between(&seed, 0, 19);
		if (p[i] != NULL)
			block_check(p[i], i);
		free(p[i]);
		size_t size = rnd_between(&seed, 5 << 20, 25 << 20);
		p[i] = must_malloc(size);
		block_fill(p[i], size, i);
	}
	double t = now() - start;
	report(t, (uint64_t)n, "us=%.1f", t / (double)n * 1e6);
	for (size_t i = 0; i < 20; i++)
		free(p[i]);
}

/* 64 KiB to 64 MiB, each doubling as likely as any other, 24 live. */
static void large(void)
{
	long n = arg_num(0, 1000);
	uint64_t seed = rnd_seed(4);
	void *p[24] = {NULL};
	double start = now();
	for (long k = 0; k < n; k++) {
		size_t i = rnd_between(&seed, 0, 23);
		if (p[i] != NULL)
			block_check(p[i], i);
		free(p[i]);
		size_t base = (size_t)(64 << 10) << rnd_between(&seed, 0, 9);
		size_t size = rnd_between(&seed, base, 2 * base);
		p[i] = must_malloc(size);
		block_fill(p[i], size, i);
	}
	double t = now() - start;
	report(t, (uint64_t)n, "us=%.1f", t / (double)n * 1e6);
	for (size_t i = 0; i < 24; i++)
		free(p[i]);
}

/* One buffer grown by a quarter at a time, as a vector is, to MAX MiB; the new part is touched. */
static void realloc_big(void)
{
	size_t max = (size_t)arg_num(0, 1024) << 20;
	long rounds = arg_num(1, 1);
	uint64_t steps = 0;
	double start = now();
	for (long r = 0; r < rounds; r++) {
		size_t size = 16;
		char *p = must_malloc(size);
		block_fill(p, size, 42);
		while (size < max) {
			size_t old = size;
			size += size / 4 + 16;
			if (size > max)
				size = max;
			p = realloc(p, size);
			if (p == NULL)
				die("out of memory");
			block_check(p, 42);
			block_fill(p + old / 16 * 16, size - old / 16 * 16, 43);
			block_mark(p, 42);
			steps++;
		}
		free(p);
	}
	report(now() - start, steps, "mib=%zu", max >> 20);
}

/* Many strings grown by 16 bytes at a time, in turn, so that most cannot grow in place. */
static void realloc_small(void)
{
	long n = arg_num(0, 2000);
	size_t max = (size_t)arg_num(1, 4096);
	long rounds = arg_num(2, 6);
	void **p = table_alloc((size_t)n * sizeof *p);
	uint64_t steps = 0;
	double start = now();
	for (long r = 0; r < rounds; r++) {
		for (size_t size = 16; size <= max; size += 16) {
			for (long i = 0; i < n; i++) {
				p[i] = realloc(p[i], size);
				if (p[i] == NULL)
					die("out of memory");
				if (size > 16)
					block_check(p[i], (uint64_t)i);
				block_fill(p[i], size, (uint64_t)i);
			}
		}
		steps += (uint64_t)n * (max / 16);
		for (long i = 0; i < n; i++) {
			free(p[i]);
			p[i] = NULL;
		}
	}
	double t = now() - start;
	report(t, steps, "ns=%.1f", t / (double)steps * 1e9);
}

struct held {
	void *p;
	size_t size;
};

static size_t free_share(struct held *h, size_t *n, unsigned percent, uint64_t *seed)
{
	size_t freed = 0, kept = 0;
	for (size_t i = 0; i < *n; i++) {
		if (rnd_between(seed, 0, 99) < percent) {
			free(h[i].p);
			freed += h[i].size;
		} else {
			h[kept++] = h[i];
		}
	}
	*n = kept;
	return freed;
}

/*
 * Fragmentation by phases. Each phase has its own range of sizes: the heap grows to LIVE MiB with
 * churn, then nine tenths of it are freed at random. Survivors of one phase pin what the next
 * would like to use whole. Figures: resident over live bytes, at the worst peak and trough.
 */
static void phases(void)
{
	static const struct {
		size_t min, max;
	} phase[] = {
		{16, 64},
		{200, 800},
		{32, 128},
		{1000, 4000},
		{64, 256},
		{3000, 20000},
		{16, 1024},
		{500, 1500},
	};
	size_t target = (size_t)arg_num(0, 64) << 20;
	size_t rounds = (size_t)arg_num(1, 1);
	size_t cap = target / 24 + 1024, n = 0, live = 0;
	struct held *h = table_alloc(cap * sizeof *h);
	memset(h, 0, cap * sizeof *h); /* resident before the measuring begins */
	uint64_t seed = rnd_seed(5), ops = 0;
	double peak = 0, trough = 0, peak_sum = 0;
	long base = rss_kb();
	double start = now();
	size_t n_phases = sizeof phase / sizeof phase[0];
	for (size_t k = 0; k < rounds * n_phases; k++) {
		size_t f = k % n_phases;
		while (live < target && n < cap) {
			size_t size = rnd_between(&seed, phase[f].min, phase[f].max);
			h[n].p = must_malloc(size);
			h[n].size = size;
			block_fill(h[n].p, size, (uint64_t)(uintptr_t)h[n].p);
			live += size;
			n++;
			ops++;
			/* Churn: every third allocation frees a random block. */
			if (ops % 3 == 0) {
				size_t i = rnd_between(&seed, 0, n - 1);
				block_check(h[i].p, (uint64_t)(uintptr_t)h[i].p);
				free(h[i].p);
				live -= h[i].size;
				h[i] = h[--n];
			}
		}
		double ratio = (double)((rss_kb() - base) << 10) / (double)live;
		if (ratio > peak)
			peak = ratio;
		peak_sum += ratio;
		live -= free_share(h, &n, 90, &seed);
		ratio = (double)((rss_kb() - base) << 10) / (double)live;
		if (ratio > trough)
			trough = ratio;
	}
	report(now() - start, ops, "rss_per_live_peak=%.2f mean_peak=%.2f trough=%.2f",
		peak, peak_sum / (double)(rounds * n_phases), trough);
}

/* N blocks of one size, all but one in 64 freed, then the next size. */
static void sieve(void)
{
	static const size_t sizes[] = {24, 40, 72, 136, 264, 488};
	size_t n = (size_t)arg_num(0, 400000), keep = (size_t)arg_num(1, 64), kept = 0;
	void **p = table_alloc(n * sizeof *p);
	double start = now();
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		for (size_t i = 0; i < n; i++) {
			p[i] = must_malloc(sizes[s]);
			block_fill(p[i], sizes[s], i);
		}
		for (size_t i = 0; i < n; i++) {
			block_check(p[i], i);
			if (i % keep != 0)
				free(p[i]);
			else
				kept += sizes[s];
		}
	}
	double t = now() - start;
	report(t, n * (sizeof sizes / sizeof sizes[0]), "rss_end=%ld kept_kb=%zu",
		rss_kb(), kept >> 10);
}

/*
 * A burst of MIB mebibytes, freed but for one block in 5000, then only malloc and free in pairs:
 * no call of those reaches a slow path, and nothing of the burst may stay for long.
 */
static void burst_idle(void)
{
	size_t mib = (size_t)arg_num(0, 370);
	long keep = arg_num(1, 5000);
	static const long at_ms[] = {500, 1000, 2000, 3000};
	long seen[4];
	uint64_t seed = rnd_seed(6), ops = 0;
	size_t n = 0, bytes = 0, cap = (mib << 20) / 48;
	void **p = table_alloc(cap * sizeof *p);
	memset(p, 0, cap * sizeof *p); /* resident before the measuring begins */
	long base = rss_kb();
	double start = now();
	while (bytes < mib << 20 && n < cap) {
		size_t size = rnd_between(&seed, 16, 512);
		p[n] = must_malloc(size);
		block_fill(p[n], size, n);
		bytes += size;
		n++;
	}
	long peak = rss_kb();
	for (size_t i = 0; i < n; i++)
		if ((long)(i % (size_t)keep) != 0)
			free(p[i]);
	double freed = now();
	for (int k = 0; k < 4; k++) {
		while (now() - freed < (double)at_ms[k] / 1000) {
			for (int i = 0; i < 100; i++) {
				void *q = must_malloc(rnd_between(&seed, 16, 512));
				block_mark(q, 1);
				free(q);
			}
			ops += 100;
			sleep_ms(1);
		}
		seen[k] = rss_kb();
	}
	report(freed - start, n,
		"peak=%ld rss_500ms=%ld rss_1s=%ld rss_2s=%ld rss_3s=%ld pairs=%llu",
		peak - base, seen[0] - base, seen[1] - base, seen[2] - base,
		seen[3] - base, (unsigned long long)ops);
}

/* A hash table that grows to LIVE nodes, then lookups at random: each a miss of the data TLB or two. */
static void table(void)
{
	struct node {
		struct node *next;
		uint64_t key, value[5];
	};
	size_t live = (size_t)arg_num(0, 6000000);
	long n = arg_num(1, 12000000);
	unsigned log2 = 64 - (unsigned)__builtin_clzll(live), shift = 64 - log2;
	struct node **bucket = calloc((size_t)1 << log2, sizeof *bucket);
	if (!bucket)
		die("out of memory");
	uint64_t seed = rnd_seed(1);
	double start = now();
	for (uint64_t key = 0; key < live; key++) {
		struct node **b = bucket + (key * 0x9e3779b97f4a7c15u >> shift);
		struct node *p = must_malloc(sizeof *p);
		*p = (struct node){.next = *b, .key = key, .value[4] = ~key};
		*b = p;
	}
	double grown = now();
	for (long k = 0; k < n; k++) {
		uint64_t key = rnd_between(&seed, 0, live - 1);
		struct node *p = bucket[key * 0x9e3779b97f4a7c15u >> shift];
		while (p && p->key != key)
			p = p->next;
		if (!p || p->value[4] != ~key)
			die("a key is not in the table");
	}
	double t = now() - grown;
	report(now() - start, live + (uint64_t)n, "live=%zu grow_ns=%.2f lookup_ns=%.2f", live,
		(grown - start) / (double)live * 1e9, t / (double)n * 1e9);
}

const struct workload bench_memory[] = {
	{"malloc-large", "[N 500]", "5 to 25 MiB replaced among 20", malloc_large},
	{"large", "[N 1000]", "64 KiB to 64 MiB replaced among 24", large},
	{"table", "[LIVE 6000000] [LOOKUPS 12000000]", "a large hash table, looked up at random", table},
	{"realloc-big", "[MIB 1024] [ROUNDS 1]", "one buffer grown by a quarter",
		realloc_big},
	{"realloc-small", "[COUNT 2000] [MAX 4096] [ROUNDS 6]",
		"strings grown by 16 bytes", realloc_small},
	{"phases", "[LIVE_MIB 64] [ROUNDS 1]", "fragmentation by changing sizes", phases},
	{"sieve", "[N 400000] [KEEP 64]", "one in KEEP survives, next size", sieve},
	{"burst-idle", "[MIB 370] [KEEP 5000]", "freed burst, then light work",
		burst_idle},
	{NULL, NULL, NULL, NULL},
};
