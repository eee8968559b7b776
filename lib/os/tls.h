/* os/tls.h -- the thread-local state: two words, so that the library can always be dlopen()ed and
 * never exhausts the static TLS space that LD_AUDIT and others share.
 *
 * ash_tls_cache() is the distance from ash_anchor to the thread's cache; 0, the value at thread
 * start, means the empty cache. Only valid once the library is armed (see base/anchor.h).
 *
 * With --disable-initial-exec-tls both share the value of a pthread key: a dynamic TLS model would
 * allocate on first use, inside malloc. */
#ifndef ASH_OS_TLS_H
#define ASH_OS_TLS_H

#include "base/base.h"

#ifndef ASHLAR_NO_INITIAL_EXEC

struct ash_tls {
	intptr_t cache;
	uint32_t flags; /* enum ash_tls_flag */
	uint32_t visits;
};
extern ASH_HIDDEN _Thread_local struct ash_tls ash_tls
	__attribute__((tls_model("initial-exec")));

FAST intptr_t ash_tls_cache(void)
{
	return ash_tls.cache;
}

static inline void ash_tls_set_cache(intptr_t distance)
{
	ash_tls.cache = distance;
}

static inline uint32_t ash_tls_flags(void)
{
	return ash_tls.flags;
}

static inline void ash_tls_set_flags(uint32_t flags)
{
	ash_tls.flags = flags;
}

/* How often the thread has called this. */
static inline uint32_t ash_tls_visit(void)
{
	return ash_tls.visits++;
}

#else

#include <pthread.h>

/* Distances are multiples of 64: the flags are below. */
extern ASH_HIDDEN pthread_key_t ash_tls_key;

FAST intptr_t ash_tls_word(void)
{
	return (intptr_t)pthread_getspecific(ash_tls_key);
}

FAST intptr_t ash_tls_cache(void)
{
	return ash_tls_word() & ~(intptr_t)63;
}

static inline uint32_t ash_tls_flags(void)
{
	return (uint32_t)ash_tls_word() & 63;
}

static inline void ash_tls_set_cache(intptr_t distance)
{
	pthread_setspecific(ash_tls_key, (void *)(distance | (intptr_t)ash_tls_flags()));
}

static inline void ash_tls_set_flags(uint32_t flags)
{
	pthread_setspecific(ash_tls_key, (void *)(ash_tls_cache() | (intptr_t)flags));
}

/* Not counted: there is no room. */
static inline uint32_t ash_tls_visit(void)
{
	return UINT32_MAX;
}

#endif

enum ash_tls_flag {
	ASH_TLS_IN_HOOK = 1, /* a user's hook is running in this thread: do not call it again */
	ASH_TLS_EXITED = 2,  /* the cache was flushed for good: serve the thread without one */
	ASH_TLS_PROVIDING = 4, /* an extent hook is running: take common memory (region/supply.h) */
	ASH_TLS_REPORTING = 8, /* the report of stats_interval is being written (api/fill.c) */
};

/* Makes the words usable; on_exit runs in each thread that called ash_tls_watch_exit(), when it
 * ends, and perhaps again if it sets the words. Returns false if the process has no pthread key
 * left. Constructor only. */
bool ash_tls_init(void (*on_exit)(void));
void ash_tls_watch_exit(void);

/* A value no two living threads share. */
static inline uintptr_t ash_tls_self(void)
{
#ifdef ASH_ARCH_THREAD_POINTER
	return ash_thread_pointer();
#elif !defined(ASHLAR_NO_INITIAL_EXEC)
	return (uintptr_t)&ash_tls;
#else
	return (uintptr_t)pthread_self();
#endif
}

#endif
