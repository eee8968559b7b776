/* A library whose fork handlers allocate, as those of real ones do that keep locks or logs. */
#include <pthread.h>
#include <stdlib.h>

int library_handlers_run;
static void *block[100];

static void allocate(void)
{
	for (size_t i = 0; i < 100; i++) {
		free(block[i]);
		block[i] = malloc(i % 10 ? i * 30 : i * 10000);
		if (!block[i])
			abort();
		*(char *)block[i] = 1;
	}
	library_handlers_run++;
}

__attribute__((constructor)) static void start(void)
{
	allocate();
	library_handlers_run = 0;
	if (pthread_atfork(allocate, allocate, allocate) != 0)
		abort();
}
