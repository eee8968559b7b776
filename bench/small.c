/*
 * small.c - one thread, small blocks: pairs, bursts, random replacement, growing and freeing all,
 * and the published single-thread classics in the shape their descriptions give them.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* The tightest loop there is: one block, allocated and freed. Built with -fno-builtin: stays. */
static void pair(void)
{
	size_t size = (size_t)arg_num(0, 32);
	long n = arg_num(1, 20000000);
	const char *how = arg_str(2, "malloc");
	bool zeroed = strcmp(how, "calloc") == 0;
	double start = now();
	if (zeroed) {
		for (long i = 0; i < n; i++) {
			char *p = calloc(1, size);
			free(p);
		}
	} else {
		for (long i = 0; i < n; i++) {
			char *p = malloc(size);
			free(p);
		}
	}
	double t = now() - start;
	report(t, (uint64_t)n, "size=%zu ns=%.2f", size, t / (double)n * 1e9);
}

/* A burst of blocks of one size, freed in the order of allocation (fifo) or against it (lifo). */
static void burst(void)
{
	bool fifo = strcmp(arg_str(0, "fifo"), "fifo") == 0;
	size_t size = (size_t)arg_num(1, 64);
	long count = arg_num(2, 64);
	long rounds = arg_num(3, 200000);
	void **p = table_alloc((size_t)count * sizeof *p);
	double start = now();
	for (long r = 0; r < rounds; r++) {
		for (long i = 0; i < count; i++) {
			p[i] = must_malloc(size);
			block_mark(p[i], (uint64_t)i);
		}
		if (fifo) {
			for (long i = 0; i < count; i++) {
				block_check(p[i], (uint64_t)i);
				free(p[i]);
			}
		} else {
			for (long i = count; i-- > 0;) {
				block_check(p[i], (uint64_t)i);
				free(p[i]);
			}
		}
	}
	double t = now() - start;
	uint64_t ops = (uint64_t)rounds * (uint64_t)count;
	report(t, ops, "size=%zu ns=%.2f", size, t / (double)ops * 1e9);
}

/* Random replacement among many live blocks of heavy-tailed sizes. */
static void replace(void)
{
	long live = arg_num(0, 100000);
	long n = arg_num(1, 3000000);
	unsigned max_log2 = (unsigned)arg_num(2, 15);
	uint64_t seed = rnd_seed(1), bytes = 0;
	void **p = table_alloc((size_t)live * sizeof *p);
	double start = now();
	for (long i = 0; i < live; i++) {
		size_t size = rnd_size(&seed, max_log2);
		bytes += size;
		p[i] = must_malloc(size);
		block_fill(p[i], size, (uint64_t)i);
	}
	double filled = now();
	for (long k = 0; k < n; k++) {
		size_t i = rnd_between(&seed, 0, (size_t)live - 1);
		block_check(p[i], i);
		free(p[i]);
		size_t size = rnd_size(&seed, max_log2);
		p[i] = must_malloc(size);
		block_fill(p[i], size, i);
	}
	double t = now() - filled;
	report(now() - start, (uint64_t)n + (uint64_t)live, "live=%ld mean=%.0f ns=%.2f",
		live, (double)bytes / (double)live, t / (double)n * 1e9);
}

static void shuffle(uint32_t *order, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	for (size_t i = n; i-- > 1;) {
		size_t j = rnd_between(seed, 0, i);
		uint32_t t = order[i];
		order[i] = order[j];
		order[j] = t;
	}
}

/* Grow a heap of many equal blocks, then free all of them in one of three orders. */
static void grow(void)
{
	const char *how = arg_str(0, "forward");
	size_t n = (size_t)arg_num(1, 1000000);
	size_t size = (size_t)arg_num(2, 64);
	long rounds = arg_num(3, 4);
	uint64_t seed = rnd_seed(2);
	void **p = table_alloc(n * sizeof *p);
	uint32_t *order = table_alloc(n * sizeof *order);
	shuffle(order, n, &seed);
	if (strcmp(how, "random") != 0)
		for (size_t i = 0; i < n; i++)
			order[i] =
				(uint32_t)(strcmp(how, "reverse") == 0 ? n - 1 - i : i);
	double grown = 0, freed = 0, t;
	for (long r = 0; r < rounds; r++) {
		t = now();
		for (size_t i = 0; i < n; i++) {
			p[i] = must_malloc(size);
			block_mark(p[i], i);
		}
		grown += now() - t;
		t = now();
		for (size_t i = 0; i < n; i++) {
			block_check(p[order[i]], order[i]);
			free(p[order[i]]);
		}
		freed += now() - t;
	}
	double ops = (double)n * (double)rounds;
	report(grown + freed, (uint64_t)ops, "malloc_ns=%.2f free_ns=%.2f",
		grown / ops * 1e9, freed / ops * 1e9);
}

/*
 * After glibc's bench-malloc-simple: 25 to 1600 blocks of one size allocated, then freed in
 * the same order, for sizes from 16 bytes to 4 KiB.
 */
static void glibc_simple(void)
{
	static const long counts[] = {25, 100, 400, 1600};
	static const size_t sizes[] = {16, 64, 256, 1024, 4096};
	long each = arg_num(0, 400000);
	void **p = table_alloc(1600 * sizeof *p);
	uint64_t ops = 0;
	double start = now();
	for (size_t s = 0; s < 5; s++) {
		for (size_t c = 0; c < 4; c++) {
			for (long r = 0; r < each / counts[c]; r++) {
				for (long i = 0; i < counts[c]; i++) {
					p[i] = must_malloc(sizes[s]);
					block_mark(p[i], (uint64_t)i);
				}
				for (long i = 0; i < counts[c]; i++) {
					block_check(p[i], (uint64_t)i);
					free(p[i]);
				}
				ops += (uint64_t)counts[c];
			}
		}
	}
	double t = now() - start;
	report(t, ops, "ns=%.2f", t / (double)ops * 1e9);
}

const struct workload bench_small[] = {
	{"pair", "[SIZE 32] [N 20000000] [malloc|calloc]", "malloc and free of one size",
		pair},
	{"burst", "[fifo|lifo] [SIZE 64] [COUNT 64] [ROUNDS]",
		"COUNT allocated, then freed", burst},
	{"replace", "[LIVE 100000] [N 3000000] [MAXLOG2 15]",
		"random replacement, heavy tail", replace},
	{"grow", "[forward|reverse|random] [N] [SIZE] [ROUNDS]", "N allocated, all freed",
		grow},
	{"glibc-simple", "[EACH 400000]", "blocks of one size, 25 to 1600 at a time",
		glibc_simple},
	{NULL, NULL, NULL, NULL},
};
