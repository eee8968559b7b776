/* jemalloc.h -- in place of <jemalloc/jemalloc.h>: what programs written for jemalloc 5 include and call, as
 * ashlar has it. Binary compatible: a program built with jemalloc's own header finds the same functions, flags
 * and structures. ashlar(3) describes them, and tells which of jemalloc's control names there are.
 *
 *     #include <ashlar/jemalloc.h>      and      -lashlar
 */
#ifndef ASHLAR_JEMALLOC_H
#define ASHLAR_JEMALLOC_H

#include <limits.h>
#include <malloc.h> /* malloc_usable_size, memalign, valloc, pvalloc */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include <ashlar/extent_hooks.h>

/* The version of jemalloc whose interface this is: programs ask whether it has what they use. Who made it follows:
 * mallctl("version") begins alike, and ends with ashlar's own. */
#define JEMALLOC_VERSION "5.3.0-0-ashlar"
#define JEMALLOC_VERSION_MAJOR 5
#define JEMALLOC_VERSION_MINOR 3
#define JEMALLOC_VERSION_BUGFIX 0
#define JEMALLOC_VERSION_NREV 0
#define JEMALLOC_VERSION_GID "ashlar"
#define JEMALLOC_VERSION_GID_IDENT ashlar

/* je_get_defrag_hint is there: what redis looks for. */
#define JEMALLOC_FRAG_HINT

/* Flags of mallocx and its kin. An alignment by its logarithm, or itself, a power of two; memory that reads as zero;
 * an explicit thread cache, or none; an arena. */
#define MALLOCX_LG_ALIGN(la) ((int)(la))
#define MALLOCX_ALIGN(a) ((int)__builtin_ffsl((long)(a)) - 1)
#define MALLOCX_ZERO ((int)0x40)
#define MALLOCX_TCACHE(tc) ((int)(((tc) + 2) << 8))
#define MALLOCX_TCACHE_NONE MALLOCX_TCACHE(-1)
#define MALLOCX_ARENA(a) ((int)(((unsigned)(a) + 1) << 20))

/* In place of an arena's index in a control name: all of them; those that were destroyed. */
#define MALLCTL_ARENAS_ALL 4096
#define MALLCTL_ARENAS_DESTROYED 4097

/* Attributes, for programs that declare some of the functions themselves. */
#define JEMALLOC_ATTR(s) __attribute__((s))
#define JEMALLOC_ALIGNED(s) JEMALLOC_ATTR(aligned(s))
#define JEMALLOC_SECTION(s) JEMALLOC_ATTR(section(s))
#define JEMALLOC_ALLOC_SIZE(s) JEMALLOC_ATTR(alloc_size(s))
#define JEMALLOC_ALLOC_SIZE2(s1, s2) JEMALLOC_ATTR(alloc_size(s1, s2))
#define JEMALLOC_EXPORT JEMALLOC_ATTR(visibility("default"))
#define JEMALLOC_FORMAT_ARG(i) JEMALLOC_ATTR(format_arg(i))
#define JEMALLOC_FORMAT_PRINTF(s, i) JEMALLOC_ATTR(format(printf, s, i))
#define JEMALLOC_NOINLINE JEMALLOC_ATTR(noinline)
#define JEMALLOC_NOTHROW JEMALLOC_ATTR(nothrow)
#define JEMALLOC_COLD JEMALLOC_ATTR(cold)
#define JEMALLOC_RESTRICT_RETURN
#define JEMALLOC_ALLOCATOR
#define JEMALLOC_USABLE_SIZE_CONST
#define JEMALLOC_SYS_NOTHROW JEMALLOC_NOTHROW
#define JEMALLOC_OVERRIDE_MEMALIGN
#define JEMALLOC_OVERRIDE_VALLOC
#define JEMALLOC_OVERRIDE_PVALLOC
#ifndef __cplusplus
#define JEMALLOC_CXX_THROW
#elif __cplusplus >= 201103L
#define JEMALLOC_CXX_THROW noexcept(true)
#else
#define JEMALLOC_CXX_THROW throw()
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Options, if the program defines it; "key:value,key:value". The second is read after all other sources. */
extern const char *malloc_conf;
extern const char *malloc_conf_2_conf_harder;

/* Where messages go that were not given a function of their own; a program may set it. */
extern void (*malloc_message)(void *cbopaque, const char *s);

JEMALLOC_NOTHROW JEMALLOC_ATTR(malloc) JEMALLOC_ALLOC_SIZE(1) void *mallocx(size_t size, int flags);
JEMALLOC_NOTHROW JEMALLOC_ALLOC_SIZE(2) void *rallocx(void *ptr, size_t size, int flags);
JEMALLOC_NOTHROW size_t xallocx(void *ptr, size_t size, size_t extra, int flags);
JEMALLOC_NOTHROW JEMALLOC_ATTR(pure) size_t sallocx(const void *ptr, int flags);
JEMALLOC_NOTHROW void dallocx(void *ptr, int flags);
JEMALLOC_NOTHROW void sdallocx(void *ptr, size_t size, int flags);
JEMALLOC_NOTHROW JEMALLOC_ATTR(pure) size_t nallocx(size_t size, int flags);

JEMALLOC_NOTHROW int mallctl(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen);
JEMALLOC_NOTHROW int mallctlnametomib(const char *name, size_t *mibp, size_t *miblenp);
JEMALLOC_NOTHROW int mallctlbymib(const size_t *mib, size_t miblen, void *oldp, size_t *oldlenp, void *newp,
	size_t newlen);
JEMALLOC_NOTHROW void malloc_stats_print(void (*write_cb)(void *, const char *), void *cbopaque, const char *opts);

/* redis's addition: see ashlar_get_defrag_hint in <ashlar/ashlar.h>. */
JEMALLOC_NOTHROW int je_get_defrag_hint(void *ptr);

#ifdef __cplusplus
}
#endif

/* jemalloc's own names, which its header makes those above. */
#ifndef JEMALLOC_NO_RENAME
#define je_malloc_conf malloc_conf
#define je_malloc_conf_2_conf_harder malloc_conf_2_conf_harder
#define je_malloc_message malloc_message
#define je_malloc malloc
#define je_calloc calloc
#define je_posix_memalign posix_memalign
#define je_aligned_alloc aligned_alloc
#define je_realloc realloc
#define je_free free
#define je_free_sized free_sized
#define je_free_aligned_sized free_aligned_sized
#define je_mallocx mallocx
#define je_rallocx rallocx
#define je_xallocx xallocx
#define je_sallocx sallocx
#define je_dallocx dallocx
#define je_sdallocx sdallocx
#define je_nallocx nallocx
#define je_mallctl mallctl
#define je_mallctlnametomib mallctlnametomib
#define je_mallctlbymib mallctlbymib
#define je_malloc_stats_print malloc_stats_print
#define je_malloc_usable_size malloc_usable_size
#define je_memalign memalign
#define je_valloc valloc
#define je_pvalloc pvalloc
#endif

#endif
