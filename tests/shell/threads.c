/* Eight threads with a cache each, at the same time: what affinity.sh and container.sh count the arenas of. */
#include <pthread.h>
#include <stdlib.h>

static pthread_barrier_t here;

/* All at the same time, and each with something that the nursery has no room for. */
static void *use_heap(void *unused)
{
	for (int i = 0; i < 100; i++)
		free(malloc(30000));
	pthread_barrier_wait(&here);
	return unused;
}

int main(void)
{
	pthread_t t[8];
	pthread_barrier_init(&here, NULL, 8);
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, use_heap, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
}
