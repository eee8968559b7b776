/*
 * Fault injection: every memory system call of a program fails in turn.
 *
 *   inject [SCENARIO]
 *
 * The tracer runs a scenario (this same program as a worker, linked with the library) again and
 * again under ptrace. In run k the k-th mmap, mremap, mprotect, madvise or munmap of the worker's
 * marked phase does not happen and returns ENOMEM; k grows until no call is left to fail. A second
 * series fails the k-th and all later calls that ask for memory, as when it is really gone.
 *
 * The worker accepts NULL with ENOMEM, nothing else: all live blocks keep their content, after the
 * phase everything works again, and when all is freed the figures are what they were.
 *
 * Exit: 0, 1, or 77 where tracing is not permitted (or not known for the processor).
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <elf.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../api/names.h"

#define KIB          ((size_t)1 << 10)
#define MIB          ((size_t)1 << 20)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#ifdef SYS_mmap2 /* what 32-bit machines have instead */
#undef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif

/* How the worker talks to the tracer: a system call that no kernel has. */
enum { SYS_mark = 0x617368, MARK_BEGIN = 1, MARK_END = 2 };

/* ------------------------------------------------------------------ the worker */

struct block {
	unsigned char *p;
	size_t n;
	unsigned seed;
};

enum { MAX_BLOCKS = 8192 };
static struct block block[MAX_BLOCKS];
static size_t blocks;
static unsigned refused;

#define need(cond)                                                                  \
	do {                                                                        \
		if (!(cond)) {                                                      \
			fprintf(stderr, "inject: worker: line %d: %s (errno %d)\n", \
				__LINE__, #cond, errno);                            \
			_exit(1);                                                   \
		}                                                                   \
	} while (0)

/* Not every byte: what is lost is lost by the block or by the page. */
static size_t next_byte(size_t i)
{
	return i + (i < 64 * KIB ? 64 : 4 * KIB);
}

static unsigned char byte_of(const struct block *b, size_t i)
{
	return (unsigned char)(b->seed * 31 + i / 64 + 1);
}

static void fill_from(const struct block *b, size_t from)
{
	for (size_t i = 0; i < b->n; i = next_byte(i))
		if (i >= from)
			b->p[i] = byte_of(b, i);
}

static bool holds(const struct block *b, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i = next_byte(i))
		if (p[i] != byte_of(b, i))
			return false;
	return true;
}

/* Keeps p, or notes that it was refused properly. */
static bool keep(void *p, size_t n)
{
	struct block *b = &block[blocks];

	if (!p) {
		need(errno == ENOMEM);
		refused++;
		return false;
	}
	need(blocks < MAX_BLOCKS);
	b->p = p;
	b->n = n;
	b->seed = (unsigned)blocks;
	fill_from(b, 0);
	blocks++;
	return true;
}

static bool take(size_t n)
{
	errno = 0;
	return keep(malloc(n), n);
}

static bool take_zeroed(size_t n)
{
	unsigned char *p;

	errno = 0;
	p = calloc(1, n);
	if (p)
		for (size_t i = 0; i < n; i++)
			need(p[i] == 0);
	return keep(p, n);
}

static bool take_aligned(size_t align, size_t n)
{
	void *p = NULL;

	errno = posix_memalign(&p, align, n);
	need((errno == 0) == (p != NULL));
	need((uintptr_t)p % align == 0);
	return keep(p, n);
}

static bool resize(size_t i, size_t n)
{
	struct block *b = &block[i];
	size_t old = b->n;
	unsigned char *p;

	errno = 0;
	p = realloc(b->p, n);
	if (!p) {
		need(errno == ENOMEM);
		need(holds(b, b->p, b->n));
		refused++;
		return false;
	}
	need(holds(b, p, n < old ? n : old));
	b->p = p;
	b->n = n;
	if (n > old)
		fill_from(b, old);
	return true;
}

