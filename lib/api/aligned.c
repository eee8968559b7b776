/* api/aligned.c -- the aligned allocation functions: they differ in their argument rules only. */
#include "api/api.h"

#ifdef ASHLAR_PREFIX
#include "ashlar/prefixed.h"
#else
#include <malloc.h>
#include <stdlib.h>
#endif
#include "os/os.h"

#include <errno.h>
#include <limits.h>

/* Not in every C library's headers. */
#ifndef __GLIBC__
void *API(valloc)(size_t size);
void *API(pvalloc)(size_t size);
#endif

/* POSIX: alignment a power of two and a multiple of sizeof(void *), else EINVAL; ENOMEM without
 * memory. *memptr is set on success only, errno never. */
ASHLAR_EXPORT int API(posix_memalign)(void **memptr, size_t alignment, size_t size)
{
	if (!is_pow2(alignment) || alignment % sizeof(void *))
		return EINVAL;
	void *p;
	if (unlikely(ash_hooks_on)) {
		int saved = errno;
		p = ash_hooks_memalign(alignment, size, ASH_CALLER);
		errno = saved;
	} else {
		p = ash_alloc_quiet(size, alignment, false);
	}
	if (unlikely(!p))
		return ENOMEM;
	*memptr = p;
	return 0;
}

/* glibc: an alignment that is not a power of two is rounded up to one; too large is EINVAL. */
static void *memalign_rounded(size_t alignment, size_t size, const void *caller)
{
	if (alignment > SIZE_MAX / 2 + 1) {
		errno = EINVAL;
		return NULL;
	}
	if (!is_pow2(alignment))
		alignment = alignment < 2 ? 1
			: (size_t)1 << (sizeof(long) * CHAR_BIT -
					(unsigned)__builtin_clzl(alignment - 1));
	return ash_memalign(alignment, size, caller);
}

/* SunOS, glibc. NULL with EINVAL or ENOMEM. */
ASHLAR_EXPORT void *API(memalign)(size_t alignment, size_t size)
{
	return memalign_rounded(alignment, size, ASH_CALLER);
}

/* C11, C17, C23: alignment a power of two, else NULL and EINVAL (glibc 2.38). The size need not
 * be a multiple of it. */
ASHLAR_EXPORT void *API(aligned_alloc)(size_t alignment, size_t size)
{
	if (!is_pow2(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return ash_memalign(alignment, size, ASH_CALLER);
}

/* 4.2BSD, SUSv2: aligned to a page. */
ASHLAR_EXPORT void *API(valloc)(size_t size)
{
	return ash_memalign(ash_os.page_size, size, ASH_CALLER);
}

/* glibc: valloc of the size rounded up to whole pages. */
ASHLAR_EXPORT void *API(pvalloc)(size_t size)
{
	size_t page = ash_os.page_size;
	if (size <= PTRDIFF_MAX) /* more is too many, rounded or not */
		size = size ? align_up(size, page) : page;
	return ash_memalign(page, size, ASH_CALLER);
}

#ifndef ASHLAR_PREFIX
#define ALIAS(of) __attribute__((alias(#of), visibility("default"), nothrow, leaf))
ALIAS(memalign) __attribute__((malloc, alloc_align(1), alloc_size(2)))
void *__libc_memalign(size_t alignment, size_t size);
ALIAS(valloc) __attribute__((malloc, alloc_size(1))) void *__libc_valloc(size_t size);
ALIAS(pvalloc) __attribute__((malloc, alloc_size(1))) void *__libc_pvalloc(size_t size);
ALIAS(posix_memalign) __attribute__((nonnull(1))) int __posix_memalign(void **memptr,
								       size_t alignment,
								       size_t size);

/* gperftools' (tc.c). */
ALIAS(memalign) __attribute__((weak, malloc, alloc_align(1), alloc_size(2)))
void *tc_memalign(size_t alignment, size_t size);
ALIAS(valloc) __attribute__((weak, malloc, alloc_size(1))) void *tc_valloc(size_t size);
ALIAS(pvalloc) __attribute__((weak, malloc, alloc_size(1))) void *tc_pvalloc(size_t size);
ALIAS(posix_memalign) __attribute__((weak, nonnull(1))) int tc_posix_memalign(void **memptr, size_t alignment,
									      size_t size);
#endif
