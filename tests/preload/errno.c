/* errno, and thread cancellation, as malloc's callers see them. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "need.h"

enum { MARK = 12345 }; /* no error has this number */
#define MIB ((size_t)1 << 20)

static void *volatile block; /* what is not seen to be used */

/* --- free keeps errno */

static void free_keeping(void *p)
{
	errno = MARK;
	free(p);
	need(errno == MARK);
}

static void *many(size_t n, int count, void **p)
{
	for (int i = 0; i < count; i++) {
		need((p[i] = malloc(n)) != NULL);
		memset(p[i], 1, n < 100000 ? n : 100000);
	}
	return p;
}

enum { COUNT = 4000 };
static void *blocks[COUNT];

static void *free_blocks(void *unused)
{
	for (int i = 0; i < COUNT; i++) {
		free_keeping(blocks[i]);
		blocks[i] = NULL;
	}
	return unused;
}

static void free_keeps(void)
{
	static const size_t size[] = {1, 100, 1000, 5000, 30000};
	pthread_t t;

	free_keeping(NULL);
	for (size_t k = 0; k < sizeof(size) / sizeof(*size); k++) {
		many(size[k], COUNT, blocks);
		free_blocks(NULL);
		many(size[k], COUNT, blocks);
		/* and in another thread */
		need(pthread_create(&t, NULL, free_blocks, NULL) == 0);
		pthread_join(t, NULL);
	}
	for (size_t n = 100000; n < 200 * MIB; n *= 2) {
		many(n, 10, blocks);
		free_blocks(NULL);
	}
}

/* Locked memory cannot be given back: madvise fails, EINVAL. */
static void free_locked(void)
{
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 60; i++) {
			char *p = malloc(MIB);

			need(p);
			memset(p, 1, MIB);
			blocks[i] = p;
			p += MIB / 2;
			p -= (uintptr_t)p % 4096;
			if (mlock(p, 4096) != 0)
				return; /* not allowed */
		}
		free_blocks(NULL);
		errno = MARK;
		malloc_trim(0);
	}
	/* small ones: whole slabs, and slabs with idle pages inside */
	many(2048, COUNT, blocks);
	for (int i = 0; i < COUNT; i += 40) {
		char *page = (char *)blocks[i] - (uintptr_t)blocks[i] % 4096;

		if (mlock(page, 4096) != 0)
			return;
	}
	for (int i = 0; i < COUNT; i++) {
		if (i % 20) {
			free_keeping(blocks[i]);
			blocks[i] = NULL;
		}
	}
	usleep(250000);
	for (int i = 0; i < 500; i++)
		free_keeping(malloc(2048 + (size_t)i));
	free_blocks(NULL);
}

static void limit_address_space(size_t more)
{
	struct rlimit limit;

	limit.rlim_cur = limit.rlim_max = (rlim_t)memory_kb(VSZ) * 1024 + more;
	need(setrlimit(RLIMIT_AS, &limit) == 0);
}

/* Nor can anything be had from the kernel, such as the first frees of a thread may want. */
enum { FREERS = 40 };
static pthread_barrier_t full;

static void *free_when_full(void *first)
{
	pthread_barrier_wait(&full);
	for (void **p = first; p < blocks + COUNT; p += FREERS)
		free_keeping(*p);
	pthread_barrier_wait(&full);
	return NULL;
}

static void free_without_memory(void)
{
	static void **rest;
	pthread_t t[FREERS];
	void **p;

	for (size_t i = 0; i < COUNT; i++)
		need((blocks[i] = malloc(i % 1000 + 1)) != NULL);
	pthread_barrier_init(&full, NULL, FREERS + 1);
	for (int i = 0; i < FREERS; i++)
		need(pthread_create(&t[i], NULL, free_when_full, blocks + i) == 0);
	limit_address_space(MIB);
	for (size_t n = 65536; n >= 16; n /= 4) {
		while ((p = malloc(n))) {
			*p = rest;
			rest = p;
		}
	}
	pthread_barrier_wait(&full);
	pthread_barrier_wait(&full);
	for (int i = 0; i < FREERS; i++)
		pthread_join(t[i], NULL);
	while ((p = rest)) {
		rest = *p;
		free_keeping(p);
	}
}

/* --- every failure sets ENOMEM */

static const volatile size_t half = SIZE_MAX / 2, all = SIZE_MAX, most = (size_t)3 << (sizeof(size_t) == 8 ? 45 : 30);

#define fails(call)                             \
	do {                                    \
		errno = MARK;                   \
		need((block = (call)) == NULL); \
		need(errno == ENOMEM);          \
	} while (0)

