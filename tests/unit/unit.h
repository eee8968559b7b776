/* unit.h -- what the unit tests share beside ../api/support.h: the layers below api are linked
 * alone, so the program's own malloc stays the C library's, and nothing has run a constructor.
 *
 * Each test is a process of its own (Check forks), so each begins with an untouched heap. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#undef ASHLAR_TEST_PREFIX
#include "../api/support.h"
#include "base/base.h"
#include "os/os.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

/* The part of the constructor that everything needs. Huge pages would make neighbours resident. */
static inline void unit_start(void)
{
	ash_os_init();
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

/* ---- random numbers. ASHLAR_TEST_SEED=N repeats what a failed run printed. */

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* From 0 to n - 1. */
static inline size_t rng_below(struct rng *r, size_t n)
{
	return (size_t)(rng_next(r) % n);
}

/* A seed of its own for each run and each stream, told on stdout. */
static inline struct rng rng_start(const char *test, unsigned stream)
{
	const char *given = getenv("ASHLAR_TEST_SEED");
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	uint64_t seed = given ? strtoull(given, NULL, 0)
			      : ((uint64_t)t.tv_sec * 1000000007 + (uint64_t)t.tv_nsec) %
					1000000000;
	if (!stream) {
		printf("%s: ASHLAR_TEST_SEED=%llu\n", test, (unsigned long long)seed);
		fflush(stdout);
	}
	return (struct rng){seed * 1000003 + stream};
}

/* ---- pages */

/* How many of the pages of [p, p + len) cost memory; SIZE_MAX if some are not mapped at all. An emulator tells
 * of the pages that are below its own, one or more to each. */
static inline size_t resident_pages(const void *p, size_t len)
{
	unsigned char in[4096];
	size_t pages = 0, page = ash_os.page_size;
	size_t below = emulated() ? strtoul(emulated(), NULL, 10) : page, each = page / below;
	for (size_t at = 0; at < len; at += sizeof in * below) {
		size_t part = len - at < sizeof in * below ? len - at : sizeof in * below;
		if (mincore((char *)p + at, part, in) != 0)
			return SIZE_MAX;
		for (size_t i = 0; i < part / below; i += each) {
			bool any = false;
			for (size_t k = 0; k < each; k++)
				any |= in[i + k] & 1;
			pages += any;
		}
	}
	return pages;
}

/* Whether every page of [p, p + len) is unmapped. */
static inline bool all_unmapped(const void *p, size_t len)
{
	unsigned char in[16];
	for (size_t at = 0; at < len; at += ash_os.page_size)
		if (mincore((char *)p + at, 1, in) == 0 || errno != ENOMEM)
			return false;
	return true;
}

/* Leaves something in each cache line of memory that is larger than one likes to fill. */
static inline void dirty(void *p, size_t len)
{
	for (size_t at = 0; at < len; at += 64)
		*(uint64_t *)((char *)p + at + (at >> 6 & 7) * 8) = ~at;
}

/* As mlock, which sanitizers turn into nothing. False where it is not allowed. */
static inline bool lock_pages(void *p, size_t len)
{
	return syscall(SYS_mlock, p, len) == 0;
}

static inline void sleep_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	while (nanosleep(&t, &t) != 0)
		;
}

/* No address space beyond what is in use and `more` bytes. */
static inline void limit_address_space(size_t more)
{
	struct rlimit limit = {vsz_now() + more, RLIM_INFINITY};
	must(setrlimit(RLIMIT_AS, &limit) == 0);
}

#endif
