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

/* Writes a report of the heap through write(arg, text), text a NUL-terminated piece of it; with write NULL
 * through malloc_message. Bytes unless something else is said. Thread-safe; write may allocate. Allocates nothing
 * itself, leaves errno alone, and wants some 12 KiB of stack. */
void ashlar_stats_print(void (*write)(void *arg, const char *text), void *arg);

/* jemalloc: the same. Letters in opts (NULL: none): J writes JSON with jemalloc's names; to leave out: g general
 * things, m the sum over the arenas, a each arena, b size classes, l large blocks, x locks. */
void malloc_stats_print(void (*write)(void *arg, const char *text), void *arg, const char *opts);

/* jemalloc: where reports go whose caller names no function: standard error, until the program sets it. NULL is
 * standard error too. A program may define it itself. Set it while no other thread reports. */
extern void (*malloc_message)(void *arg, const char *text);

/* C23. Programs on C libraries that do not declare them yet (glibc before 2.43) get them from here. */
#if defined(__GLIBC__) && !(__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 43))
void free_sized(void *ptr, size_t size);
void free_aligned_sized(void *ptr, size_t alignment, size_t size);
#endif

#ifdef __cplusplus
}
#endif

#endif
