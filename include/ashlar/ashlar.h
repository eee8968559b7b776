/* ashlar.h -- what ashlar adds to malloc.h and stdlib.h. The malloc family itself is declared by
 * the C library's headers; a program need not include this one to run on ashlar.
 *
 * All functions are thread-safe and none may be called from a signal handler. */
#ifndef ASHLAR_ASHLAR_H
#define ASHLAR_ASHLAR_H

#include <stddef.h>
#include <stdlib.h> /* also tells which C library it is */

#ifdef __cplusplus
extern "C" {
#endif

#define ASHLAR_VERSION_MAJOR 2
#define ASHLAR_VERSION_MINOR 0
#define ASHLAR_VERSION_PATCH 0

/* The version of the library the process runs on, such as "2.0.1", or "2.0.1-dev" on the way to it: a
 * string that stays. */
const char *ashlar_version(void);

/* Writes a report of the heap through write(arg, text), text a NUL-terminated piece of some
 * lines; with write NULL to standard error. Allocates nothing. */
void ashlar_stats_print(void (*write)(void *arg, const char *text), void *arg);

/* jemalloc's functions with flags, which the library also has under jemalloc's names (ashlar/jemalloc.h declares
 * those). Flags are or-ed: */
#define ASHLAR_MALLOCX_LG_ALIGN(la) ((int)(la))                          /* aligned to 1 << la bytes */
#define ASHLAR_MALLOCX_ALIGN(a)     (__builtin_ctzl((unsigned long)(a))) /* to a bytes, a power of two */
#define ASHLAR_MALLOCX_ZERO         0x40                                 /* zeroed, to the block's end */
#define ASHLAR_MALLOCX_TCACHE(tc)   ((int)(((tc) + 2) << 8))             /* through this cache (tcache.create) */
#define ASHLAR_MALLOCX_TCACHE_NONE  ASHLAR_MALLOCX_TCACHE(-1)            /* through none */
#define ASHLAR_MALLOCX_ARENA(a)     ((int)(((unsigned)(a) + 1) << 20))   /* in this arena (arenas.create) */

/* A block of at least size bytes, size > 0; NULL and ENOMEM without memory, above PTRDIFF_MAX, and where the cache or
 * the arena is not there. With an arena and no cache it comes from the arena, not from the thread's cache. */
void *ashlar_mallocx(size_t size, int flags);

/* The block resized, perhaps moved; NULL and ENOMEM, and the block stays. ZERO is for what it grows by. */
void *ashlar_rallocx(void *ptr, size_t size, int flags);

/* Resizes the block where it is, to between size and size + extra bytes if that can be; returns its size. */
size_t ashlar_xallocx(void *ptr, size_t size, size_t extra, int flags);

/* Bytes usable in the block. */
size_t ashlar_sallocx(const void *ptr, int flags);

/* Frees the block, through a cache or through none. The second may be given any size from that asked for to that of
 * sallocx. */
void ashlar_dallocx(void *ptr, int flags);
void ashlar_sdallocx(void *ptr, size_t size, int flags);

/* Bytes that a block of mallocx(size, flags) would have; 0: it cannot be had. Allocates nothing. */
size_t ashlar_nallocx(size_t size, int flags);

/* C23. Programs on C libraries that do not declare them yet (glibc before 2.43) get them from here. */
#if defined(__GLIBC__) && !(__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 43))
void free_sized(void *ptr, size_t size);
void free_aligned_sized(void *ptr, size_t alignment, size_t size);
#endif

#ifdef __cplusplus
}
#endif

#endif
