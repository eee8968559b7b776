/*
 * Which allocator a test talks to. Normally the plain names: the test is linked
 * with the library, so malloc is ours. With -DASHLAR_TEST_PREFIX=x_ the same
 * source calls x_malloc and friends of a library configured with
 * --with-ashlar-prefix=x_; that is how tests run under sanitizers, whose
 * runtimes own the plain names.
 */
#ifndef TESTS_NAMES_H
#define TESTS_NAMES_H

#include <stddef.h>
#include <stdlib.h>
#include <malloc.h>

#ifndef __GLIBC__
/* What other C libraries do not declare: ours has it all the same. */
#include <stdio.h>
struct mallinfo {
	int arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
struct mallinfo2 {
	size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
#ifdef __cplusplus
extern "C" {
#endif
struct mallinfo mallinfo(void);
struct mallinfo2 mallinfo2(void);
void *pvalloc(size_t size);
int malloc_trim(size_t pad);
int malloc_info(int options, FILE *stream);
void malloc_stats(void);
int mallopt(int param, int value);
#ifdef __cplusplus
}
#endif
enum { M_MXFAST = 1, M_TRIM_THRESHOLD = -1, M_TOP_PAD = -2, M_MMAP_THRESHOLD = -3, M_MMAP_MAX = -4,
       M_CHECK_ACTION = -5, M_PERTURB = -6, M_ARENA_TEST = -7, M_ARENA_MAX = -8 };
#endif

#ifdef ASHLAR_TEST_PREFIX

#include <ashlar/prefixed.h>

#define NAMES_JOIN2(a, b) a##b
#define NAMES_JOIN(a, b)  NAMES_JOIN2(a, b)
#define NAMES_OURS(name)  NAMES_JOIN(ASHLAR_TEST_PREFIX, name)

#define malloc             NAMES_OURS(malloc)
#define calloc             NAMES_OURS(calloc)
#define realloc            NAMES_OURS(realloc)
#define free               NAMES_OURS(free)
#define posix_memalign     NAMES_OURS(posix_memalign)
#define aligned_alloc      NAMES_OURS(aligned_alloc)
#define memalign           NAMES_OURS(memalign)
#define malloc_usable_size NAMES_OURS(malloc_usable_size)
#define valloc             NAMES_OURS(valloc)
#define pvalloc            NAMES_OURS(pvalloc)
#define free_sized         NAMES_OURS(free_sized)
#define free_aligned_sized NAMES_OURS(free_aligned_sized)
#define mallinfo()         NAMES_OURS(mallinfo)() /* not the structures of these names */
#define mallinfo2()        NAMES_OURS(mallinfo2)()
#define malloc_info        NAMES_OURS(malloc_info)
#define malloc_stats       NAMES_OURS(malloc_stats)
#define malloc_trim        NAMES_OURS(malloc_trim)
#define mallopt            NAMES_OURS(mallopt)
#define malloc_stats_print NAMES_OURS(malloc_stats_print)
#define malloc_message     NAMES_OURS(malloc_message)

#endif

/* Bytes the program holds: glibc counts blocks with a mapping of their own in hblkhd. */
static inline size_t bytes_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

#endif
