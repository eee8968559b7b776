/*
 * Fuzzing the API: bytes become a sequence of calls, every block's content is checked.
 *
 * Built with clang -fsanitize=fuzzer (run.sh) this is a libFuzzer target. Built with -DFUZZ_MAIN by
 * any compiler it is a program: it replays the files it is given, runs --random N [SEED] inputs of
 * its own making, or reads one input from stdin, which is what AFL++ wants.
 *
 * An input is a row of operations of four bytes: what, which of 64 slots, and 16 bits of size,
 * twelve of mantissa and four of exponent.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "../api/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOTS = 64, MAX_OPS = 2000 };
static const size_t max_live_bytes = (size_t)64 << 20;

static struct slot {
	unsigned char *p;
	size_t n;
	unsigned seed;
} slot[SLOTS];
static size_t live_bytes;

/* All of a small block; of a large one the ends and a byte of each page. */
static size_t next_byte(size_t i, size_t n)
{
	if (i < 2048 || i + 64 >= n)
		return i + 1;
	i = (i | 4095) + 1;
	return i + 64 >= n ? n - 64 : i;
}

static unsigned char byte_of(const struct slot *s, size_t i)
{
	return (unsigned char)(s->seed + i * 7 + (i >> 8));
}

static void fill(struct slot *s)
{
	for (size_t i = 0; i < s->n; i = next_byte(i, s->n))
		s->p[i] = byte_of(s, i);
}

static void check(const struct slot *s)
{
	for (size_t i = 0; i < s->n; i = next_byte(i, s->n))
		need(s->p[i] == byte_of(s, i));
}

static void put(struct slot *s, void *p, size_t n, size_t alignment)
{
	static unsigned serial;

	need(p);
	need((uintptr_t)p % alignment == 0);
	need((uintptr_t)p % (n >= 16 ? 16 : 8) == 0);
	need(malloc_usable_size(p) >= n);
	s->p = p;
	s->n = n;
	s->seed = serial++;
	live_bytes += n;
	fill(s);
}

static void drop(struct slot *s)
{
	if (!s->p)
		return;
	check(s);
	errno = 4711;
	free(s->p);
	need(errno == 4711);
	live_bytes -= s->n;
	s->p = NULL;
	s->n = 0;
}

static void *drop_in_thread(void *s)
{
	drop(s);
	return NULL;
}

static void resize(struct slot *s, size_t n)
{
	struct slot old = *s;
	unsigned char *p = realloc(old.p, n);

	if (old.p && n == 0) {
		need(!p);
		live_bytes -= old.n;
		*s = (struct slot){NULL, 0, 0};
		return;
	}
	need(p);
	for (size_t i = 0; i < old.n && i < n; i = next_byte(i, old.n))
		need(p[i] == byte_of(&old, i));
	live_bytes -= old.n;
	put(s, p, n, 1);
}

enum op {
	MALLOC,
	MALLOC_AGAIN, /* the commonest call */
	CALLOC,
	REALLOC,
	POSIX_MEMALIGN,
	MEMALIGN,
	ALIGNED_ALLOC,
	FREE,
	FREE_AGAIN,
	FREE_IN_THREAD,
	FREE_ROW,
	CHECK,
	USE_ALL,
	HUGE,
	TRIM,
	OPS
};

