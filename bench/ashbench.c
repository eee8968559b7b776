/*
 * ashbench.c - one program, many workloads: `ashbench NAME [ARGS]`. Chooses the workload and holds
 * the harness declared in bench.h. The workloads are in small.c (one thread, small blocks),
 * threads.c (several threads) and memory.c (large blocks, fragmentation, giving back).
 *
 * All of them do a fixed amount of work, so that seconds, instructions and page faults of two
 * allocators are about the same thing.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static int n_args;
static char **args;
static const char *workload_name = "ashbench";

static const struct workload *const groups[] = {bench_small, bench_threads, bench_memory};

long arg_num(int i, long def)
{
	if (i >= n_args)
		return def;
	char *end;
	long v = strtol(args[i], &end, 10);
	if (end == args[i] || *end != '\0' || v < 0)
		die("argument is not a number");
	return v;
}

const char *arg_str(int i, const char *def)
{
	return i < n_args ? args[i] : def;
}

void die(const char *msg)
{
	dprintf(2, "ashbench: %s: %s\n", workload_name, msg);
	_exit(1);
}

void block_corrupt(const void *p, uint64_t mark, uint64_t found)
{
	dprintf(2, "ashbench: %s: block %p holds %#llx, not %#llx\n", workload_name, p,
		(unsigned long long)found, (unsigned long long)mark);
	_exit(1);
}

void block_fill(void *p, size_t size, uint64_t mark)
{
	volatile char *c = p;
	for (size_t i = 4096; i < size; i += 4096)
		c[i] = (char)mark;
	c[size - 1] = (char)mark;
	block_mark(p, mark);
}

void *must_malloc(size_t size)
{
	void *p = malloc(size);
	if (p == NULL)
		die("out of memory");
	return p;
}

void *table_alloc(size_t size)
{
	void *p = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		die("no memory for a table");
	return p;
}

double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void sleep_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

/* A figure of /proc/self/status, read without stdio so that the heap is left alone. */
static long status_kb(const char *key)
{
	static char buf[8192];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	buf[n] = '\0';
	const char *at = strstr(buf, key);
	return at == NULL ? -1 : strtol(at + strlen(key), NULL, 10);
}

long rss_kb(void)
{
	return status_kb("VmRSS:");
}

long peak_kb(void)
{
	return status_kb("VmHWM:");
}

struct thread_start {
	void (*fn)(long);
	long id;
	pthread_t thread;
};

static void *thread_main(void *arg)
{
	struct thread_start *s = arg;
	s->fn(s->id);
	return NULL;
}

void run_threads(long n, void (*fn)(long id))
{
	size_t size = (size_t)n * sizeof(struct thread_start);
	struct thread_start *s = table_alloc(size);
	for (long i = 0; i < n; i++) {
		s[i].fn = fn;
		s[i].id = i;
		if (pthread_create(&s[i].thread, NULL, thread_main, &s[i]) != 0)
			die("no thread");
	}
	for (long i = 0; i < n; i++)
		pthread_join(s[i].thread, NULL);
	munmap(s, size);
}

void report(double seconds, uint64_t ops, const char *fmt, ...)
{
	char line[1024];
	int n = snprintf(line, sizeof line, "%s seconds=%.6f ops=%llu peak_kb=%ld ",
		workload_name, seconds, (unsigned long long)ops, peak_kb());
	va_list ap;
	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
	va_end(ap);
	line[n++] = '\n';
	if (write(1, line, (size_t)n) != n)
		die("cannot write the result");
}

static const struct workload *find(const char *name)
{
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
		for (const struct workload *w = groups[g]; w->name != NULL; w++)
			if (strcmp(w->name, name) == 0)
				return w;
	return NULL;
}

static void usage(int fd)
{
	dprintf(fd, "usage: ashbench WORKLOAD [ARGS]\n\n");
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
		for (const struct workload *w = groups[g]; w->name != NULL; w++)
			dprintf(fd, "%-13s %-51s %s\n", w->name, w->args, w->what);
}

int main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		usage(argc < 2 ? 2 : 1);
		return argc < 2 ? 2 : 0;
	}
	const struct workload *w = find(argv[1]);
	if (w == NULL) {
		dprintf(2, "ashbench: no workload %s (see --help)\n", argv[1]);
		return 2;
	}
	workload_name = w->name;
	n_args = argc - 2;
	args = argv + 2;
	w->run();
	return 0;
}
