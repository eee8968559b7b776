/*
 * A program that puts one of the field's seccomp policies on itself and then makes malloc work hard:
 * seccomp POLICY [threads]. With threads, four that were started before make their first allocation
 * behind the filter. What the policy kills for shows as a death by SIGSYS.
 *
 * The policies are what the sources and manuals of the programs say of memory, time and scheduling;
 * the rest, which malloc has no business with, is left out.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../api/work_hard.h"

#define KILL SECCOMP_RET_KILL_PROCESS
#define FAIL(error) (SECCOMP_RET_ERRNO | (error))
#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE_ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#ifdef SYS_mmap2 /* what 32-bit machines have instead */
#undef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#ifndef SYS_clock_gettime
#define SYS_clock_gettime SYS_clock_gettime64
#endif

/* A call that is allowed: always, where an argument has no other bits than these, or where it is one
 * of the values of a list that ends with -1. Where it is not, `otherwise`; 0 is the policy's default. */
struct rule {
	int nr; /* and 1, as x86-64's read is 0 */
	enum { ALWAYS, ONLY_BITS, ONE_OF } how;
	int arg;
	uint32_t bits;
	const int *list;
	uint32_t otherwise;
};

/* For madvise and mprotect, what some policies allow of them. */
static const int sshd_advice[] = {MADV_NORMAL, MADV_FREE, MADV_DONTNEED, MADV_DONTFORK,
				  MADV_DONTDUMP, MADV_WIPEONFORK, -1};
static const int chromium_advice[] = {MADV_NORMAL, MADV_RANDOM, MADV_REMOVE, MADV_DONTNEED,
				      MADV_FREE, -1};
static const int dontneed[] = {MADV_DONTNEED, -1};
static const int read_or_none[] = {PROT_READ, PROT_NONE, -1};
static const int may_move[] = {MREMAP_MAYMOVE, -1};
static const int tor_flags[] = {MAP_PRIVATE, PRIVATE_ANON, PRIVATE_ANON | MAP_NORESERVE,
				PRIVATE_ANON | MAP_STACK, PRIVATE_ANON | MAP_FIXED, -1};

