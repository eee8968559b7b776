/* api/limit.c -- limits on the heap: the functions, the options, and who is told. */
#include "api/api.h"

#include "ashlar/ashlar.h"
#include "os/cgroup.h"
#include "os/conf.h"
#include "os/os.h"
#include "region/limit.h"

#include <errno.h>

#define MEMORY_SHARE 16 /* that part of a container's memory thread caches may hold, and as much be kept free */

SLOW void ash_limit_act(void)
{
	struct ash_limit_news news;
	/* What an extent hook allocates is looked at when the call that it serves ends. */
	if (ash_tls_flags() & ASH_TLS_PROVIDING || !ash_heap_relieve() || !ash_limit_tell(&news))
		return;
	int saved = errno;
	news.callback(news.arg, news.bytes, news.limit);
	errno = saved;
	ash_limit_told();
}

/* Sets what an option means in a container with so much memory. */
static SLOW void set(enum ash_limit which, int64_t option, size_t memory)
{
	size_t bytes = (size_t)option;
	if (option < 0)
		bytes = memory == SIZE_MAX ? ASH_NO_LIMIT : memory / 100 * (size_t)-option;
	if (bytes)
		ash_limit_set(which, bytes);
}

SLOW void ash_limit_init(void)
{
	struct ash_cgroup group = ASH_CGROUP_NONE;
	if (ash_conf.container || ash_conf.limit_hard < 0 || ash_conf.limit_soft < 0)
		ash_cgroup_read("", &group);
	if (ash_conf.container) {
		size_t share = group.memory / MEMORY_SHARE;
		if (group.cpus < ash_os.cpus)
			ash_os.cpus = group.cpus;
		if (group.memory != SIZE_MAX)
			ash_chunk_bound_dirty(share);
		ash_heap_bound_caches(ash_os.cpus, share);
	}
	set(ASH_LIMIT_HARD, ash_conf.limit_hard, group.memory);
	set(ASH_LIMIT_SOFT, ash_conf.limit_soft, group.memory);
}

static SLOW bool understand(int which, enum ash_limit *limit)
{
	*limit = which == ASHLAR_LIMIT_HARD ? ASH_LIMIT_HARD : ASH_LIMIT_SOFT;
	return which == ASHLAR_LIMIT_HARD || which == ASHLAR_LIMIT_SOFT;
}

/* ashlar: sets a limit on the heap's physical size (ashlar_physical_bytes), in bytes; 0: none. which: ASHLAR_LIMIT_SOFT or
 * ASHLAR_LIMIT_HARD. What is in use stays, also where it is more; free memory is returned at once. 0, or
 * EINVAL for another `which`. Thread-safe; not for signal handlers. */
ASHLAR_EXPORT SLOW int ashlar_set_limit(int which, size_t bytes)
{
	enum ash_limit limit;
	if (!understand(which, &limit))
		return EINVAL;
	ash_heap_limit(limit, bytes);
	ash_limit_check();
	return 0;
}

/* ashlar: the limit in bytes; 0: there is none, or no such `which`. Thread-safe. */
ASHLAR_EXPORT SLOW size_t ashlar_get_limit(int which)
{
	enum ash_limit limit;
	return understand(which, &limit) ? ash_limit_get(limit) : 0;
}

/* ashlar: bytes that may be resident because of the heap (region/limit.h). Thread-safe. */
ASHLAR_EXPORT SLOW size_t ashlar_physical_bytes(void)
{
	return ash_limit_physical();
}

/* ashlar: callback(arg, bytes, limit) is called once for each time that the heap exceeds the soft limit, and not
 * again before it fell an eighth below; by the thread that noticed, at the end of a malloc or free. NULL: nobody is. It
 * may call all functions of the library, is never called inside itself, and must return. 0 always.
 * Thread-safe; a call on another thread may still be under way when this returns. */
ASHLAR_EXPORT SLOW int ashlar_set_limit_callback(void (*callback)(void *arg, size_t bytes, size_t limit), void *arg)
{
	ash_limit_set_callback(callback, arg);
	ash_limit_check();
	return 0;
}
