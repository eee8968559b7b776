/* api/malloc.c -- malloc, free, calloc, realloc. Each is its fast path and one cold exit; the
 * instructions of malloc and free are counted by tests/shell/fast-path.sh. */
#include "api/api.h"

#ifdef ASHLAR_PREFIX
#include "ashlar/prefixed.h"
#else
#include <malloc.h>
#include <stdlib.h>
#endif
#include "base/mem.h"

#include <errno.h>

/* At the start of a cache line, which malloc's fast path fits into. */
#define ON_A_LINE __attribute__((aligned(64)))

/* Not in every C library's headers. */
void API(free_sized)(void *p, size_t size);
void API(free_aligned_sized)(void *p, size_t alignment, size_t size);
void API(cfree)(void *p);

/* ISO C: size bytes, aligned for any object (16; glibc), indeterminate content. size 0 gives a
 * unique pointer (glibc). NULL and ENOMEM without memory or above PTRDIFF_MAX. Thread-safe; not
 * for signal handlers. */
ASHLAR_EXPORT ON_A_LINE void *API(malloc)(size_t size)
{
	void *p = ash_cache_pop(size);
	return likely(p != NULL) ? p : ash_malloc_slow(size, ASH_CALLER);
}

/* ISO C; keeps errno (POSIX 2024, glibc 2.33). NULL is ignored. A pointer that is no live block's
 * start stops the process with a message on stderr. */
ASHLAR_EXPORT ON_A_LINE void API(free)(void *p)
{
	if (unlikely(!ash_cache_push(p)))
		ash_free_slow(p, ASH_CALLER);
}

/* ISO C: count * size bytes of zero; NULL and ENOMEM also where the product overflows. */
ASHLAR_EXPORT ON_A_LINE void *API(calloc)(size_t count, size_t size)
{
	size_t bytes;
	if (unlikely(__builtin_mul_overflow(count, size, &bytes)))
		return ash_calloc_slow(count, size, ASH_CALLER);
	void *p = ash_cache_pop(bytes);
	if (unlikely(p == NULL))
		return ash_calloc_slow(count, size, ASH_CALLER);
	return ash_mem_zero(p, bytes);
}

/* ISO C; realloc(NULL, n) is malloc(n), realloc(p, 0) frees p and returns NULL (glibc). On
 * failure p is unchanged. Small blocks stay where they are while their size class fits and is at
 * least half used. */
ASHLAR_EXPORT void *API(realloc)(void *p, size_t size)
{
	if (!p) { /* how some programs allocate everything */
		void *fresh = ash_cache_pop(size);
		return likely(fresh != NULL) ? fresh : ash_realloc_slow(p, size, ASH_CALLER);
	}
	uint32_t entry = ash_pagemap_get((uintptr_t)p);
	if (unlikely(entry - 1 >= ASH_ENTRY_LARGE - 1 || !ASH_PEEK(ash_anchor.small_limit)))
		return ash_realloc_slow(p, size, ASH_CALLER);
	size_t usable = ash_class_size[ASH_ENTRY_CLASS(entry)];
	bool valid = ash_class_on_grid((uintptr_t)p, ASH_ENTRY_CLASS(entry));
	if (likely(valid) && ash_fits(size, usable))
		return p;
	void *q = likely(valid) ? ash_cache_pop(size) : NULL;
	if (unlikely(q == NULL))
		return ash_realloc_slow(p, size, ASH_CALLER);
	ash_mem_copy(q, p, size < usable ? size : usable);
	if (unlikely(!ash_cache_push(p)))
		ash_free(p);
	return q;
}

/* C23: free for a block of malloc, calloc or realloc (not of aligned_alloc) of that size. The
 * sizes are not checked. */
ASHLAR_EXPORT void API(free_sized)(void *p, size_t size)
{
	(void)size;
	if (unlikely(!ash_cache_push(p)))
		ash_free_slow(p, ASH_CALLER);
}

/* C23: the same for a block of aligned_alloc. */
ASHLAR_EXPORT void API(free_aligned_sized)(void *p, size_t alignment, size_t size)
{
	(void)alignment;
	(void)size;
	if (unlikely(!ash_cache_push(p)))
		ash_free_slow(p, ASH_CALLER);
}

/* glibc until 2.25: free. */
ASHLAR_EXPORT void API(cfree)(void *p)
{
	if (unlikely(!ash_cache_push(p)))
		ash_free_slow(p, ASH_CALLER);
}

/* glibc: bytes that may be used at p, at least what was asked for and constant over the block's
 * life; 0 for NULL. */
ASHLAR_EXPORT size_t API(malloc_usable_size)(void *p)
{
	return p ? ash_usable(p, "malloc_usable_size") : 0;
}

#ifndef ASHLAR_PREFIX
/* glibc's second names: some programs and libraries call them directly. The attributes are those
 * of the headers' declarations. */
#define ALIAS(of) __attribute__((alias(#of), visibility("default"), nothrow))
ALIAS(malloc) __attribute__((malloc, leaf, alloc_size(1))) void *__libc_malloc(size_t size);
ALIAS(calloc) __attribute__((malloc, leaf, alloc_size(1, 2)))
void *__libc_calloc(size_t count, size_t size);
ALIAS(realloc) __attribute__((leaf, alloc_size(2))) void *__libc_realloc(void *p, size_t size);
ALIAS(free) __attribute__((leaf)) void __libc_free(void *p);

/* gperftools' (tc.c). Weak: a program that is linked with the archive may have such names of its own. */
ALIAS(malloc) __attribute__((weak, malloc, leaf, alloc_size(1))) void *tc_malloc_skip_new_handler(size_t size);
ALIAS(calloc) __attribute__((weak, malloc, leaf, alloc_size(1, 2))) void *tc_calloc(size_t count, size_t size);
ALIAS(realloc) __attribute__((weak, leaf, alloc_size(2))) void *tc_realloc(void *p, size_t size);
ALIAS(free) __attribute__((weak, leaf)) void tc_free(void *p);
ALIAS(cfree) __attribute__((weak)) void tc_cfree(void *p);
ALIAS(free_sized) __attribute__((weak)) void tc_free_sized(void *p, size_t size);
ALIAS(free_aligned_sized) __attribute__((weak)) void tc_free_aligned_sized(void *p, size_t alignment, size_t size);
ALIAS(malloc_usable_size) __attribute__((weak, leaf)) size_t tc_malloc_size(void *p);
ALIAS(malloc_usable_size) __attribute__((weak, leaf)) size_t MallocExtension_GetAllocatedSize(void *p);
#endif
