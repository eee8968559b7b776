/* os/tls.c -- see tls.h. The exit of a thread is seen through a pthread key: its destructor runs
 * after those of C++ thread_local objects. */
#include "os/tls.h"

#include <limits.h>
#include <pthread.h>

static void (*on_thread_exit)(void); /* const after ash_tls_init() */

#ifndef ASHLAR_NO_INITIAL_EXEC

_Thread_local struct ash_tls ash_tls __attribute__((tls_model("initial-exec")));
static pthread_key_t key;

static void destructor(void *value)
{
	(void)value;
	on_thread_exit();
}

#else

/* While there is none: one that no process has, of which libc reads NULL. The first key is another's. */
pthread_key_t ash_tls_key = PTHREAD_KEYS_MAX;
#define key ash_tls_key

/* libc has reset the value: it is needed still, and stays if the thread has flags. */
static void destructor(void *value)
{
	pthread_setspecific(key, value);
	on_thread_exit();
}

#endif

static bool key_ok; /* const after ash_tls_init() */

bool ash_tls_init(void (*on_exit)(void))
{
	on_thread_exit = on_exit;
	key_ok = pthread_key_create(&key, destructor) == 0;
	return key_ok;
}

void ash_tls_watch_exit(void)
{
#ifndef ASHLAR_NO_INITIAL_EXEC
	if (key_ok)
		pthread_setspecific(key, &key); /* any value but NULL */
#endif
}
