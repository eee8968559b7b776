/* api/mallocx.c -- jemalloc's functions with flags. They are here, and not under other names alone, for programs that
 * are linked with libjemalloc.so.2 and run with this library preloaded: what mallocx() gives goes to free().
 *
 * flags, an int, from the lowest bit on: 6 bits for the logarithm of the alignment, 1 for zeroed memory, 12 (from bit 8
 * on) for a thread cache, 12 for an arena. Both of the latter are 0 for "the thread's own"; caches are numbered from
 * 2 on, 1 meaning none; arenas from 1 on. Sizes must not be 0, pointers not NULL, as in jemalloc. An arena or a cache
 * that is not there: no memory. A block in an arena that was named comes from there, never from the thread's cache. */
#include "api/api.h"

#include "ashlar/ashlar.h"
#include "base/mem.h"
#include "heap/arena.h"
#include "slab/large.h"

#include <errno.h>

void *API(mallocx)(size_t size, int flags);
void *API(rallocx)(void *p, size_t size, int flags);
size_t API(xallocx)(void *p, size_t size, size_t extra, int flags);
size_t API(sallocx)(const void *p, int flags);
void API(dallocx)(void *p, int flags);
void API(sdallocx)(void *p, size_t size, int flags);
size_t API(nallocx)(size_t size, int flags);

struct request {
	size_t align;
	bool zero;
	struct ash_place at;
};

/* What the flags say; false: a cache or an arena that is not there. */
static bool understand(int flags, struct request *r)
{
	unsigned bits = (unsigned)flags, cache = bits >> 8 & 0xfff, arena = bits >> 20;
	*r = (struct request){
		.align = (size_t)1 << (bits & (sizeof(size_t) * 8 - 1)),
		.zero = bits & ASHLAR_MALLOCX_ZERO,
		.at.uncached = cache == 1,
		.at.exact = true,
	};
	if (arena && !(r->at.shard = ash_arena_get(arena - 1)))
		return false;
	return cache < 2 || (r->at.cache = ash_tcache_get(cache - 2, r->at.shard));
}

/* Bytes that a block of this size really has; 0: it cannot be had. */
static size_t real_size(size_t size, size_t align)
{
	const uint64_t addresses = (uint64_t)ASH_ROOTS << ASH_LEAF_SHIFT;
	if (!size || size > PTRDIFF_MAX || align > PTRDIFF_MAX - size || align >= addresses / 2 || !ash_heap_start())
		return 0;
	unsigned class = ash_class_aligned(size, align);
	return class < ASH_CLASSES ? ash_class_size[class] : ash_large_real_size(size);
}

static SLOW void *allocate(size_t size, int flags, const void *caller)
{
	struct request r;
	size_t real = understand(flags, &r) ? real_size(size, r.align) : 0;
	void *p = NULL;
	if (real && unlikely(ash_hooks_on))
		p = r.zero && r.align <= 16 ? ash_hooks_calloc(1, size, caller)
		    : r.align <= 16         ? ash_hooks_malloc(size, caller)
					    : ash_hooks_memalign(r.align, size, caller);
	else if (real)
		p = ash_alloc_at(r.zero ? real : size, r.align, r.zero, &r.at);
	if (p && r.zero && r.align > 16 && unlikely(ash_hooks_on))
		ash_mem_zero(p, size);
	if (!p)
		errno = ENOMEM;
	return p;
}

ASHLAR_EXPORT void *API(mallocx)(size_t size, int flags)
{
	void *p = flags ? NULL : ash_cache_pop(size);
	return likely(p != NULL) ? p : allocate(size, flags, ASH_CALLER);
}

/* Whether it may stay where it is for all that the flags say. */
static bool stays(const void *p, const struct request *r)
{
	unsigned arena;
	if ((uintptr_t)p & (r->align - 1))
		return false;
	return !r->at.shard || (ash_arena_lookup(p, &arena) == 0 && arena == r->at.shard->id);
}

/* By hooks, which realloc alone does not tell of alignment and zeroes. Nothing is done where it fails. */
static SLOW void *resize_hooked(void *p, size_t size, int flags, const void *caller)
{
	struct request r;
	if (!understand(flags, &r))
		return NULL;
	size_t before = r.zero ? ash_usable(p, "rallocx") : size;
	void *aligned = r.align > 16 ? ash_hooks_memalign(r.align, size, caller) : NULL;
	void *q = r.align > 16 && !aligned ? NULL : ash_hooks_realloc(p, size, caller);
	if (q && size > before)
		ash_mem_zero((char *)q + before, size - before);
	if (!aligned)
		return q;
	if (q)
		ash_mem_copy(aligned, q, size);
	ash_hooks_free(q ? q : aligned, caller);
	return q ? aligned : NULL;
}

