/*
 * A program for platform.sh, which preloads the library and tells the page size that there is: all sizes,
 * alignments, threads, fork and trimming, with every block's content checked. With -DALONE it is linked with the
 * library, and with all else.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/wait.h>
#include "../api/names.h"
#include "../preload/need.h"

#ifdef ALONE
const char *ashlar_version(void);
#elif !defined(__GLIBC__) /* these are not musl's, but of what is preloaded */
#define OURS(name) ((__typeof__(&name))dlsym(RTLD_DEFAULT, #name))
#define malloc_trim(pad) OURS(malloc_trim)(pad)
#define pvalloc(size) OURS(pvalloc)(size)
#define mallinfo2() OURS(mallinfo2)()
#endif

enum { COUNT = 600, THREADS = 4 };

/* All sizes up to some, then further and further apart, up to 24 MB; realloc doubles them. */
static size_t size_of(int i)
{
	if (i < 300)
		return (size_t)i;
	return i < 590 ? (size_t)(i - 290) * 487 : (size_t)1500 << (i - 585);
}

/* What is written and looked at: the beginning, and some of each cache line. */
static size_t next(size_t k)
{
	return k < 256 ? k + 1 : k + 64;
}

static void fill(unsigned char *p, size_t n, int seed)
{
	for (size_t k = 0; k < n; k = next(k))
		p[k] = (unsigned char)((size_t)seed + k / 7);
}

static void check(const unsigned char *p, size_t n, int seed)
{
	for (size_t k = 0; k < n; k = next(k))
		need(p[k] == (unsigned char)((size_t)seed + k / 7));
}

static void need_zero(const unsigned char *p, size_t n)
{
	for (size_t k = 0; k < n; k = next(k))
		need(p[k] == 0);
}

static void *use_heap(void *unused)
{
	unsigned char *p[COUNT];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < COUNT; i++) {
			p[i] = i % 7 ? malloc(size_of(i)) : calloc(1, size_of(i));
			need(p[i] && (uintptr_t)p[i] % 16 == 0);
			need(malloc_usable_size(p[i]) >= size_of(i));
			if (i % 7 == 0)
				need_zero(p[i], size_of(i));
			fill(p[i], size_of(i), i);
		}
		for (int i = 0; i < COUNT; i += 2) {
			check(p[i], size_of(i), i);
			free(p[i]);
			p[i] = NULL;
		}
		malloc_trim(0);
		for (int i = 1; i < COUNT; i += 2) {
			size_t before = size_of(i),
			       n = i % 4 == 1 ? before * 2 : before / 2 + 1;

			p[i] = realloc(p[i], n);
			need(p[i]);
			check(p[i], n < before ? n : before, i);
			free(p[i]);
		}
		for (size_t align = 16; align <= (size_t)1 << 22; align *= 2) {
			void *q = NULL;

			need(posix_memalign(&q, align, align / 2 + 100) == 0);
			need((uintptr_t)q % align == 0);
			fill(q, align / 2 + 100, round);
			check(q, align / 2 + 100, round);
			free(q);
		}
	}
	return unused;
}

static void run_threads(void)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		need(pthread_create(&t[i], NULL, use_heap, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

int main(int argc, char **argv)
{
	unsigned char *kept = malloc(100000), *page;
	size_t page_size = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	int status;
	pid_t pid;

#ifdef ALONE
	need(ashlar_version()[0]);
#else
	/* Ours is the next after the program, for glibc too: it is told who called. */
	need(dlsym(RTLD_DEFAULT, "ashlar_version"));
	need(dlsym(RTLD_NEXT, "ashlar_version"));
#endif
	need((size_t)sysconf(_SC_PAGESIZE) == page_size);
	page = pvalloc(1);
	need((uintptr_t)page % page_size == 0 && malloc_usable_size(page) >= page_size);
	page = valloc(10);
	need((uintptr_t)page % page_size == 0);
	fill(kept, 100000, 1);
	use_heap(NULL);
	run_threads();
	pid = fork();
	if (pid == 0) {
		check(kept, 100000, 1);
		free(kept);
		use_heap(NULL);
		run_threads();
		_exit(0);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	check(kept, 100000, 1);
	free(kept);
	need(mallinfo2().uordblks < 4 << 20);
	return 0;
}
