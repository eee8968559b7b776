/*
 * The allocator inside sandboxes: filters that allow what the policies in the field have in common
 * (mmap, munmap, futex, madvise with the usual advice) and kill the process for anything else. A
 * child puts the filter on itself, works, and leaves by exit_group: any other system call of ours
 * shows as a death by SIGSYS.
 */
#include "support.h"
#include "work_hard.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifdef SYS_mmap2 /* what 32-bit machines have instead */
#undef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif

#define ALLOW(nr)                                                              \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),                         \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE(nr, error)                                                      \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),                         \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ARG(n) (offsetof(struct seccomp_data, args) + 8 * (n))

enum policy { MADVISE_ALLOWED, MADVISE_REFUSED, MPROTECT_REFUSED, PROT_RW_ONLY };

/* What a thread that ends or waits needs beside the allocator. */
#define THE_REST                                                               \
	ALLOW(SYS_futex), ALLOW(SYS_write), ALLOW(SYS_exit), ALLOW(SYS_exit_group), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define LOAD_NR BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

static void enter_sandbox(enum policy policy)
{
	struct sock_filter allowed[] = {
		LOAD_NR, ALLOW(SYS_mmap), ALLOW(SYS_munmap), ALLOW(SYS_madvise), THE_REST,
	};
	struct sock_filter refused[] = {
		LOAD_NR, ALLOW(SYS_mmap), ALLOW(SYS_munmap), REFUSE(SYS_madvise, EPERM),
		REFUSE(SYS_mremap, ENOSYS), THE_REST,
	};
	struct sock_filter no_mprotect[] = {
		LOAD_NR, ALLOW(SYS_mmap), ALLOW(SYS_munmap), ALLOW(SYS_madvise),
		REFUSE(SYS_mprotect, EPERM), REFUSE(SYS_mremap, EPERM), THE_REST,
	};
	struct sock_filter rw_only[] = {
		LOAD_NR, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARG(2)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, ~(PROT_READ | PROT_WRITE), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		LOAD_NR, ALLOW(SYS_munmap), ALLOW(SYS_madvise), THE_REST,
	};
	struct sock_fprog programs[] = {
		{ ARRAY_LEN(allowed), allowed },
		{ ARRAY_LEN(refused), refused },
		{ ARRAY_LEN(no_mprotect), no_mprotect },
		{ ARRAY_LEN(rw_only), rw_only },
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
		    &programs[policy]) != 0)
		syscall(SYS_exit_group, 77);
}

static void single(void *policy)
{
	enter_sandbox((enum policy)(intptr_t)policy);
	syscall(SYS_exit_group, work_hard(60000));
}

static pthread_barrier_t sandboxed;
static int results[4];

static void *thread(void *result)
{
	pthread_barrier_wait(&sandboxed); /* a thread's start needs more calls than the filter has */
	pthread_barrier_wait(&sandboxed);
	*(int *)result = work_hard(60000); /* its first malloc */
	pthread_barrier_wait(&sandboxed);
	syscall(SYS_exit, 0);
	return NULL;
}

static void threads(void *policy)
{
	int sum = 0;

	pthread_barrier_init(&sandboxed, NULL, ARRAY_LEN(results) + 1);
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		pthread_t t;

		if (pthread_create(&t, NULL, thread, &results[i]) != 0)
			syscall(SYS_exit_group, 76);
	}
	pthread_barrier_wait(&sandboxed);
	enter_sandbox((enum policy)(intptr_t)policy);
	pthread_barrier_wait(&sandboxed);
	pthread_barrier_wait(&sandboxed);
	for (size_t i = 0; i < ARRAY_LEN(results); i++)
		sum += results[i];
	syscall(SYS_exit_group, sum);
}

static void check_policy(enum policy policy, void (*work)(void *))
{
	struct child c = run_in_child(work, (void *)(intptr_t)policy);

	if (WIFEXITED(c.status) && WEXITSTATUS(c.status) == 77)
		return; /* no seccomp here */
	must_f(exited_with(&c, 0), "status %x, stderr '%s'", (unsigned)c.status, c.err);
}

START_TEST(test_filter_with_madvise_lets_a_program_work)
{
	check_policy(MADVISE_ALLOWED, single);
}
END_TEST

START_TEST(test_filter_with_madvise_lets_new_threads_work)
{
	check_policy(MADVISE_ALLOWED, threads);
}
END_TEST

START_TEST(test_refused_madvise_is_survived)
{
	check_policy(MADVISE_REFUSED, single);
	check_policy(MADVISE_REFUSED, threads);
}
END_TEST

START_TEST(test_refused_mprotect_is_not_needed)
{
	check_policy(MPROTECT_REFUSED, single);
	check_policy(MPROTECT_REFUSED, threads);
}
END_TEST

START_TEST(test_mappings_are_read_write_only)
{
	check_policy(PROT_RW_ONLY, single);
	check_policy(PROT_RW_ONLY, threads);
}
END_TEST

int main(void)
{
	const TTest *tests[] = {
		test_filter_with_madvise_lets_a_program_work,
		test_filter_with_madvise_lets_new_threads_work,
		test_refused_madvise_is_survived,
		test_refused_mprotect_is_not_needed,
		test_mappings_are_read_write_only,
	};

	return run_tests("seccomp", 60, tests, ARRAY_LEN(tests));
}