static void run(enum op op, struct slot *s, unsigned which, size_t n)
{
	size_t align = (size_t)8 << which % 18;
	volatile size_t absurd =
		SIZE_MAX - n; /* volatile: the compiler would warn of it */
	pthread_t thread;
	void *p = NULL;

	switch (op) {
	case MALLOC:
	case MALLOC_AGAIN:
		drop(s);
		put(s, malloc(n), n, 1);
		break;
	case CALLOC:
		drop(s);
		p = calloc(n / (which + 1) + 1, which + 1);
		n = (n / (which + 1) + 1) * (which + 1);
		need(p);
		for (size_t i = 0; i < n; i++)
			need(((unsigned char *)p)[i] == 0);
		put(s, p, n, 1);
		break;
	case REALLOC:
		resize(s, n);
		break;
	case POSIX_MEMALIGN:
		drop(s);
		need(posix_memalign(&p, align, n) == 0);
		put(s, p, n, align);
		break;
	case MEMALIGN:
		drop(s);
		put(s, memalign(align / 8, n), n, align / 8);
		break;
	case ALIGNED_ALLOC:
		drop(s);
		put(s, aligned_alloc(align / 4, n), n, align / 4);
		break;
	case FREE:
	case FREE_AGAIN:
		drop(s);
		break;
	case FREE_IN_THREAD:
		if (pthread_create(&thread, NULL, drop_in_thread, s) == 0)
			pthread_join(thread, NULL);
		break;
	case FREE_ROW:
		for (unsigned i = which; i < SLOTS; i += 1 + (n & 7))
			drop(&slot[i]);
		break;
	case CHECK:
		for (unsigned i = 0; i < SLOTS; i++)
			check(&slot[i]);
		break;
	case USE_ALL: /* of what malloc_usable_size promises */
		if (s->p) {
			size_t usable = malloc_usable_size(s->p);

			check(s);
			live_bytes += usable - s->n;
			s->n = usable;
			fill(s);
		}
		break;
	case HUGE:
		drop(s);
		errno = 0;
		p = malloc(absurd);
		need(!p && errno == ENOMEM);
		errno = 0;
		p = calloc(absurd / 2, 3 + which);
		need(!p && errno == ENOMEM);
		need(posix_memalign(&p, align + 1, n) == EINVAL && !p);
		break;
	case TRIM:
		if (n % 16 == 0)
			malloc_trim(n);
		break;
	case OPS:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t before = bytes_in_use();

	for (size_t i = 0; i + 4 <= size && i / 4 < MAX_OPS; i += 4) {
		unsigned which = data[i + 1] % SLOTS;
		unsigned bits = data[i + 2] | (unsigned)data[i + 3] << 8;
		size_t n = (size_t)(bits & 0xfff) << (bits >> 12) % 13;

		while (live_bytes + n > max_live_bytes)
			drop(&slot[which++ % SLOTS]);
		which %= SLOTS;
		run(data[i] % OPS, &slot[which], which, n);
	}
	for (unsigned i = 0; i < SLOTS; i++)
		drop(&slot[i]);
	need(live_bytes == 0);
	/* a thread leaves a little in libc's caches, an input nothing */
	need(bytes_in_use() <= before + ((size_t)64 << 10));
	return 0;
}

#ifdef FUZZ_MAIN

static uint8_t input[MAX_OPS * 4];

static int replay(FILE *f, const char *name)
{
	size_t n;

	if (!f) {
		fprintf(stderr, "fuzz_ops: %s: %s\n", name, strerror(errno));
		return 1;
	}
	n = fread(input, 1, sizeof(input), f);
	return LLVMFuzzerTestOneInput(input, n);
}

static void random_inputs(unsigned long count, unsigned long seed)
{
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;

	printf("fuzz_ops: --random %lu %lu\n", count, seed);
	fflush(stdout);
	while (count-- > 0) {
		size_t n = x % sizeof(input);

		for (size_t i = 0; i < n; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			/* large sizes are rare, as they are slow */
			input[i] = i % 4 == 3 && x >> 60 ? (uint8_t)(x >> 32 & 0x3f)
							 : (uint8_t)(x >> 32);
		}
		LLVMFuzzerTestOneInput(input, n);
	}
}

int main(int argc, char **argv)
{
	int result = 0;

	if (argc > 2 && strcmp(argv[1], "--random") == 0) {
		random_inputs(strtoul(argv[2], NULL, 0),
			argc > 3 ? strtoul(argv[3], NULL, 0) : 1);
		return 0;
	}
	if (argc == 1)
		return replay(stdin, "stdin");
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");

		result |= replay(f, argv[i]);
		if (f)
			fclose(f);
	}
	return result;
}

#endif
