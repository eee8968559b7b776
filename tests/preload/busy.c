/* A library whose constructor has threads that allocate, and whose destructor frees. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 3, BLOCKS = 300 };
static char *block[BLOCKS];

static void *work(void *from)
{
	for (char **p = from; p < block + BLOCKS; p += THREADS) {
		*p = malloc(1000);
		if (!*p)
			abort();
		memset(*p, 1, 1000);
	}
	return NULL;
}

__attribute__((constructor)) static void start(void)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, work, block + i) != 0)
			abort();
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

__attribute__((destructor)) static void finish(void)
{
	for (int i = 0; i < BLOCKS; i++) {
		if (block[i][0] != 1 || block[i][999] != 1)
			abort();
		free(block[i]);
	}
}
