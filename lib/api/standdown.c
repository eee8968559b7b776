/* api/standdown.c -- when the malloc of the process is not ours.
 *
 * The program may bring its own, a wrapper may have been loaded in front of us (heaptrack), or a
 * sanitizer's runtime behind us, whose malloc has to see every call; or the user says so. Whoever
 * still calls a function of ours wants what he would get without us: the next definition, libc's as a
 * rule. That goes for the C++ operators as well, each form by itself (new.h).
 *
 * Decided once, by the constructor. As with hooks, the fast paths stay closed, and every call looks
 * here. What was allocated before is still ours, and goes back where it came from. */
#include "api/api.h"

#include "os/conf.h"
#include "os/scope.h"

bool ash_standing_down; /* const after the constructor, as all below */

static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void *(*memalign)(size_t, size_t);
	void (*free)(void *);
	size_t (*malloc_usable_size)(void *);
} next;

#define FIND(name) \
	((next.name = (__typeof__(next.name))ash_scope_next_function(#name)) != NULL)

void ash_standdown_init(void)
{
#ifndef ASHLAR_PREFIX
	static const char *const runtimes[] = {"__asan_init", "__tsan_init", "__msan_init",
					       "__hwasan_init", "__lsan_init"};
	if (ash_conf.standdown || ash_scope_others_come_first("malloc") ||
	    ash_scope_others_define(runtimes, ARRAY_LEN(runtimes)))
		ash_standing_down = FIND(malloc) && FIND(calloc) && FIND(realloc) &&
				    FIND(memalign) && FIND(free) && FIND(malloc_usable_size);
#endif
}

void *ash_next_malloc(size_t size)
{
	return next.malloc(size);
}

void *ash_next_calloc(size_t count, size_t size)
{
	return next.calloc(count, size);
}

void *ash_next_realloc(void *p, size_t size)
{
	return p && ash_is_ours(p) ? ash_realloc(p, size) : next.realloc(p, size);
}

void *ash_next_memalign(size_t align, size_t size)
{
	return next.memalign(align, size);
}

void ash_next_free(void *p)
{
	if (ash_is_ours(p))
		ash_free(p);
	else
		next.free(p);
}

size_t ash_next_usable(void *p)
{
	return next.malloc_usable_size(p);
}
