/*
 * What options do to a program: options CASE, 0 if it is so, 1 if not. The script runs each case with its
 * option and without.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t sizes[] = {1, 24, 100, 1000, 5000, 32768, 40000, 1 << 20, 33 << 20};
#define N (sizeof(sizes) / sizeof(sizes[0]))

static int all(const void *block, size_t from, size_t to, int byte)
{
	const unsigned char *p = block;

	while (from < to && p[from] == byte)
		from++;
	return from >= to;
}

/* Memory that is not zero any more, for what comes after. */
static void make_dirty(size_t size)
{
	enum { COUNT = 20 };
	void *p[COUNT];

	for (int i = 0; i < COUNT; i++)
		p[i] = memset(malloc(size), 0x77, size);
	for (int i = 0; i < COUNT; i++)
		free(p[i]);
}

/* Whether each way to get a block gives one full of this byte, beyond what was asked for too. */
static int allocated(int byte)
{
	int good = 1;

	for (size_t i = 0; i < N; i++) {
		size_t n = sizes[i];
		void *p;

		if (n < 1 << 20)
			make_dirty(n);
		p = malloc(n);
		good &= all(p, 0, malloc_usable_size(p), byte);
		free(p);
		p = memalign(256, n);
		good &= all(p, 0, malloc_usable_size(p), byte);
		free(p);
		good &= posix_memalign(&p, 64, n) == 0 && all(p, 0, malloc_usable_size(p), byte);
		free(p);
		p = realloc(NULL, n);
		good &= all(p, 0, malloc_usable_size(p), byte);
		/* what it grows by: usable before, usable after */
		size_t before = malloc_usable_size(p);
		memset(p, 0x11, before);
		p = realloc(p, n * 3 + 100);
		good &= all(p, 0, n, 0x11) && all(p, before, malloc_usable_size(p), byte);
		free(p);
		p = calloc(1, n);
		good &= all(p, 0, n, 0);
		free(p);
	}
	return good;
}

/* Whether free fills with this byte: seen where the block was, which is still there. */
static int freed(int byte)
{
	int good = 1;

	for (size_t i = 0; i < N && sizes[i] <= 100000; i++) {
		char *volatile p = memset(malloc(sizes[i]), 0x77, sizes[i]);
		free(p);
		good &= all(p, 0, sizes[i], byte);
	}
	/* the old place of a block that moved */
	char *volatile p = memset(malloc(200), 0x77, 200);
	char *q = realloc(p, 20000);
	good &= all(q, 0, 200, 0x77) && all(p, 0, 200, byte);
	free(q);
	return good;
}

static int perturb(void)
{
	if (!mallopt(M_PERTURB, 0x2b))
		return 0;
	if (!allocated(0xff ^ 0x2b) || !freed(0x2b))
		return 0;
	mallopt(M_PERTURB, 0); /* and off again */
	char *volatile p = memset(malloc(100), 0x77, 100);
	free(p);
	return all(p, 0, 100, 0x77);
}

static void *worker(void *unused)
{
	for (int i = 0; i < 20000; i++)
		free(memset(malloc(i % 3000), 1, i % 3000));
	return unused;
}

/* Bytes and threads for stats_interval: 64 MiB in blocks of 1 KiB, of them half in another thread. */
static void *half(void *unused)
{
	for (int i = 0; i < 32 << 10; i++) {
		void *volatile p = malloc(1024);
		free(p);
	}
	return unused;
}

static int interval(void)
{
	pthread_t t;

	pthread_create(&t, NULL, half, NULL);
	half(NULL);
	pthread_join(t, NULL);
	return 1;
}

/* A message function that allocates as much as is between two reports. */
static void keep(void *unused, const char *text)
{
	void *volatile p = malloc(65536);
	(void)unused;
	fwrite(text, 1, strlen(text), stderr);
	free(p);
}