static void fails_for(size_t n)
{
	char *p = malloc(1000), *large = malloc(100000);

	need(p && large);
	memset(p, 7, 1000);
	memset(large, 7, 100000);
	fails(malloc(n));
	fails(calloc(n, 1));
	fails(calloc(1, n));
	fails(realloc(NULL, n));
	fails(realloc(p, n));
	fails(realloc(large, n));
	fails(reallocarray(p, n, 1));
	fails(aligned_alloc(64, n));
	fails(aligned_alloc(4 * MIB, n));
	fails(memalign(64, n));
	fails(memalign(4 * MIB, n));
	fails(valloc(n));
	fails(pvalloc(n));
	/* and leaves the block as it was */
	need(p[0] == 7 && p[999] == 7 && large[0] == 7 && large[99999] == 7);
	free(p);
	free(large);
}

static void failures(void)
{
	char *p = malloc(100);

	fails_for(all);
	fails_for(half + 1);
	if (sizeof(size_t) == 8) /* else glibc has as much */
		fails_for(half);
	fails_for(most);
	fails(calloc(half, 3));
	fails(calloc(3, half));
	fails(reallocarray(NULL, half, 3));
	fails(reallocarray(p, half, 3));
	fails(pvalloc(all - 100));
	fails(memalign(half / 2 + 1, most));
	free(p);
	limit_address_space(16 * MIB);
	fails_for(40 * MIB);
	fails_for(20 * MIB);
}

/* Small ones fail like large ones. */
static void small_failures(void)
{
	size_t n = 0;

	limit_address_space(4 * MIB);
	errno = MARK;
	while ((block = malloc(1000)) && n++ < 100000)
		;
	need(n < 100000 && errno == ENOMEM);
	for (size_t size = 1000; size < 50000; size *= 2) {
		errno = 0;
		while (calloc(1, size))
			;
		need(errno == ENOMEM);
		fails(memalign(16384, size));
	}
}

static void posix_memalign_returns(void)
{
	void *p = &p;

	errno = MARK;
	need(posix_memalign(&p, 64, all) == ENOMEM);
	need(posix_memalign(&p, 64, half) == ENOMEM);
	need(posix_memalign(&p, 4 * MIB, most) == ENOMEM);
	limit_address_space(16 * MIB);
	need(posix_memalign(&p, 64, 40 * MIB) == ENOMEM);
	need(posix_memalign(&p, 3, 100) == EINVAL &&
		posix_memalign(&p, 1, 100) == EINVAL);
	need(errno == MARK && p == &p);
	need(posix_memalign(&p, 64, 100) == 0 && p != &p && (uintptr_t)p % 64 == 0);
	free(p);
}

/* --- nothing in here is a cancellation point */

static volatile int reached;

static void call_malloc(void)
{
	block = malloc(100);
}
static void call_calloc(void)
{
	block = calloc(10, 10000);
}
static void call_realloc(void)
{
	block = realloc(realloc(malloc(100), 100000), 100 * MIB);
}
static void call_free(void)
{
	free_blocks(NULL);
}
static void call_memalign(void)
{
	block = memalign(4096, 100000);
}
static void call_usable_size(void)
{
	need(malloc_usable_size(malloc(5000)) >= 5000);
}
static void call_without_memory(void)
{
	block = malloc(most);
}
static void call_malloc_trim(void)
{
	malloc_trim(0);
}
static void call_mallinfo(void)
{
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	need(mallinfo().arena != -1 && mallinfo2().arena > 0);
}
static void call_mallopt(void)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

static void *call_while_cancelled(void *call)
{
	pthread_cancel(pthread_self());
	(*(void (**)(void))call)();
	reached = 1;
	pthread_testcancel();
	return NULL;
}

static void cancel(void)
{
	static void (*const calls[])(void) = {
		call_malloc,
		call_calloc,
		call_realloc,
		call_free,
		call_memalign,
		call_usable_size,
		call_without_memory,
		call_malloc_trim,
		call_mallinfo,
		call_mallopt,
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		pthread_t t;
		void *result = NULL;

		many(1000, COUNT, blocks);
		reached = 0;
		need(pthread_create(&t, NULL, call_while_cancelled, (void *)&calls[i]) ==
			0);
		need(pthread_join(t, &result) == 0);
		if (!reached)
			dprintf(2, "call number %zu was cancelled\n", i);
		need(reached && result == PTHREAD_CANCELED);
		free_blocks(NULL);
	}
}

/* libc's malloc_trim would be one, and leave libc's heap half made. */
static void cancel3(void)
{
	static void (*const call)(void) = call_malloc_trim;
	pthread_t t;

	need(pthread_create(&t, NULL, call_while_cancelled, (void *)&call) == 0);
	pthread_join(t, NULL);
	malloc_trim(0);
	many(1000, COUNT, blocks);
	free_blocks(NULL);
	need(malloc_trim(0) == 1);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {
		{"free", free_keeps},
		{"free.locked", free_locked},
		{"free.full", free_without_memory},
		{"failures", failures},
		{"failures.small", small_failures},
		{"posix_memalign", posix_memalign_returns},
		{"cancel", cancel},
		{"cancel3", cancel3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (argc > 1 && strcmp(argv[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	}
	return 99;
}
