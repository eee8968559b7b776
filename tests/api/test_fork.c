/*
 * fork in threaded programs, from any state: the child has a whole heap although
 * all other threads, and whatever they were doing, are gone.
 */
#include "support.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

extern char **environ;

/* --- threads that keep every part of the allocator busy while the main one forks */

enum { WORKERS = 3, LIVE = 200 };
static pthread_t worker[WORKERS];
static int stop_workers;

static void *work(void *arg)
{
	unsigned state = (unsigned)(uintptr_t)arg;
	char *live[LIVE] = {NULL};

	while (!__atomic_load_n(&stop_workers, __ATOMIC_ACQUIRE)) {
		unsigned slot, shift;

		state = state * 1103515245 + 12345;
		slot = (state >> 8) % LIVE;
		shift = (state >> 16) % 256;
		free(live[slot]);
		/* mostly small, now and then as large as 4 MiB */
		live[slot] =
			malloc((size_t)1 << (shift < 252 ? shift % 15 : shift - 233));
		if (live[slot])
			live[slot][0] = 1;
	}
	for (int i = 0; i < LIVE; i++)
		free(live[i]);
	return NULL;
}

static void start_workers(void)
{
	__atomic_store_n(&stop_workers, 0, __ATOMIC_RELEASE);
	for (int i = 0; i < WORKERS; i++)
		ck_assert_int_eq(pthread_create(&worker[i], NULL, work,
					 (void *)(uintptr_t)(i + 1)),
			0);
}

static void end_workers(void)
{
	__atomic_store_n(&stop_workers, 1, __ATOMIC_RELEASE);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(worker[i], NULL);
}

/* --- what a child does; it reports by its exit status */

static bool use_heap(uint64_t seed)
{
	enum { COUNT = 300 };
	void *p[COUNT];
	bool ok = true;

	for (size_t i = 0; i < COUNT; i++) {
		size_t n = i % 60 == 59 ? i * i : i * i % 7000 + 1;

		p[i] = malloc(n);
		if (!p[i])
			return false;
		fill(p[i], 0, n, seed + i);
	}
	for (size_t i = 0; i < COUNT; i++) {
		ok = ok && holds(p[i], i % 60 == 59 ? i * i : i * i % 7000 + 1, seed + i);
		free(p[i]);
	}
	p[0] = malloc(8 * MIB);
	if (!p[0])
		return false;
	free(p[0]);
	return ok;
}

static void *use_heap_in_thread(void *arg)
{
	return use_heap((uintptr_t)arg) ? arg : NULL;
}

static bool use_heap_in_threads(void)
{
	pthread_t t[2];
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		if (pthread_create(&t[i], NULL, use_heap_in_thread, (void *)(i + 1)) != 0)
			return false;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		void *result;

		pthread_join(t[i], &result);
		ok = ok && result == (void *)(i + 1);
	}
	return ok;
}

enum { INHERITED = 400 };
static void *inherited[INHERITED];

static size_t inherited_size(size_t i)
{
	return i % 50 == 49 ? 90000 + i : i * 997 % 5000 + 1;
}

static void make_inheritance(void)
{
	for (size_t i = 0; i < INHERITED; i++) {
		size_t n = inherited_size(i);

		inherited[i] = malloc(n);
		must(inherited[i]);
		fill(inherited[i], 0, n, i);
	}
}

static bool spend_inheritance(void)
{
	bool ok = true;

	for (size_t i = 0; i < INHERITED; i++) {
		size_t n = inherited_size(i);

		if (i % 3 == 0) {
			inherited[i] = realloc(inherited[i], n * 2);
			ok = ok && inherited[i];
		}
		ok = ok && holds(inherited[i], n, i);
		free(inherited[i]);
	}
	return ok;
}