static void drop(size_t i)
{
	need(holds(&block[i], block[i].p, block[i].n));
	errno = 12345;
	free(block[i].p);
	need(errno == 12345);
	block[i] = block[--blocks];
}

static void drop_all(void)
{
	while (blocks > 0)
		drop(blocks - 1);
}

static void drop_every(size_t step)
{
	for (size_t i = 0; i < blocks; i += step)
		drop(i);
}

/* --- scenarios: each goes through one part of the allocator that asks the kernel */

static void small_blocks(void)
{
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 1500; i++)
			take(i * i * 37 % 32000 % ((size_t)16 << i % 12) + 1);
		drop_every(2);
	}
}

static void large_blocks(void)
{
	for (int round = 0; round < 3; round++) {
		for (size_t n = 40 * KIB; n < 2 * MIB; n = n * 5 / 4)
			take(n);
		drop_every(3);
	}
}

static void huge_blocks(void)
{
	for (size_t n = 3 * MIB; n < 12 * MIB; n = n * 3 / 2)
		take(n);
	for (size_t i = 0; i < blocks; i++) {
		resize(i, block[i].n * 2 + 5000);
		resize(i, block[i].n / 4);
		resize(i, block[i].n * 3);
	}
	drop_every(2);
	take(10 * MIB);
}

static void aligned_blocks(void)
{
	for (size_t align = 4 * KIB; align <= 4 * MIB; align *= 4) {
		take_aligned(align, 100);
		take_aligned(align, align + 5);
		take_aligned(align, 300 * KIB);
	}
	drop_every(2);
	for (size_t align = 64; align <= 4 * MIB; align *= 8)
		take_aligned(align, 64 * KIB);
}

static void growing_blocks(void)
{
	if (!take(100) || !take(200))
		return;
	while (block[0].n < 6 * MIB) {
		if (!resize(0, block[0].n * 3 / 2))
			break;
		resize(1, block[1].n * 4 / 3 + 100);
	}
	resize(0, 5000);
	resize(1, 100);
}

static void zeroed_blocks(void)
{
	for (int round = 0; round < 3; round++) {
		for (size_t n = 100; n < 6 * MIB; n = n * 2 + 1)
			take_zeroed(n);
		drop_every(2);
	}
}

static void trimmed_heap(void)
{
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 1000; i++)
			take(i % 10 == 0 ? 50000 : 3000);
		drop_every(2);
		malloc_trim(0);
	}
}

/* A thread has its own blocks: the table is main's. */
static void *thread_blocks(void *arg)
{
	struct block mine[200];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(mine); i++) {
		struct block *b = &mine[n];

		b->n = i * 613 % 20000 + 1;
		b->seed = (unsigned)i;
		errno = 0;
		b->p = malloc(b->n);
		if (b->p) {
			fill_from(b, 0);
			n++;
		} else {
			need(errno == ENOMEM);
		}
	}
	for (size_t i = 0; i < n; i++) {
		need(holds(&mine[i], mine[i].p, mine[i].n));
		free(mine[i].p);
	}
	return arg;
}

static void threads(void)
{
	pthread_t t[3];
	bool started[3];

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		started[i] = pthread_create(&t[i], NULL, thread_blocks, NULL) == 0;
	small_blocks();
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		if (started[i])
			pthread_join(t[i], NULL);
}

static const struct scenario {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{"small", small_blocks},
	{"large", large_blocks},
	{"huge", huge_blocks},
	{"aligned", aligned_blocks},
	{"growing", growing_blocks},
	{"zeroed", zeroed_blocks},
	{"trimmed", trimmed_heap},
	{"threads", threads},
};

