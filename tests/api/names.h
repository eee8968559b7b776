/*
 * Which allocator a test talks to. Normally the plain names: the test is linked
 * with the library, so malloc is ours. With -DASHLAR_TEST_PREFIX=ash_ the same
 * source calls ash_malloc and friends of a library configured with
 * --with-ashlar-prefix=ash_; that is how tests run under sanitizers, whose
 * runtimes own the plain names.
 */
#ifndef TESTS_NAMES_H
#define TESTS_NAMES_H

#include <stddef.h>
#include <stdlib.h>
#include <malloc.h>

#ifdef ASHLAR_TEST_PREFIX

#define NAMES_JOIN2(a, b) a##b
#define NAMES_JOIN(a, b) NAMES_JOIN2(a, b)
#define NAMES_OURS(name) NAMES_JOIN(ASHLAR_TEST_PREFIX, name)

#define malloc NAMES_OURS(malloc)
#define calloc NAMES_OURS(calloc)
#define realloc NAMES_OURS(realloc)
#define free NAMES_OURS(free)
#define posix_memalign NAMES_OURS(posix_memalign)
#define aligned_alloc NAMES_OURS(aligned_alloc)
#define memalign NAMES_OURS(memalign)
#define malloc_usable_size NAMES_OURS(malloc_usable_size)
#define malloc_trim NAMES_OURS(malloc_trim)
#define mallinfo2 NAMES_OURS(mallinfo2)

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t size);
void free(void *p);
int posix_memalign(void **out, size_t alignment, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size);
size_t malloc_usable_size(void *p);
int malloc_trim(size_t pad);
struct mallinfo2 mallinfo2(void);

#endif

/* Bytes the program holds: glibc counts blocks with a mapping of their own in hblkhd. */
static inline size_t bytes_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

#endif