static int child_life(int number, int generations)
{
	int status = 0;
	pid_t pid;

	if (!use_heap((uint64_t)number))
		return 10;
	if (generations > 1) {
		pid = fork();
		if (pid < 0)
			return 11;
		if (pid == 0)
			_exit(child_life(number + 1, generations - 1));
		if (waitpid(pid, &status, 0) != pid || status != 0)
			return 12;
	}
	if (!spend_inheritance())
		return 13;
	if (number % 10 == 0 && !use_heap_in_threads())
		return 14;
	return use_heap((uint64_t)number) ? 0 : 15;
}

static void expect_good_child(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0) == pid);
	must_f(status == 0, "the child ended by %s %d%s", WIFSIGNALED(status) ? "signal" : "exit",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? ": it hung" : "");
}

START_TEST(test_child_of_threaded_process_has_a_whole_heap)
{
	make_inheritance();
	start_workers();
	for (int i = 0; i < 300; i++) {
		pid_t pid = fork();

		must(pid >= 0);
		if (pid == 0) {
			alarm(30);
			_exit(child_life(i, i % 4 == 0 ? 3 : 1));
		}
		expect_good_child(pid);
	}
	end_workers();
	must(spend_inheritance());
}
END_TEST

static void *make_inheritance_in_thread(void *unused)
{
	make_inheritance();
	return unused;
}

/* The owner of the blocks is a thread that does not exist in the child. */
START_TEST(test_child_frees_what_other_threads_made)
{
	pthread_t t;

	start_workers();
	for (int i = 0; i < 20; i++) {
		pid_t pid;

		ck_assert_int_eq(
			pthread_create(&t, NULL, make_inheritance_in_thread, NULL), 0);
		pthread_join(t, NULL);
		pid = fork();
		must(pid >= 0);
		if (pid == 0) {
			alarm(30);
			_exit(child_life(i, 2));
		}
		expect_good_child(pid);
		must(spend_inheritance());
	}
	end_workers();
}
END_TEST

START_TEST(test_child_memory_is_not_lost)
{
	enum { COUNT = 60000 };
	static void *p[COUNT];
	size_t before;
	pid_t pid;

	before = mallinfo2().uordblks;
	start_workers();
	for (int i = 0; i < COUNT; i++)
		p[i] = malloc(1000); /* 57 MiB */
	pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		/* of what the workers had in use, up to 60 MiB, nobody has the pointers */
		size_t inherited_use = mallinfo2().uordblks, lost;

		alarm(30);
		for (int i = 0; i < COUNT; i++)
			free(p[i]);
		lost = growth(55 * MIB, growth(inherited_use, mallinfo2().uordblks));
		_exit(lost == 0 && use_heap(1) ? 0 : 1);
	}
	expect_good_child(pid);
	end_workers();
	for (int i = 0; i < COUNT; i++)
		free(p[i]);
	must(growth(mallinfo2().uordblks, before) < 2 * MIB);
}
END_TEST

static void *fork_in_thread(void *arg)
{
	for (int i = 0; i < 40; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			alarm(30);
			_exit(use_heap((uintptr_t)arg) ? 0 : 1);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
			return NULL;
	}
	return arg;
}

static void *trim_for_ever(void *stop)
{
	while (!*(volatile bool *)stop)
		malloc_trim(0);
	return NULL;
}

/* What another thread was returning to the system when it was lost is free memory still. */
START_TEST(test_child_uses_what_another_thread_was_trimming)
{
	enum { COUNT = 30000 };
	static char *p[COUNT];
	static bool stop;
	pthread_t t;

	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < COUNT; i++) {
			p[i] = malloc(2048);
			memset(p[i], 1, 2048);
		}
		for (int i = 0; i < COUNT; i++)
			if (i % 32)
				free(p[i]);
		stop = false;
		must(pthread_create(&t, NULL, trim_for_ever, &stop) == 0);
		usleep(1000 * (useconds_t)round);
		pid_t pid = fork();
		must(pid >= 0);
		if (pid == 0) {
			size_t before = vsz_now();

			alarm(30);
			for (int i = 0; i < COUNT; i++)
				if (i % 32 && !malloc(2048))
					_exit(1);
			size_t grown = growth(vsz_now(), before);
			if (grown >= 12 * MIB)
				dprintf(2, "the address space grew by %zu bytes\n", grown);
			_exit(grown < 12 * MIB ? 0 : 2);
		}
		expect_good_child(pid);
		stop = true;
		must(pthread_join(t, NULL) == 0);
		for (int i = 0; i < COUNT; i += 32)
			free(p[i]);
	}
}
END_TEST

