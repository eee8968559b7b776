/*
 * How much stack the functions use. Each call runs in a context of its own on a painted stack; what is
 * not paint any more afterwards was used. Here as well: the small stacks that real programs call from.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#include "need.h"

#define MIB ((size_t)1 << 20)

/* --- measuring */

enum { STACK = 64 * 1024, PAINT = 0xa5 };

struct measurement {
	void (*call)(void);
	ucontext_t back, context;
	unsigned char
		*top; /* the stack pointer, as near as it can be had, before the call */
	unsigned char stack[STACK];
};
static __thread struct measurement *current;

static void on_painted_stack(void)
{
	current->top = __builtin_frame_address(0);
	current->call();
}

/* Bytes of stack that a call used, its own small frame included. */
static long stack_used(void (*call)(void))
{
	struct measurement *m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *lowest;
	long used;

	need(m != MAP_FAILED);
	memset(m->stack, PAINT, STACK);
	m->call = call;
	current = m;
	getcontext(&m->context);
	m->context.uc_stack.ss_sp = m->stack;
	m->context.uc_stack.ss_size = STACK;
	m->context.uc_link = &m->back;
	makecontext(&m->context, on_painted_stack, 0);
	swapcontext(&m->back, &m->context);
	for (lowest = m->stack; *lowest == PAINT; lowest++)
		;
	used = m->top - lowest;
	munmap(m, sizeof(*m));
	return used;
}

/* --- calls on all paths there are */

enum { COUNT = 3000 };
static void *blocks[COUNT];
static size_t size; /* of the blocks of the next call */

static void nothing(void)
{
}

static void call_malloc(void)
{
	for (int i = 0; i < COUNT; i++)
		blocks[i] = malloc(size);
}
static void call_free(void)
{
	for (int i = 0; i < COUNT; i++)
		free(blocks[i]);
}
static void call_calloc(void)
{
	for (int i = 0; i < COUNT; i++)
		blocks[i] = calloc(1, size);
}
static void call_realloc(void)
{
	for (int i = 0; i < COUNT; i++)
		blocks[i] = realloc(blocks[i], size);
}
static void call_aligned_alloc(void)
{
	for (int i = 0; i < COUNT; i++)
		blocks[i] = aligned_alloc(64, size);
}
static void call_posix_memalign(void)
{
	for (int i = 0; i < COUNT; i++)
		if (posix_memalign(&blocks[i], 4096, size) != 0)
			blocks[i] = NULL;
}

static void all_large(void)
{
	void *p = malloc(100000), *q = calloc(10, 1000000), *r = malloc(50 * MIB);

	p = realloc(p, 300000);
	p = realloc(p, 3000000);
	p = realloc(p, 50 * MIB);
	r = realloc(r, 120 * MIB);
	r = realloc(r, 60 * MIB);
	r = realloc(r, 100);
	free(p);
	free(q);
	free(r);
	free(aligned_alloc(4 * MIB, 9 * MIB));
	free(memalign(64 * MIB, 100));
}

static void trim(void)
{
	malloc_trim(0);
}

static const volatile size_t most = SIZE_MAX, beyond = (size_t)3 << (sizeof(size_t) == 8 ? 45 : 30);

static void fail(void)
{
	void *p = malloc(100);

	need(!malloc(most) && !calloc(most, 2) && !realloc(p, most / 2 + 1));
	need(!aligned_alloc(64, most / 2 + 1) && !malloc(beyond));
	free(p);
}

/* Blocks of another thread, a few at a time, and slow calls that see to sending them home. */
static void free_and_reallocate(void)
{
	static char *mine[8];

	for (int i = 0; i < COUNT; i++) {
		free(blocks[i]);
		mine[i % 8] = realloc(mine[i % 8], (size_t)i * 997 % 40000 + 1);
		if (i % 4 == 0)
			free(aligned_alloc(256, (size_t)i * 577 % 9000));
	}
	for (int i = 0; i < 8; i++) {
		free(mine[i]);
		mine[i] = NULL;
	}
}

/* Nothing is left: all that is kept goes back, and then it is tried again. */
static void use_memory_up(void)
{
	void **list = NULL;

	for (int i = 0; i < COUNT; i += 50)
		free(blocks[i]);
	for (size_t n = 4 * MIB; n >= 200; n /= 2) {
		void **p;

		while ((p = malloc(n))) {
			*p = list;
			list = p;
		}
	}
	while (list) {
		void **next = *list;

		free(list);
		list = next;
	}
}

/* --- the measured part */

static long limit_bytes;
static int too_much;

