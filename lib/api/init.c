/* api/init.c -- the constructor: from here on libc may be called, threads get caches, the fast
 * paths open. With -z initfirst it runs before any other object's, so our fork handlers are the
 * last in prepare and the first in parent and child. */
#include "api/api.h"

#include "ashlar/ashlar.h"
#include "obs/epoch.h"
#include "obs/stats.h"
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

/* jemalloc's way for a program to have options: it defines these. Undefined where it does not. */
extern const char *API(malloc_conf) __attribute__((weak));
extern const char *API(malloc_conf_2_conf_harder) __attribute__((weak));

/* The ranks in order: the lock of figures is below all of the heap's. */
static void fork_prepare(void)
{
	ash_epoch_fork_lock();
	ash_heap_fork_prepare();
}

static void fork_parent(void)
{
	ash_heap_fork_parent();
	ash_epoch_fork_unlock(false);
}

static void fork_child(void)
{
	ash_heap_fork_child();
	ash_epoch_fork_unlock(true);
}

__attribute__((constructor(101))) static void start(int argc, char **argv, char **env)
{
	(void)argc;
	(void)argv;
	ash_os_init();
	ash_lock_check_ranks();
	ash_conf_read(environment(env), &API(malloc_conf) ? API(malloc_conf) : NULL,
		      &API(malloc_conf_2_conf_harder) ? API(malloc_conf_2_conf_harder) : NULL);
	ash_chunk_set_decay(ash_conf.dirty_decay_ms);
	ash_limit_init();
	ash_heap_init(ash_conf.narenas, ash_conf.tcache);
	pthread_atfork(fork_prepare, fork_parent, fork_child);
	ash_standdown_init();
	ash_fill_init();
	ash_hooks_init(); /* arms */
}

__attribute__((destructor(101))) static void finish(void)
{
	if (ash_conf.stats_print)
		API(malloc_stats_print)(NULL, NULL, ash_conf.stats_print_opts);
}

ASHLAR_EXPORT const char *ashlar_version(void)
{
	return PACKAGE_VERSION;
}