START_TEST(test_threads_fork_at_the_same_time)
{
	pthread_t t[4];

	start_workers();
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		ck_assert_int_eq(
			pthread_create(&t[i], NULL, fork_in_thread, (void *)(i + 1)), 0);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		void *result;

		pthread_join(t[i], &result);
		must(result == (void *)(i + 1));
	}
	end_workers();
}
END_TEST

/* --- handlers of the program run around ours, and may allocate */

static int handlers_run;

static void allocate_in_handler(void)
{
	void *p = malloc(5000), *q = calloc(100, 1000);

	if (p && q)
		handlers_run++;
	free(p);
	free(q);
}

START_TEST(test_atfork_handlers_may_allocate)
{
	must(pthread_atfork(
		     allocate_in_handler, allocate_in_handler, allocate_in_handler) == 0);
	start_workers();
	for (int i = 0; i < 50; i++) {
		pid_t pid;

		handlers_run = 0;
		pid = fork();
		must(pid >= 0);
		if (pid == 0) {
			alarm(30);
			_exit(handlers_run == 2 && use_heap(1) ? 0 : 1);
		}
		must(handlers_run == 2);
		expect_good_child(pid);
	}
	end_workers();
}
END_TEST

/* --- fork is async-signal-safe by tradition: a handler may interrupt malloc to fork */

static volatile sig_atomic_t forks_in_handler, failed_forks;

static void fork_in_handler(int signo)
{
	int saved = errno, status;
	pid_t pid = fork();

	(void)signo;
	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		failed_forks++;
	forks_in_handler++;
	errno = saved;
}

static void send_signals(pid_t target)
{
	for (int i = 0; i < 300; i++) {
		kill(target, SIGUSR1);
		usleep(500);
	}
	kill(target, SIGUSR2);
	_exit(0);
}

static void stop_in_handler(int signo)
{
	(void)signo;
	stop_workers = 1;
}

START_TEST(test_fork_from_a_signal_handler_that_interrupted_malloc)
{
	struct sigaction action = {.sa_handler = fork_in_handler, .sa_flags = SA_RESTART};
	pid_t target = getpid(), sender;

	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = stop_in_handler;
	sigaction(SIGUSR2, &action, NULL);
	stop_workers = 0;
	sender = fork();
	must(sender >= 0);
	if (sender == 0)
		send_signals(target);
	work((void *)1);
	waitpid(sender, NULL, 0);
	must(forks_in_handler > 10);
	must(failed_forks == 0);
}
END_TEST

/* The handler interrupts a purge, for certain: a filter turns the system call into a SIGSYS. */

#ifdef __x86_64__
#define SYSTEM_CALL_RESULT(uc) ((uc)->uc_mcontext.gregs[REG_RAX])
#elif defined(__i386__)
#define SYSTEM_CALL_RESULT(uc) ((uc)->uc_mcontext.gregs[REG_EAX])
#elif defined(__aarch64__)
#define SYSTEM_CALL_RESULT(uc) ((uc)->uc_mcontext.regs[0])
#endif

#ifdef SYSTEM_CALL_RESULT
enum { NO_MORE = 42, NO_FILTERS = 77 }; /* how a child ends that found no such purge */
static volatile sig_atomic_t purges_to_fork_in;
static volatile pid_t forked_in_purge;

