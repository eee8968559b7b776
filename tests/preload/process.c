/*
 * What a process has when it has allocated, with threads too: process CASE. An allocator that keeps a
 * thread, a descriptor or a signal handler is seen by programs that count on having none.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *work(void *unused)
{
	static _Thread_local char *p[3000];
	(void)unused;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 3000; i++)
			p[i] = memset(malloc(i * 5), 1, i * 5);
		for (size_t i = 0; i < 3000; i++)
			free(p[i]);
		free(memset(malloc(1 << 20), 1, 1 << 20));
		free(malloc(40 << 20));
	}
	malloc_trim(0);
	return NULL;
}

static int entries(const char *folder)
{
	int n = 0;
	DIR *d = opendir(folder);

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static int handlers(void)
{
	int n = 0;

	for (int sig = 1; sig < SIGRTMAX; sig++) {
		struct sigaction a;
		if (sigaction(sig, NULL, &a) == 0 && a.sa_handler != SIG_DFL)
			n += !(sig == SIGPIPE && a.sa_handler == SIG_IGN);
	}
	return n;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int descriptors = entries("/proc/self/fd");
	void *end = sbrk(0);
	pthread_t t[4];

	work(NULL);
	for (int i = 0; i < 4; i++)
		if (pthread_create(&t[i], NULL, work, NULL))
			return 75;
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	/* A joined thread is one of the process's until the kernel has done with it, a moment later. */
	for (int i = 0; i < 5000 && entries("/proc/self/task") != 3; i++)
		usleep(1000);

	if (!strcmp(what, "threads"))
		return entries("/proc/self/task") != 3;
	if (!strcmp(what, "fds"))
		return entries("/proc/self/fd") != descriptors;
	if (!strcmp(what, "closefrom")) {
		for (int fd = 0; fd < 1000; fd++)
			close(fd);
		work(NULL);
		return 0;
	}
	if (!strcmp(what, "handlers"))
		return handlers();
	if (!strcmp(what, "brk"))
		return sbrk(0) != end;
	/* These are refused with EINVAL to a process with more than one thread. */
	if (!strcmp(what, "unshare.thread"))
		return unshare(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM);
	if (!strcmp(what, "unshare.user"))
		return unshare(CLONE_NEWUSER) && errno == EINVAL;
	if (!strcmp(what, "setns")) {
		int fd = open("/proc/self/ns/mnt", O_RDONLY);
		return fd < 0 || (setns(fd, CLONE_NEWNS) && errno == EINVAL);
	}
	return 75;
}
