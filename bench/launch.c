/*
 * launch.c - run a program under an allocator and say what it cost, as time(1) does.
 *
 *	launch [-n RUNS] [-t SECONDS] [-p LIBRARY] [-q] [-s] PROGRAM [ARGS]
 *
 * LIBRARY is preloaded into the program only, never into this process: a forked child starts with
 * its parent's resident pages, which count in its peak, so the parent must be small and the same
 * for every allocator. Prints one line after the program's own output; of several runs the
 * smallest of each figure. A program that runs longer than SECONDS is ended with its children: by
 * SIGTERM, so that it may clean up, and five seconds later by SIGKILL. -s: small pages only, whatever
 * the program asks for.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct cost {
	double wall, user, sys;
	long peak_kb, faults, switches;
};

static pid_t child;
static int small_pages;
static volatile sig_atomic_t late;

static void on_alarm(int sig)
{
	(void)sig;
	kill(-child, late ? SIGKILL : SIGTERM);
	late = 1;
	alarm(5);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static void start(char **argv, const char *preload, int quiet)
{
	setpgid(0, 0);
	if (small_pages && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0)
		_exit(126);
	if (preload != NULL && setenv("LD_PRELOAD", preload, 1) != 0)
		_exit(126);
	if (quiet) {
		int null = open("/dev/null", O_WRONLY);
		if (null < 0 || dup2(null, 1) < 0)
			_exit(126);
	}
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* 0, or the exit status as a shell would give it: 128 + signal, 124 for too long. */
static int run(
	char **argv, const char *preload, int quiet, unsigned limit, struct cost *c)
{
	struct rusage u;
	int status;
	double t = now();
	child = fork();
	if (child < 0)
		return 126;
	if (child == 0)
		start(argv, preload, quiet);
	setpgid(child, child);
	late = 0;
	alarm(limit);
	while (wait4(child, &status, 0, &u) != child)
		;
	alarm(0);
	*c = (struct cost){.wall = now() - t,
		.user = seconds(u.ru_utime),
		.sys = seconds(u.ru_stime),
		.peak_kb = u.ru_maxrss,
		.faults = u.ru_minflt + u.ru_majflt,
		.switches = u.ru_nvcsw};
	if (late || WIFSIGNALED(status))
		kill(-child, SIGKILL); /* what it forked */
	if (late)
		return 124;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void keep_smaller(struct cost *best, const struct cost *c)
{
	if (c->wall < best->wall)
		best->wall = c->wall;
	if (c->user + c->sys < best->user + best->sys) {
		best->user = c->user; /* of one run: only their sum is exact */
		best->sys = c->sys;
	}
	if (c->peak_kb < best->peak_kb)
		best->peak_kb = c->peak_kb;
	if (c->faults < best->faults)
		best->faults = c->faults;
	if (c->switches < best->switches)
		best->switches = c->switches;
}

int main(int argc, char **argv)
{
	long runs = 1;
	unsigned limit = 0;
	const char *preload = NULL;
	int quiet = 0, opt, status = 0;
	while ((opt = getopt(argc, argv, "+n:t:p:qs")) != -1) {
		if (opt == 'n')
			runs = atol(optarg);
		else if (opt == 't')
			limit = (unsigned)atoi(optarg);
		else if (opt == 'p')
			preload = optarg;
		else if (opt == 'q')
			quiet = 1;
		else if (opt == 's')
			small_pages = 1;
		else
			return 2;
	}
	if (optind == argc || runs < 1) {
		fputs("usage: launch [-n RUNS] [-t SECONDS] [-p LIBRARY] [-q] [-s] PROGRAM "
		      "[ARGS]\n",
			stderr);
		return 2;
	}
	signal(SIGALRM, on_alarm);
	struct cost best = {0}, c = {0};
	for (long i = 0; i < runs && status == 0; i++) {
		status = run(argv + optind, preload, quiet, limit, &c);
		if (i == 0)
			best = c;
		else
			keep_smaller(&best, &c);
	}
	printf("launch status=%d wall=%.6f user=%.4f sys=%.4f maxrss_kb=%ld faults=%ld "
	       "switches=%ld\n",
		status, best.wall, best.user, best.sys, best.peak_kb, best.faults,
		best.switches);
	return status;
}