static void fork_in_purge(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	(void)info;
	if (purges_to_fork_in > 0 && --purges_to_fork_in == 0)
		forked_in_purge = fork();
	/* refused: what was to go stays */
	SYSTEM_CALL_RESULT(uc) = -EPERM;
}

static void trap_purges(void (*handler)(int, siginfo_t *, void *))
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
		BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_DONTNEED, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_LEN(filter), filter};
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &action, NULL);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(NO_FILTERS);
}

/* Blocks whose content shows memory that was handed out twice, in as many as the heap has. */
static bool heap_is_sound(void)
{
	enum { COUNT = 6000 };
	static void *p[COUNT];
	bool ok = true;

	for (size_t i = 0; i < COUNT; i++) {
		p[i] = malloc(2048);
		if (!p[i])
			return false;
		fill(p[i], 0, 2048, i);
	}
	for (size_t i = 0; i < COUNT; i++)
		ok = ok && holds(p[i], 2048, i);
	for (size_t i = 0; i < COUNT; i++)
		free(p[i]);
	return ok && use_heap(1);
}

/* In parent and child what was being purged is free once, neither lost nor given back twice. False if
 * there are fewer purges. */
static bool fork_in_the_purge_number(int n)
{
	enum { COUNT = 4000 };
	static void *p[COUNT];
	struct mallinfo2 before, after;
	pid_t parent = getpid();
	bool good;

	for (int i = 0; i < COUNT; i++)
		p[i] = malloc(2048);
	for (int i = 0; i < COUNT; i++)
		if (i < COUNT / 2 || i % 32)
			free(p[i]); /* whole slabs, and sparse ones */
	trap_purges(fork_in_purge);
	before = mallinfo2();
	purges_to_fork_in = n;
	malloc_trim(0);
	after = mallinfo2();
	/* as no purge succeeds, the heap has not become smaller */
	if (purges_to_fork_in > 0)
		return false;
	good = after.uordblks == before.uordblks && after.arena >= before.arena &&
	       heap_is_sound();
	if (getpid() != parent)
		_exit(good ? 0 : 1);
	must(good);
	expect_good_child(forked_in_purge);
	return true;
}

/* Another thread is held in its purge, and the main one forks. */
static volatile sig_atomic_t purge_held, trimmed;

static void hold_purge(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	(void)info;
	if (purges_to_fork_in > 0 && --purges_to_fork_in == 0)
		for (purge_held = 1;;)
			usleep(10000); /* for ever */
	SYSTEM_CALL_RESULT(uc) = -EPERM;
}

static void *trim_once(void *unused)
{
	malloc_trim(0);
	trimmed = 1;
	while (pause() != 0) /* at its end, with signals blocked, glibc has a purge of its own */
		;
	return unused;
}

/* How many blocks a child gets before the heap takes more from the system. */
static int blocks_without_growth(void)
{
	enum { MAX = 20000 };
	volatile int *count;
	int status;
	pid_t pid;

	count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(count != MAP_FAILED);
	pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		size_t before = vsz_now();

		alarm(30);
		while (*count < MAX && growth(vsz_now(), before) < MIB)
			for (int i = 0; i < 32; i++, ++*count)
				if (!malloc(2048))
					_exit(1);
		_exit(*count < MAX ? 0 : 2);
	}
	must(waitpid(pid, &status, 0) == pid && status == 0);
	return *count;
}

/* 0 if a child has all there was before that purge, 1 if not, NO_MORE if there are fewer. */
static int lost_to_the_purge_number(int n)
{
	enum { COUNT = 4000, SLACK = 160 }; /* a few slabs: a batch of them is 496, a chunk 1024 */
	static void *p[COUNT];
	pthread_t t;
	int whole, left;

	for (int i = 0; i < COUNT; i++)
		p[i] = malloc(2048);
	for (int i = 0; i < COUNT; i++)
		if (i < COUNT / 2 || i % 32)
			free(p[i]); /* whole slabs, and sparse ones */
	trap_purges(hold_purge);
	whole = blocks_without_growth();
	purges_to_fork_in = n;
	must(pthread_create(&t, NULL, trim_once, NULL) == 0);
	while (!purge_held && !trimmed)
		usleep(100);
	if (!purge_held)
		return NO_MORE;
	left = blocks_without_growth();
	if (left + SLACK >= whole)
		return 0;
	dprintf(2, "purge %d: %d blocks instead of %d\n", n, left, whole);
	return 1;
}
#endif

