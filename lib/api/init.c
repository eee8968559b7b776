/* api/init.c -- the constructor: from here on libc may be called, threads get caches, the fast
 * paths open. With -z initfirst it runs before any other object's, so our fork handlers are the
 * last in prepare and the first in parent and child. */
#include "api/api.h"

#include "ashlar/ashlar.h"
#include "os/conf.h"
#include "os/os.h"

#include <pthread.h>
#include <unistd.h>

/* The C library's, unless its constructors are still to come: then what glibc hands to ours. */
static char **environment(char **given)
{
	(void)given;
#ifdef __GLIBC__
	if (!environ)
		return given;
#endif
	return environ;
}

__attribute__((constructor(101))) static void start(int argc, char **argv, char **env)
{
	(void)argc;
	(void)argv;
	ash_os_init();
	ash_lock_check_ranks();
	ash_conf_read(environment(env));
	ash_chunk_set_decay(ash_conf.dirty_decay_ms);
	ash_heap_init(ash_conf.narenas, ash_conf.tcache);
	pthread_atfork(ash_heap_fork_prepare, ash_heap_fork_parent, ash_heap_fork_child);
	ash_standdown_init();
	ash_hooks_init(); /* arms */
}

__attribute__((destructor(101))) static void finish(void)
{
	if (ash_conf.stats_print)
		ashlar_stats_print(NULL, NULL);
}

ASHLAR_EXPORT const char *ashlar_version(void)
{
	return PACKAGE_VERSION;
}