#define ANY(name) {.nr = SYS_##name + 1}
#define BITS(name, n, allowed) {.nr = SYS_##name + 1, .how = ONLY_BITS, .arg = n, .bits = allowed}
#define LIST(name, n, values, error) \
	{.nr = SYS_##name + 1, .how = ONE_OF, .arg = n, .list = values, .otherwise = error}

static const struct policy {
	const char *name;
	uint32_t otherwise;
	struct rule rules[12]; /* up to the first that names no call */
} policies[] = {
	{"sshd", KILL, {BITS(mmap, 2, RW), BITS(mprotect, 2, RW), ANY(munmap), ANY(brk), ANY(mremap),
		ANY(madvise), ANY(futex), ANY(clock_gettime), ANY(getrandom), ANY(gettid)}},
	/* from 9.3 on */
	{"sshd93", KILL, {BITS(mmap, 3, PRIVATE_ANON | MAP_FIXED), BITS(mprotect, 2, RW), ANY(munmap),
		ANY(brk), ANY(mremap), LIST(madvise, 2, sshd_advice, FAIL(EINVAL)), ANY(futex),
		ANY(clock_gettime), ANY(getrandom), ANY(gettid)}},
	{"man-db", FAIL(ENOSYS), {ANY(mmap), ANY(mprotect), ANY(munmap), ANY(brk), ANY(mremap),
		ANY(madvise), ANY(futex), ANY(clock_gettime), ANY(getrandom), ANY(gettid),
		ANY(sched_yield)}},
	{"file", KILL, {ANY(mmap), ANY(mprotect), ANY(munmap), ANY(brk), ANY(mremap), ANY(madvise),
		ANY(futex)}},
	{"chrony", KILL, {ANY(mmap), ANY(mprotect), ANY(munmap), ANY(brk), ANY(mremap), ANY(madvise),
		ANY(futex), ANY(clock_gettime), ANY(getrandom)}},
	{"ntpsec", KILL, {ANY(mmap), ANY(mprotect), ANY(munmap), ANY(brk), ANY(madvise), ANY(futex),
		ANY(clock_gettime), ANY(getrandom)}},
	{"tor", FAIL(EPERM), {LIST(mmap, 3, tor_flags, 0), LIST(mprotect, 2, read_or_none, 0),
		LIST(mremap, 3, may_move, 0), ANY(munmap), ANY(brk), ANY(madvise), ANY(futex),
		ANY(clock_gettime), ANY(getrandom), ANY(gettid), ANY(sched_yield)}},
	{"chromium", KILL, {BITS(mmap, 3, MAP_SHARED | PRIVATE_ANON | MAP_STACK | MAP_NORESERVE |
		MAP_FIXED | MAP_DENYWRITE | MAP_LOCKED), ANY(mprotect), ANY(munmap), ANY(brk),
		LIST(madvise, 2, chromium_advice, FAIL(EPERM)), ANY(futex), ANY(clock_gettime),
		ANY(getrandom), ANY(gettid), ANY(sched_yield)}},
	/* the sandbox of media plug-ins */
	{"firefox", KILL, {ANY(mmap), ANY(mprotect), ANY(munmap), ANY(brk),
		LIST(madvise, 2, dontneed, FAIL(EPERM)), ANY(futex), ANY(clock_gettime)}},
	/* systemd's bare @default, in a unit that has errors instead of deaths; and no mremap */
	{"default", FAIL(EPERM), {ANY(mmap), ANY(mprotect), ANY(munmap), ANY(brk), ANY(futex),
		ANY(clock_gettime), ANY(getrandom), ANY(gettid), ANY(sched_yield)}},
	/* what all have in common, each at its strictest */
	{"common", KILL, {BITS(mmap, 3, PRIVATE_ANON | MAP_FIXED | MAP_NORESERVE), ANY(munmap),
		LIST(madvise, 2, dontneed, FAIL(EPERM)), ANY(futex)}},
	{"common-errors", KILL, {BITS(mmap, 2, RW), ANY(munmap), {.nr = SYS_madvise + 1, .how = ONE_OF,
		.list = (const int[]){-1}, .otherwise = FAIL(EPERM)}, ANY(futex)}},
	/* bare, and deadly: nothing but these */
	{"default-kill", KILL, {ANY(mmap), ANY(mprotect), ANY(munmap), ANY(brk), ANY(futex),
		ANY(clock_gettime), ANY(getrandom), ANY(gettid), ANY(sched_yield)}},
	{"min", KILL, {ANY(mmap), ANY(munmap), ANY(futex)}},
};

/* ---- the filter */

static struct sock_filter filter[256];
static unsigned short length;

static void emit(uint16_t code, uint8_t yes, uint8_t no, uint32_t k)
{
	filter[length++] = (struct sock_filter){code, yes, no, k};
}

static void emit_return(uint32_t action)
{
	emit(BPF_RET | BPF_K, 0, 0, action);
}

static void emit_rule(const struct rule *r, uint32_t otherwise)
{
	unsigned short start = length;

	emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, (uint32_t)r->nr - 1); /* if not: over the whole rule */
	if (r->how != ALWAYS) {
		emit(BPF_LD | BPF_W | BPF_ABS, 0, 0,
		     (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (size_t)r->arg +
				4 * (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)));
		if (r->how == ONLY_BITS) {
			emit(BPF_JMP | BPF_JSET | BPF_K, 0, 1, ~r->bits);
			emit_return(r->otherwise ? r->otherwise : otherwise);
		} else {
			for (const int *v = r->list; *v != -1; v++) {
				emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)*v);
				emit_return(SECCOMP_RET_ALLOW);
			}
			emit_return(r->otherwise ? r->otherwise : otherwise);
		}
	}
	if (r->how != ONE_OF)
		emit_return(SECCOMP_RET_ALLOW);
	filter[start].jf = (uint8_t)(length - start - 1);
}

static void enter_sandbox(const struct policy *p)
{
	/* how a thread of this test ends, and tells */
	static const struct rule the_rest[] = {ANY(write), ANY(exit), ANY(exit_group)};

	emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
	for (const struct rule *r = p->rules; r->nr; r++)
		emit_rule(r, p->otherwise);
	for (size_t i = 0; i < sizeof the_rest / sizeof *the_rest; i++)
		emit_rule(&the_rest[i], p->otherwise);
	emit_return(p->otherwise);

	struct sock_fprog program = {length, filter};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
		_exit(77);
}

/* ---- the work */

enum { THREADS = 4 };
static pthread_barrier_t step;
static int results[THREADS];

static void *thread(void *result)
{
	pthread_barrier_wait(&step); /* a thread's start needs more calls than the filter has */
	pthread_barrier_wait(&step);
	*(int *)result = work_hard(30000); /* its first malloc */
	pthread_barrier_wait(&step);
	syscall(SYS_exit, 0);
	return NULL;
}

static int in_threads(const struct policy *p)
{
	int sum = 0;

	pthread_barrier_init(&step, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++) {
		pthread_t t;
		if (pthread_create(&t, NULL, thread, &results[i]) != 0)
			return 76;
	}
	pthread_barrier_wait(&step);
	enter_sandbox(p);
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	for (int i = 0; i < THREADS; i++)
		sum += results[i];
	return sum;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof policies / sizeof *policies; i++) {
		if (strcmp(policies[i].name, argv[1]))
			continue;
		if (argc > 2)
			_exit(in_threads(&policies[i]));
		enter_sandbox(&policies[i]);
		_exit(work_hard(30000));
	}
	return 75;
}