static int work(const struct scenario *s)
{
	size_t before, after;
	unsigned n;

	alarm(100);
	/* a heap that has lived a little */
	for (size_t i = 0; i < 200; i++)
		take(i * 97 % 5000 + 1);
	drop_all();
	before = bytes_in_use();

	syscall(SYS_mark, MARK_BEGIN, 0);
	s->run();
	n = refused;
	syscall(SYS_mark, MARK_END, n);

	for (size_t i = 0; i < blocks; i++)
		need(holds(&block[i], block[i].p, block[i].n));
	drop_all();
	/* glibc counts what its caches hold as in use, so some slack; one large block is more */
	after = bytes_in_use();
	need(after <= before + 256 * KIB);
	/* the same once more, and one that needs every size class */
	refused = 0;
	s->run();
	drop_all();
	small_blocks();
	drop_all();
	need(refused == 0);
	after = bytes_in_use();
	need(after <= before + 256 * KIB);
	return 0;
}

/* ------------------------------------------------------------------ the tracer */

/* How to make a system call not happen, and what it then returns: the processor's business. */
#if defined(__x86_64__)

#define CAN_TRACE 1
static void skip_call(pid_t tid)
{
	ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.orig_rax), -1L);
}

static void set_result(pid_t tid, long result)
{
	ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.rax), result);
}

#elif defined(__i386__)

#define CAN_TRACE 1
static void skip_call(pid_t tid)
{
	ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.orig_eax), -1L);
}

static void set_result(pid_t tid, long result)
{
	ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.eax), result);
}

#elif defined(__aarch64__)

#define CAN_TRACE 1
static void skip_call(pid_t tid)
{
	int none = -1;
	struct iovec io = {&none, sizeof(none)};

	ptrace(PTRACE_SETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &io);
}

static void set_result(pid_t tid, long result)
{
	struct user_regs_struct regs;
	struct iovec io = {&regs, sizeof(regs)};

	ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io);
	regs.regs[0] = (unsigned long long)result;
	ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &io);
}

#else

#define CAN_TRACE 0
static void skip_call(pid_t tid)
{
	(void)tid;
}

static void set_result(pid_t tid, long result)
{
	(void)tid;
	(void)result;
}

#endif

enum mode {
	ONE_CALL,  /* the k-th call fails, whatever it is */
	ALL_LATER, /* from the k-th on, no call gets memory */
	MODES
};
static const char *const mode_name[] = {"one call fails", "no more memory"};

static const char *call_name(uint64_t nr)
{
	switch (nr) {
	case SYS_mmap:
		return "mmap";
	case SYS_mremap:
		return "mremap";
	case SYS_mprotect:
		return "mprotect";
	case SYS_madvise:
		return "madvise";
	case SYS_munmap:
		return "munmap";
	default:
		return NULL;
	}
}

static bool gives_memory(uint64_t nr)
{
	return nr == SYS_mmap || nr == SYS_mremap || nr == SYS_mprotect;
}

struct run {
	int status;          /* the worker's, as waitpid gives it      */
	unsigned long calls; /* memory calls seen in the marked phase  */
	unsigned long failed;
	unsigned long refused; /* allocations that gave NULL           */
	const char *first_failed;
};

/* Threads whose current call was skipped and must be given its result. */
static pid_t skipped[64];

static void note_skipped(pid_t tid)
{
	for (size_t i = 0; i < ARRAY_LEN(skipped); i++) {
		if (skipped[i] == 0) {
			skipped[i] = tid;
			return;
		}
	}
}

static bool was_skipped(pid_t tid)
{
	for (size_t i = 0; i < ARRAY_LEN(skipped); i++) {
		if (skipped[i] == tid) {
			skipped[i] = 0;
			return true;
		}
	}
	return false;
}