static void check_call(const char *what, void (*call)(void), const char *where)
{
	long used = stack_used(call) - stack_used(nothing);

	if (used < limit_bytes)
		return;
	dprintf(2, "%s, %zu bytes, %s: %ld bytes of stack\n", what, size, where, used);
	too_much = 1;
}
#define check(call, where) check_call(#call, call, where)

static void *measure_all(void *where)
{
	static const size_t sizes[] = {1, 100, 1000, 1500, 5000, 30000, 40000};

	size = 3000;
	check(call_malloc, where); /* a thread's first */
	check(call_free, where);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size = sizes[i];
		check(call_malloc, where);
		size += size / 2;
		check(call_realloc, where);
		check(call_free, where);
		check(call_calloc, where);
		check(call_free, where);
		check(call_aligned_alloc, where);
		check(call_free, where);
		check(call_posix_memalign, where);
		check(call_free, where);
	}
	check(all_large, where);
	check(fail, where);
	check(trim, where);
	return NULL;
}

static void *measure_first_free(void *where)
{
	check(call_free, where);
	return NULL;
}

static void *measure_going_home(void *where)
{
	check(free_and_reallocate, where);
	return NULL;
}

static void *measure_no_memory(void *where)
{
	struct rlimit limit;

	need(getrlimit(RLIMIT_AS, &limit) == 0);
	limit.rlim_cur = (rlim_t)memory_kb(VSZ) * 1024 + 32 * MIB;
	need(setrlimit(RLIMIT_AS, &limit) == 0);
	check(use_memory_up, where);
	return NULL;
}

static void run_thread(void *(*body)(void *), const char *where)
{
	pthread_t t;

	need(pthread_create(&t, NULL, body, (void *)where) == 0);
	pthread_join(t, NULL);
}

static void measure(void)
{
	need(stack_used(nothing) < 200);
	measure_all((void *)"first thread");
	run_thread(measure_all, "second thread");
	for (size = 20; size < 50000; size *= 7) {
		call_malloc();
		run_thread(measure_first_free, "another's blocks");
		call_malloc();
		run_thread(measure_going_home, "another's blocks");
	}
	size = 1000;
	call_malloc();
	run_thread(measure_no_memory, "another's blocks");
	need(!too_much);
}

/* --- stacks that programs have */

static void use_all(void)
{
	call_malloc();
	call_free();
	call_calloc();
	call_realloc();
	call_free();
	call_aligned_alloc();
	call_free();
	all_large();
	trim();
}

static void *use_in_thread(void *unused)
{
	size = 700;
	use_all();
	return unused;
}

static void threads(void)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	need(pthread_attr_setstacksize(&attr, (size_t)sysconf(_SC_THREAD_STACK_MIN)) ==
		0);
	for (int i = 0; i < 20; i++) {
		need(pthread_create(&t, &attr, use_in_thread, NULL) == 0);
		pthread_join(t, NULL);
	}
}

/* n bytes that end where memory that must not be touched begins. */
static char *guarded(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p;

	n = (n + page - 1) / page * page;
	p = mmap(NULL, n + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		0);
	need(p != MAP_FAILED && mprotect(p, page, PROT_NONE) == 0);
	return p + page;
}

static void contexts(void)
{
	static ucontext_t back, context[20];

	for (int i = 0; i < 20; i++) {
		size = (size_t)i * 100;
		getcontext(&context[i]);
		context[i].uc_stack.ss_sp = guarded(8192);
		context[i].uc_stack.ss_size = 8192;
		context[i].uc_link = &back;
		makecontext(&context[i], use_all, 0);
		swapcontext(&back, &context[i]);
	}
}

static volatile sig_atomic_t handled;

static void use_in_handler(int signo)
{
	(void)signo;
	use_all();
	handled = 1;
}

/* The signal comes when nobody is in malloc; what is small is the stack. */
static void altstack(void)
{
	size_t n = 8192 + (size_t)sysconf(_SC_MINSIGSTKSZ);
	stack_t stack = {.ss_sp = guarded(n), .ss_size = n};
	struct sigaction action = {.sa_handler = use_in_handler, .sa_flags = SA_ONSTACK};

	size = 300;
	need(sigaltstack(&stack, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
	need(raise(SIGUSR1) == 0 && handled);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	limit_bytes = argc > 2 ? atol(argv[2]) : 2048;
	if (!strcmp(name, "measure"))
		measure();
	else if (!strcmp(name, "threads"))
		threads();
	else if (!strcmp(name, "contexts"))
		contexts();
	else if (!strcmp(name, "altstack"))
		altstack();
	else
		return 99;
	return 0;
}
