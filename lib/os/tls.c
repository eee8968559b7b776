/* os/tls.c -- see tls.h. The exit of a thread is seen through a pthread key: its destructor runs
 * after those of C++ thread_local objects. */
#include "os/tls.h"

#include <pthread.h>

static pthread_key_t exit_key;
static bool exit_key_ok; /* const after ash_tls_init() */

#ifndef ASHLAR_NO_INITIAL_EXEC
_Thread_local struct ash_tls ash_tls __attribute__((tls_model("initial-exec")));

bool ash_tls_init(void (*on_exit)(void *))
{
	exit_key_ok = pthread_key_create(&exit_key, on_exit) == 0;
	return exit_key_ok;
}
#else
pthread_key_t ash_tls_cache_key, ash_tls_flags_key;

bool ash_tls_init(void (*on_exit)(void *))
{
	exit_key_ok = pthread_key_create(&ash_tls_cache_key, NULL) == 0 &&
		      pthread_key_create(&ash_tls_flags_key, NULL) == 0 &&
		      pthread_key_create(&exit_key, on_exit) == 0;
	return exit_key_ok;
}
#endif

void ash_tls_watch_exit(void)
{
	if (exit_key_ok)
		pthread_setspecific(exit_key, (void *)1);
}