static void on_call(
	pid_t tid, struct run *r, bool *marked, enum mode mode, unsigned long k)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		if (was_skipped(tid))
			set_result(tid, -ENOMEM);
		return;
	}
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	if (info.entry.nr == SYS_mark) {
		*marked = info.entry.args[0] == MARK_BEGIN;
		if (!*marked)
			r->refused = info.entry.args[1];
		return;
	}
	if (!*marked || !call_name(info.entry.nr))
		return;
	if (mode == ALL_LATER && !gives_memory(info.entry.nr))
		return;
	r->calls++;
	if (r->calls == k || (mode == ALL_LATER && r->calls > k)) {
		if (r->failed++ == 0)
			r->first_failed = call_name(info.entry.nr);
		skip_call(tid);
		note_skipped(tid);
	}
}

static struct run run_worker(const struct scenario *s, enum mode mode, unsigned long k)
{
	struct run r = {.status = -1};
	bool marked = false;
	pid_t worker = fork();
	int status;

	if (worker == 0) {
		struct rlimit no_core = {0, 0};
		char *const argv[] = {
			(char *)"inject", (char *)"--worker", (char *)s->name, NULL};

		setrlimit(RLIMIT_CORE, &no_core);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(77);
		raise(SIGSTOP);
		execv("/proc/self/exe", argv);
		_exit(99);
	}
	memset(skipped, 0, sizeof(skipped));
	if (waitpid(worker, &status, 0) != worker || !WIFSTOPPED(status)) {
		r.status = status;
		return r;
	}
	ptrace(PTRACE_SETOPTIONS, worker, NULL,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
	ptrace(PTRACE_SYSCALL, worker, NULL, NULL);
	for (;;) {
		pid_t tid = waitpid(-1, &status, __WALL);
		int signo = 0;

		if (tid < 0)
			return r;
		if (!WIFSTOPPED(status)) {
			if (tid == worker) {
				r.status = status;
				return r;
			}
			continue;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			on_call(tid, &r, &marked, mode, k);
		else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP)
			signo = WSTOPSIG(status);
		ptrace(PTRACE_SYSCALL, tid, NULL, signo);
	}
}

/* k = 1, 2, 3 ...; beyond a few dozen in growing steps, a phase may make thousands of calls. */
static unsigned long next_k(unsigned long k)
{
	return k + 1 + k / 40;
}

static int test_scenario(const struct scenario *s)
{
	unsigned long all_refused = 0;

	for (enum mode mode = 0; mode < MODES; mode++) {
		unsigned long k, runs = 0;
		struct run r;

		for (k = 1;; k = next_k(k)) {
			r = run_worker(s, mode, k);
			if (WIFEXITED(r.status) && WEXITSTATUS(r.status) == 77)
				return 77;
			if (r.status != 0) {
				fprintf(stderr,
					"inject: %s, %s, k = %lu (%s): worker's status "
					"%x\n",
					s->name, mode_name[mode], k,
					r.first_failed ? r.first_failed
						       : "nothing failed",
					(unsigned)r.status);
				return 1;
			}
			if (r.failed == 0)
				break;
			runs++;
			all_refused += r.refused;
		}
		printf("%s, %s: %lu calls, %lu runs\n", s->name, mode_name[mode], r.calls,
			runs);
		fflush(stdout);
		if (runs == 0) {
			fprintf(stderr,
				"inject: %s makes no memory call: nothing was tested\n",
				s->name);
			return 1;
		}
	}
	if (all_refused == 0) {
		fprintf(stderr, "inject: %s: no allocation was ever refused\n", s->name);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int result = 0;

	if (argc == 3 && strcmp(argv[1], "--worker") == 0) {
		for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
			if (strcmp(argv[2], scenarios[i].name) == 0)
				return work(&scenarios[i]);
		return 99;
	}
	if (!CAN_TRACE) {
		fprintf(stderr, "inject: no tracing on this processor yet\n");
		return 77;
	}
	for (size_t i = 0; i < ARRAY_LEN(scenarios) && result != 77; i++) {
		int r;

		if (argc > 1 && strcmp(argv[1], scenarios[i].name) != 0)
			continue;
		r = test_scenario(&scenarios[i]);
		if (r != 0)
			result = r;
	}
	return result;
}
