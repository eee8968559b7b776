/* A library that takes all keys there are, before anybody else can. */
#include <limits.h>
#include <pthread.h>

int early_keys_count;
pthread_key_t early_keys[PTHREAD_KEYS_MAX];

__attribute__((constructor)) static void start(void)
{
	while (early_keys_count < PTHREAD_KEYS_MAX &&
		pthread_key_create(&early_keys[early_keys_count], NULL) == 0)
		early_keys_count++;
}
