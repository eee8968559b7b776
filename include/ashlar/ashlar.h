/* ashlar.h -- what ashlar adds to malloc.h and stdlib.h. The malloc family itself is declared by
 * the C library's headers; a program need not include this one to run on ashlar.
 *
 * All functions are thread-safe and none may be called from a signal handler. */
#ifndef ASHLAR_ASHLAR_H
#define ASHLAR_ASHLAR_H

#include <stddef.h>
#include <stdlib.h> /* also tells which C library it is */

#include <ashlar/extent_hooks.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASHLAR_VERSION_MAJOR 2
#define ASHLAR_VERSION_MINOR 0
#define ASHLAR_VERSION_PATCH 0

/* The version of the library the process runs on, such as "2.0.1", or "2.0.1-dev" on the way to it: a
 * string that stays. */
const char *ashlar_version(void);

/* Writes a report of the heap through write(arg, text), text a NUL-terminated piece of it; with write NULL
 * through malloc_message. Bytes unless something else is said. Thread-safe; write may allocate. Allocates nothing
 * itself, leaves errno alone, and wants some 12 KiB of stack. */
void ashlar_stats_print(void (*write)(void *arg, const char *text), void *arg);

/* The control tree: reads, writes and does what ashlar(3), CONTROL, lists by name; as jemalloc's mallctl, with
 * its names, types and errors.
 *
 * oldp, oldlenp: where the value goes, and its size in bytes; both NULL if it is not wanted. newp, newlen: the new
 * value and its size; NULL and 0 to leave it. Neither needs to be aligned.
 * Return 0, or ENOENT (no such name), EPERM (not to be written, or not to be read), EINVAL (a size that is
 * not the type's; of *oldlenp, as many bytes as fit are copied and counted there), EAGAIN (no memory) or EFAULT (it
 * cannot be done). errno stays. Any thread; not async-signal-safe.
 *
 * The second translates a name into a row of numbers (at most *miblenp; *miblenp becomes how many), which the third
 * understands; numbers that stand for numbers in the name may be changed, and a row of part of a name
 * be completed. */
int ashlar_mallctl(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen);
int ashlar_mallctlnametomib(const char *name, size_t *mibp, size_t *miblenp);
int ashlar_mallctlbymib(const size_t *mib, size_t miblen, void *oldp, size_t *oldlenp, void *newp, size_t newlen);

/* Whether memory could be saved by copying the live block at ptr to a new one and freeing it: 1 if it lies among
 * few others where many could, 0 if not, or if ptr is no block of ashlar's. redis's active defragmentation asks
 * this (je_get_defrag_hint). Any thread; not async-signal-safe. */
int ashlar_get_defrag_hint(void *ptr);

/* jemalloc: the same. Letters in opts (NULL: none): J writes JSON with jemalloc's names; to leave out: g general
 * things, m the sum over the arenas, a each arena, b size classes, l large blocks, x locks. */
void malloc_stats_print(void (*write)(void *arg, const char *text), void *arg, const char *opts);

/* jemalloc: where reports go whose caller names no function: standard error, until the program sets it. NULL is
 * standard error too. A program may define it itself. Set it while no other thread reports. */
extern void (*malloc_message)(void *arg, const char *text);

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
