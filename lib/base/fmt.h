/* base/fmt.h -- a printf that allocates nothing, takes no lock and knows no locale. */
#ifndef ASH_BASE_FMT_H
#define ASH_BASE_FMT_H

#include "base/base.h"

#include <stdarg.h>

/* Writes at most cap - 1 bytes and a NUL; returns the bytes written, without the NUL (a text that
 * does not fit is cut). Conversions: %s %c %d %u %x %p %%, with l, ll, z and a decimal width
 * (right-justified; "-" left-justifies). */
size_t ash_fmt(char *buf, size_t cap, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
size_t ash_fmt_va(char *buf, size_t cap, const char *format, va_list args);

/* Formats one line and writes it to a file descriptor with write(2): 255 bytes at most, the last of which ends
 * the line if more of it was cut. */
void ash_fmt_line(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
