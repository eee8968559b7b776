/* ashlar.h -- what ashlar adds to malloc.h and stdlib.h. The malloc family itself is declared by
 * the C library's headers; a program need not include this one to run on ashlar.
 *
 * All functions are thread-safe and none may be called from a signal handler. */
#ifndef ASHLAR_ASHLAR_H
#define ASHLAR_ASHLAR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASHLAR_VERSION_MAJOR 2
#define ASHLAR_VERSION_MINOR 0
#define ASHLAR_VERSION_PATCH 0

/* The version of the library the process runs on, such as "2.0.0": a string that stays. */
const char *ashlar_version(void);

/* Writes a report of the heap through write(arg, text), text a NUL-terminated piece of some
 * lines; with write NULL to standard error. Allocates nothing. */
void ashlar_stats_print(void (*write)(void *arg, const char *text), void *arg);

#ifdef __cplusplus
}
#endif

#endif
