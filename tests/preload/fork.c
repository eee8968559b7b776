/* Processes made while other threads allocate, by each of the ways there are, and one that ends. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include "need.h"

extern char **environ;
static char *const arguments[] = {(char *)"true", NULL};

/* --- threads that are in every part of the allocator, and hold its locks */

enum { WORKERS = 3, BURST = 200 };
static pthread_t worker[WORKERS];
static volatile int stop;

static void *work(void *seed)
{
	unsigned x = (unsigned)(uintptr_t)seed;
	char *block[BURST];

	while (!stop) {
		size_t n = (x = x * 1103515245 + 12345) >> 16;

		/* more of a size than a thread keeps for itself, and now and then a large one */
		for (int i = 0; i < BURST; i++) {
			block[i] = malloc(i % 64 ? n % 3000 : n * 40);
			if (block[i])
				block[i][0] = 1;
		}
		for (int i = 0; i < BURST; i++)
			free(block[i]);
		if (n % 16 == 0)
			usleep(100);
	}
	return NULL;
}

/* These take locks one after the other, and keep some of them for long. */
static void *look(void *unused)
{
	while (!stop) {
		for (int i = 0; i < 20; i++)
			mallinfo2();
		malloc_trim(0);
		usleep(200);
	}
	return unused;
}

static void start_workers(void)
{
	need(pthread_create(&worker[0], NULL, look, NULL) == 0);
	for (int i = 1; i < WORKERS; i++)
		need(pthread_create(&worker[i], NULL, work, (void *)(uintptr_t)i) == 0);
}

static void end_workers(void)
{
	stop = 1;
	for (int i = 0; i < WORKERS; i++)
		pthread_join(worker[i], NULL);
}

/* --- what a heap must be able to do, in a new process as well */

enum { BLOCKS = 240 };

static size_t size_of(int i)
{
	return i % 40 == 39 ? (size_t)i * 400 : 1 + (size_t)i * i % 5000;
}

static void make(unsigned char **p)
{
	for (int i = 0; i < BLOCKS; i++) {
		need((p[i] = malloc(size_of(i))) != NULL);
		memset(p[i], i, size_of(i));
	}
}

static void check_and_free(unsigned char **p)
{
	for (int i = 0; i < BLOCKS; i++) {
		need(p[i][0] == (unsigned char)i &&
			p[i][size_of(i) - 1] == (unsigned char)i);
		free(p[i]);
	}
}

static void use_heap(void)
{
	unsigned char *p[BLOCKS];

	make(p);
	check_and_free(p);
}

static void *use_heap_in_thread(void *unused)
{
	use_heap();
	return unused;
}

static void child(unsigned char **inherited)
{
	pthread_t t;

	alarm(20);
	check_and_free(inherited);
	use_heap();
	need(pthread_create(&t, NULL, use_heap_in_thread, NULL) == 0);
	pthread_join(t, NULL);
	need(mallinfo2().arena > 0);
	malloc_trim(0);
	_exit(0);
}

static void expect_success(pid_t pid)
{
	int status;

	need(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (status)
		dprintf(2, "the child's status is %x (e: it hung)\n", (unsigned)status);
	need(status == 0);
}

/* --- cases */

static void fork_often(int times)
{
	unsigned char *inherited[BLOCKS];

	start_workers();
	make(inherited);
	for (int i = 0; i < times; i++) {
		pid_t pid = fork();

		if (pid == 0)
			child(inherited);
		expect_success(pid);
	}
	check_and_free(inherited);
	end_workers();
}

static void *kept;
static int handlers_run;

static void allocate(void)
{
	free(kept);
	use_heap();
	kept = malloc(3000);
	handlers_run++;
}

/* atfork.c, if it is here, does the same, but registers before main does. */
static void fork_with_handlers(void)
{
	need(pthread_atfork(allocate, allocate, allocate) == 0);
	fork_often(8);
	need(handlers_run == 16);
}

static void need_library(void)
{
	int *runs = (int *)dlsym(RTLD_DEFAULT, "library_handlers_run");

	need(runs && *runs == 16);
}

static void spawn(void)
{
	start_workers();
	for (int i = 0; i < 10; i++) {
		char line[32] = "";
		pid_t pid;
		FILE *f;

		need(posix_spawnp(&pid, "true", NULL, NULL, arguments, environ) == 0);
		expect_success(pid);
		f = popen("echo a line", "r");
		need(f && fgets(line, sizeof(line), f) && !strcmp(line, "a line\n"));
		need(pclose(f) == 0);
		pid = vfork();
		if (pid == 0) {
			/* more than is allowed, but what shells have always done */
			free(malloc(10000));
			execvp("true", arguments);
			_exit(127);
		}
		expect_success(pid);
	}
	end_workers();
}

static unsigned char *from_parent[BLOCKS], *from_child[BLOCKS];

/* Another process by its number, but the same memory, thread pointer and heap. */
static int use_parents_heap(void *exec)
{
	check_and_free(from_parent);
	use_heap();
	make(from_child);
	if (exec)
		execvp("true", arguments);
	_exit(exec ? 127 : 0);
}

static void clone_vm(void)
{
	static _Alignas(64) char stack[256 * 1024];

	start_workers();
	for (int i = 0; i < 20; i++) {
		make(from_parent);
		expect_success(clone(use_parents_heap, stack + sizeof(stack),
			CLONE_VM | CLONE_VFORK | SIGCHLD, i % 2 ? (void *)stack : NULL));
		use_heap();
		check_and_free(from_child);
	}
	end_workers();
}

static void free_at_exit(void)
{
	check_and_free(from_parent);
	use_heap();
}

static void *exit_in_thread(void *unused)
{
	exit(0);
	return unused;
}

static void exit_race(void)
{
	for (int i = 0; i < 12; i++) {
		pid_t pid = fork();
		pthread_t t;

		if (pid == 0) {
			alarm(20);
			make(from_parent);
			atexit(free_at_exit);
			start_workers();
			usleep(1000);
			if (i % 2)
				exit(0);
			need(pthread_create(&t, NULL, exit_in_thread, NULL) == 0);
			work(NULL);
		}
		expect_success(pid);
	}
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (!strcmp(name, "forkmt"))
		fork_often(30);
	else if (!strcmp(name, "atfork"))
		fork_with_handlers();
	else if (!strcmp(name, "atfork.lib"))
		fork_often(8), need_library();
	else if (!strcmp(name, "atfork.lib+main"))
		fork_with_handlers(), need_library();
	else if (!strcmp(name, "spawn"))
		spawn();
	else if (!strcmp(name, "clonevm"))
		clone_vm();
	else if (!strcmp(name, "exit.race"))
		exit_race();
	else
		return 99;
	return 0;
}