/* The same, for each purge of a trim: the heap grows no earlier than without it. */
START_TEST(test_child_has_what_another_thread_was_purging)
{
#ifdef SYSTEM_CALL_RESULT
	int n = 0, status;

	if (SANITIZED)
		return;
	do {
		pid_t pid = fork();

		must(pid >= 0);
		n++;
		if (pid == 0)
			_exit(lost_to_the_purge_number(n));
		must(waitpid(pid, &status, 0) == pid);
	} while (status == 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTERS)
		return; /* no seccomp here */
	must(WIFEXITED(status) && WEXITSTATUS(status) == NO_MORE);
	must(n > 20);
#endif
}
END_TEST

START_TEST(test_fork_from_a_signal_handler_that_interrupted_a_purge)
{
#ifdef SYSTEM_CALL_RESULT
	int n = 0, status;

	do {
		pid_t pid = fork();

		must(pid >= 0);
		n++;
		if (pid == 0)
			_exit(fork_in_the_purge_number(n) ? 0 : NO_MORE);
		must(waitpid(pid, &status, 0) == pid);
	} while (status == 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTERS)
		return; /* no seccomp here */
	must(WIFEXITED(status) && WEXITSTATUS(status) == NO_MORE);
	must(n > 20);
#endif
}
END_TEST

/* --- the other ways to start a program */

START_TEST(test_spawn_popen_and_vfork_while_threads_allocate)
{
	char *const argv[] = {(char *)"true", NULL};

	start_workers();
	for (int i = 0; i < 30; i++) {
		char line[32] = "";
		pid_t pid;
		FILE *f;

		must(posix_spawnp(&pid, "true", NULL, NULL, argv, environ) == 0);
		expect_good_child(pid);
		f = popen("echo hello", "r");
		must(f && fgets(line, sizeof(line), f) && strcmp(line, "hello\n") == 0);
		must(pclose(f) == 0);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
		pid = vfork();
#pragma GCC diagnostic pop
		if (pid == 0) {
			execvp("true", argv);
			_exit(127);
		}
		expect_good_child(pid);
	}
	end_workers();
}
END_TEST

START_TEST(test_a_long_line_of_descendants_works)
{
	make_inheritance();
	for (int depth = 0; depth < 60; depth++) {
		pid_t pid = fork();

		must(pid >= 0);
		if (pid > 0) {
			int status;

			waitpid(pid, &status, 0);
			if (depth > 0)
				_exit(status ? 1 : 0);
			must_f(status == 0, "wait status %x", (unsigned)status);
			return;
		}
		alarm(50);
		if (!use_heap((uint64_t)depth) ||
			(depth % 10 == 0 && !use_heap_in_threads()))
			_exit(1);
	}
	_exit(spend_inheritance() ? 0 : 1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_child_of_threaded_process_has_a_whole_heap,
		test_child_frees_what_other_threads_made,
		test_child_memory_is_not_lost,
		test_child_uses_what_another_thread_was_trimming,
		test_threads_fork_at_the_same_time,
		test_atfork_handlers_may_allocate,
		test_fork_from_a_signal_handler_that_interrupted_malloc,
		test_child_has_what_another_thread_was_purging,
		test_fork_from_a_signal_handler_that_interrupted_a_purge,
		test_spawn_popen_and_vfork_while_threads_allocate,
		test_a_long_line_of_descendants_works,
	};

	return run_tests("fork", 120, tests, ARRAY_LEN(tests));
}
