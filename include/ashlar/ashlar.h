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

/* C23. Programs on C libraries that do not declare them yet (glibc before 2.43) get them from here. */
#if defined(__GLIBC__) && !(__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 43))
void free_sized(void *ptr, size_t size);
void free_aligned_sized(void *ptr, size_t alignment, size_t size);
#endif

#ifdef __cplusplus
}
#endif

#endif
