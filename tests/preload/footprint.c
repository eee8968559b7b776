/* What a program costs that does next to nothing, seen from outside and from inside. LIBRARY is preloaded into
 * the program under test alone; empty: none.
 *
 *	footprint idle LIBRARY PROGRAM...	KiB of its own, KiB of address space, mappings, once it sleeps
 *	footprint start LIBRARY PROGRAM...	page faults and system calls of a run, the fewest of 20
 *	footprint plain				an ordinary program: a few blocks, then it ends
 *	footprint sleep				the same, then it sleeps
 *	footprint lock				all memory locked, under the limit that users have
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static pid_t start(const char *library, char **argv, int traced)
{
	pid_t pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	if (traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(125);
	if (*library)
		setenv("LD_PRELOAD", library, 1);
	execvp(argv[0], argv);
	_exit(126);
}

/* ---- idle */

static FILE *open_proc(pid_t pid, const char *file)
{
	char name[64];
	snprintf(name, sizeof name, "/proc/%d/%s", (int)pid, file);
	FILE *f = fopen(name, "r");
	if (!f)
		fail(name);
	return f;
}

/* The number behind `key`, which begins a line; -1: there is none. */
static long proc_value(pid_t pid, const char *file, const char *key)
{
	char line[512];
	long value = -1;
	FILE *f = open_proc(pid, file);
	while (value < 0 && fgets(line, sizeof line, f))
		if (!strncmp(line, key, strlen(key)))
			value = atol(line + strlen(key));
	fclose(f);
	return value;
}

static long count_mappings(pid_t pid)
{
	FILE *f = open_proc(pid, "maps");
	long n = 0;
	for (int c; (c = getc(f)) != EOF;)
		n += c == '\n';
	fclose(f);
	return n;
}

/* Not when it waits for a disk, or for a processor. */
static int sleeps(pid_t pid)
{
	char line[512], *state;
	FILE *f = open_proc(pid, "stat");
	state = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
	fclose(f);
	return state && !strncmp(state, ") S", 3);
}

static void idle(const char *library, char **argv)
{
	pid_t pid = start(library, argv, 0);
	for (int i = 0, in_a_row = 0; i < 5000 && in_a_row < 3; i++, usleep(1000))
		in_a_row = sleeps(pid) ? in_a_row + 1 : 0;
	/* Not Private_Dirty: it has also pages of files, where a file was just written. */
	printf("%ld %ld %ld\n", proc_value(pid, "smaps_rollup", "Anonymous:"),
		proc_value(pid, "status", "VmSize:"), count_mappings(pid));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- start */

static long faults(const char *library, char **argv)
{
	struct rusage u;
	int status;
	pid_t pid = start(library, argv, 0);
	if (wait4(pid, &status, 0, &u) != pid || status)
		fail(argv[0]);
	return u.ru_minflt;
}

/* -1: nobody may trace here. */
static long syscalls(const char *library, char **argv)
{
	int status;
	long stops = 0;
	pid_t pid = start(library, argv, 1);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			stops++;
		else
			ptrace(PTRACE_SETOPTIONS, pid, NULL,
				(void *)PTRACE_O_TRACESYSGOOD);
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 125)
		return -1;
	if (status)
		fail(argv[0]);
	return stops / 2;
}

static void start_up(const char *library, char **argv)
{
	long fewest = faults(library, argv);
	for (int i = 1; i < 20; i++) {
		long n = faults(library, argv);
		if (n < fewest)
			fewest = n;
	}
	printf("%ld %ld\n", fewest, syscalls(library, argv));
}

/* ---- the programs under test */

static void plain(void)
{
	char *name = strdup("a name"), *line = NULL;
	size_t n = 0;
	FILE *f = fopen("/proc/self/comm", "r");
	void *table = calloc(100, 40);
	if (!name || !table || !f || getline(&line, &n, f) < 1)
		fail("plain");
	fclose(f);
}

static void lock(void)
{
	struct rlimit limit = {8 << 20, 8 << 20};
	static char *block[64];
	plain(); /* the heap is there */
	if (setrlimit(RLIMIT_MEMLOCK, &limit))
		fail("setrlimit");
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		fail("mlockall");
	for (int i = 0; i < 64; i++) {
		block[i] = malloc((size_t)i * 512 + 1);
		if (!block[i])
			fail("malloc");
		memset(block[i], 1, (size_t)i * 512 + 1);
	}
	for (int i = 0; i < 64; i++)
		free(block[i]);
	if (munlockall())
		fail("munlockall");
}

int main(int argc, char **argv)
{
	if (argc > 3 && !strcmp(argv[1], "idle"))
		idle(argv[2], argv + 3);
	else if (argc > 3 && !strcmp(argv[1], "start"))
		start_up(argv[2], argv + 3);
	else if (argc > 1 && !strcmp(argv[1], "plain"))
		plain();
	else if (argc > 1 && !strcmp(argv[1], "sleep"))
		plain(), pause();
	else if (argc > 1 && !strcmp(argv[1], "lock"))
		lock();
	else
		return 2;
	return 0;
}
