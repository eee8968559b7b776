/*
 * Fork handlers that need other threads to allocate: in prepare before ours took the locks, in the
 * parent after ours released them. So ours must be registered first, by a constructor that runs
 * before all others, and before what the program itself has to run first.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include "need.h"

enum { BLOCKS = 500 };
static char *early[BLOCKS];
static sem_t asked, done;
static int times_asked;

static void make(char **p)
{
	for (int i = 0; i < BLOCKS; i++) {
		need((p[i] = calloc(1, (size_t)i * 100 + 1)) != NULL);
		memset(p[i], i, (size_t)i * 100 + 1);
	}
}

static void check_and_free(char **p)
{
	for (int i = 0; i < BLOCKS; i++) {
		need(p[i][0] == (char)i && p[i][i * 100] == (char)i);
		free(p[i]);
	}
}

static void *allocate_when_asked(void *unused)
{
	char *p[BLOCKS];

	for (;;) {
		while (sem_wait(&asked) != 0)
			;
		make(p);
		check_and_free(p);
		sem_post(&done);
	}
	return unused;
}

/* The fork handler; the libraries' constructors register it too. */
void ask_other_thread(void);
void ask_other_thread(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 10;
	sem_post(&asked);
	while (sem_timedwait(&done, &end) != 0)
		need(errno == EINTR);
	times_asked++;
}

static void before_all_constructors(void)
{
	make(early);
	need(pthread_atfork(ask_other_thread, ask_other_thread, NULL) == 0);
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit[])(void) = {
	before_all_constructors,
};

int main(int argc, char **argv)
{
	pthread_t t;
	pid_t pid;
	int status;

	/* the libraries' handlers, and that of before_all_constructors */
	int handlers = argc > 1 ? atoi(argv[1]) + 1 : 1;

	sem_init(&asked, 0, 0);
	sem_init(&done, 0, 0);
	need(pthread_create(&t, NULL, allocate_when_asked, NULL) == 0);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		check_and_free(early);
		make(early);
		check_and_free(early);
		_exit(0);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	need(times_asked == 2 * handlers);
	check_and_free(early);
	return 0;
}