ASHLAR_EXPORT void *API(rallocx)(void *p, size_t size, int flags)
{
	struct request r;
	void *q = NULL;
	if (unlikely(ash_hooks_on))
		return resize_hooked(p, size, flags, ASH_CALLER);
	size_t real = understand(flags, &r) ? real_size(size, r.align) : 0;
	size_t before = ash_usable(p, "rallocx");
	if (real && stays(p, &r)) {
		if (ash_fits(size, before) && (before <= ASH_SMALL_MAX || real == before))
			return p;
		if (before > ASH_SMALL_MAX && real > ASH_SMALL_MAX) /* where it moves to is aligned to a chunk */
			q = ash_resize_large(p, size, r.align <= ASH_CHUNK, r.zero);
	}
	if (q || !real) {
		if (!q)
			errno = ENOMEM;
		return q;
	}
	/* What it grows by is zero to the end of the block, as later growth takes that for granted. */
	q = ash_alloc_at(r.zero ? real : size, r.align, r.zero && real > before, &r.at);
	if (!q) {
		errno = ENOMEM;
		return NULL;
	}
	ash_mem_copy(q, p, before < size ? before : size);
	ash_free_at(p, &r.at);
	return q;
}

ASHLAR_EXPORT size_t API(xallocx)(void *p, size_t size, size_t extra, int flags)
{
	size_t before = ash_usable(p, "xallocx");
	bool zero = flags & ASHLAR_MALLOCX_ZERO;
	if (before <= ASH_SMALL_MAX || size > PTRDIFF_MAX || unlikely(ash_hooks_on))
		return before;
	size_t most = extra > PTRDIFF_MAX - size ? PTRDIFF_MAX : size + extra;
	if (most <= ASH_SMALL_MAX)
		most = ASH_SMALL_MAX + 1;
	if (!ash_resize_large(p, most, false, zero) && before < size)
		ash_resize_large(p, size, false, zero);
	return ash_usable(p, "xallocx");
}

ASHLAR_EXPORT size_t API(sallocx)(const void *p, int flags)
{
	(void)flags;
	return ash_usable((void *)p, "sallocx");
}

static void release(void *p, int flags, const void *caller)
{
	struct request r;
	if (unlikely(ash_hooks_on || !understand(flags, &r)))
		ash_free_slow(p, caller);
	else
		ash_free_at(p, &r.at);
}

ASHLAR_EXPORT void API(dallocx)(void *p, int flags)
{
	if (flags || unlikely(!ash_cache_push(p)))
		release(p, flags, ASH_CALLER);
}

ASHLAR_EXPORT void API(sdallocx)(void *p, size_t size, int flags)
{
	(void)size;
	if (flags || unlikely(!ash_cache_push(p)))
		release(p, flags, ASH_CALLER);
}

ASHLAR_EXPORT size_t API(nallocx)(size_t size, int flags)
{
	return real_size(size, (size_t)1 << ((unsigned)flags & (sizeof(size_t) * 8 - 1)));
}

/* The same functions, whatever else the program has under the names above. */
#define TEXT2(name) #name
#define TEXT(name) TEXT2(name)
#define ALIAS(of) __attribute__((alias(TEXT(API(of))), visibility("default")))
ALIAS(mallocx) void *ashlar_mallocx(size_t size, int flags);
ALIAS(rallocx) void *ashlar_rallocx(void *p, size_t size, int flags);
ALIAS(xallocx) size_t ashlar_xallocx(void *p, size_t size, size_t extra, int flags);
ALIAS(sallocx) size_t ashlar_sallocx(const void *p, int flags);
ALIAS(dallocx) void ashlar_dallocx(void *p, int flags);
ALIAS(sdallocx) void ashlar_sdallocx(void *p, size_t size, int flags);
ALIAS(nallocx) size_t ashlar_nallocx(size_t size, int flags);
#ifndef ASHLAR_PREFIX
ALIAS(nallocx) __attribute__((weak)) size_t tc_nallocx(size_t size, int flags); /* gperftools' (tc.c) */
#endif
