/*
 * bench.h - what the workloads of ashbench share: random numbers, sizes, marks in blocks, time,
 * memory figures, threads and the one line of output.
 *
 * The allocator under test is whatever malloc the process has (LD_PRELOAD or the libc's): nothing
 * here knows ashlar. The harness itself keeps its tables in mmap'ed memory, so that the heap holds
 * the workload alone.
 */
#ifndef ASHLAR_BENCH_H
#define ASHLAR_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct workload {
	const char *name;
	const char *args; /* with their defaults, for the usage text */
	const char *what;
	void (*run)(void);
};

extern const struct workload bench_small[], bench_threads[], bench_memory[];

/* The workload's arguments, in order; the default when one is left out. */
long arg_num(int i, long def);
const char *arg_str(int i, const char *def);

/* xorshift64: six instructions, so that the loop measures the allocator. */
static inline uint64_t rnd(uint64_t *state)
{
	uint64_t x = *state;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

static inline uint64_t rnd_seed(uint64_t n)
{
	return (n + 1) * 0x9e3779b97f4a7c15u;
}

/* Uniform in [lo, hi]; the slight bias of the multiply does not matter here. */
static inline size_t rnd_between(uint64_t *state, size_t lo, size_t hi)
{
	return lo + (size_t)(((rnd(state) >> 32) * (uint64_t)(hi - lo + 1)) >> 32);
}

/*
 * Heavy-tailed sizes as programs have them: each doubling from 16 bytes on is half as likely as
 * the one before, so that every doubling holds about the same number of bytes.
 * max_log2 bounds the tail: sizes are below 2^max_log2.
 */
static inline size_t rnd_size(uint64_t *state, unsigned max_log2)
{
	uint64_t r = rnd(state);
	unsigned k = (unsigned)__builtin_ctzll(r | (uint64_t)1 << (max_log2 - 5));
	size_t base = (size_t)16 << k;
	return base + ((r >> 40) & (base - 1));
}

/*
 * Use a block as a program would: every page written, and a mark in the first word that
 * block_check() finds again, so that a block handed out twice or lost is not measured as fast.
 */
void block_fill(void *p, size_t size, uint64_t mark);
static inline void block_mark(void *p, uint64_t mark)
{
	*(volatile uint64_t *)p = mark;
}
void block_corrupt(const void *p, uint64_t mark, uint64_t found);
static inline void block_check(const void *p, uint64_t mark)
{
	uint64_t found = *(const volatile uint64_t *)p;
	if (found != mark)
		block_corrupt(p, mark, found);
}

/* malloc that must not fail. */
void *must_malloc(size_t size);
/* Zeroed table for the harness, outside the heap under test. */
void *table_alloc(size_t size);
_Noreturn void die(const char *msg);

double now(void);
void sleep_ms(long ms);
long rss_kb(void);  /* resident now  */
long peak_kb(void); /* resident most */

/* Run fn(0..n-1) in n threads and join them. */
void run_threads(long n, void (*fn)(long id));

/*
 * The one line of output: "NAME seconds=S ops=N peak_kb=K" and then the workload's own figures,
 * "key=value" separated by blanks.
 */
void report(double seconds, uint64_t ops, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