static int interval_allocating(void)
{
	void (**message)(void *, const char *) = dlsym(RTLD_DEFAULT, "malloc_message");

	*message = keep;
	for (int i = 0; i < 64; i++) {
		void *volatile p = malloc(1024);
		free(p);
	}
	return 1;
}

/* Bytes in caches after blocks of 2048 were freed; the caches' own words are mallinfo2's. */
static size_t cached(size_t size)
{
	void *p[64];
	size_t before;

	worker(NULL); /* out of the nursery; arrays have grown */
	malloc_trim(0);
	before = mallinfo2().fsmblks;
	for (int i = 0; i < 64; i++)
		p[i] = malloc(size);
	for (int i = 0; i < 64; i++)
		free(p[i]);
	return mallinfo2().fsmblks - before;
}

/* A flag of the mapping that p lies in; -1: none such. */
static int has_flag(void *p, const char *flag)
{
	static char line[1000];
	int inside = 0;
	FILE *f = fopen("/proc/self/smaps", "r");

	while (f && fgets(line, sizeof(line), f)) {
		unsigned long from, to;
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = (uintptr_t)p >= from && (uintptr_t)p < to;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			return strstr(line, flag) != NULL;
	}
	return -1;
}

static int huge(const char *flag)
{
	enum { COUNT = 4000 };
	static char *p[COUNT]; /* 8 MiB */

	for (int i = 0; i < COUNT; i++)
		p[i] = memset(malloc(2000), 1, 2000);
	char *large = memset(malloc(8 << 20), 1, 8 << 20);
	int small_has = has_flag(p[COUNT - 1], flag), large_has = has_flag(large + (4 << 20), flag);
	printf("%d %d\n", small_has, large_has);
	return small_has == 1 && large_has == 1;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	void *p;
	pthread_t t[4];
	int good;

	if (!strcmp(what, "work")) {
		for (int i = 0; i < 4; i++)
			pthread_create(&t[i], NULL, worker, NULL);
		for (int i = 0; i < 4; i++)
			pthread_join(t[i], NULL);
		good = 1;
	} else if (!strcmp(what, "new")) {
		good = allocated((int)strtol(argv[2], NULL, 0));
	} else if (!strcmp(what, "freed")) {
		good = freed((int)strtol(argv[2], NULL, 0));
	} else if (!strcmp(what, "perturb")) {
		good = perturb();
	} else if (!strcmp(what, "interval")) {
		good = interval();
	} else if (!strcmp(what, "interval_allocating")) {
		good = interval_allocating();
	} else if (!strcmp(what, "cached")) {
		good = cached(strtoul(argv[2], NULL, 0)) > 1000;
	} else if (!strcmp(what, "huge")) {
		good = huge(argv[2]);
	} else if (!strcmp(what, "nomem")) { /* all ways to get none */
		volatile size_t none = SIZE_MAX / 2; /* the compiler need not know */
		const char *how = argv[2];
		p = NULL;
		errno = 0;
		if (!strcmp(how, "malloc"))
			p = malloc(none);
		else if (!strcmp(how, "calloc"))
			p = calloc(none, none);
		else if (!strcmp(how, "realloc"))
			p = realloc(malloc(1), none);
		else if (!strcmp(how, "pvalloc"))
			p = pvalloc(SIZE_MAX);
		else if (!strcmp(how, "posix_memalign"))
			errno = posix_memalign(&p, 64, none);
		good = p == NULL && errno == ENOMEM;
	} else if (!strcmp(what, "nomem.shrink")) { /* no new block to be had, but none is needed */
		p = malloc(1);
		p = realloc(p, 1);
		good = p != NULL;
	} else if (!strcmp(what, "zero_realloc.null")) {
		good = realloc(malloc(100), 0) == NULL;
	} else if (!strcmp(what, "zero_realloc.block")) {
		p = realloc(malloc(100), 0);
		good = p && malloc_usable_size(p) <= 32;
		free(p);
	} else {
		return 75;
	}
	return !good;
}
