/* api/stats.c -- reports for whoever asks, in jemalloc's words and in ours. */
#include "api/api.h"

#include "ashlar/ashlar.h"
#include "base/mem.h"
#include "base/syscall.h"
#include "obs/report.h"

#ifdef ASHLAR_PREFIX
extern void (*API(malloc_message))(void *arg, const char *text);
#endif

static void to_stderr(void *unused, const char *text)
{
	(void)unused;
	ash_syscall3(SYS_write, 2, (long)text, (long)ash_str_len(text));
}

/* jemalloc: where reports go whose caller names no function; a program sets it, or defines it itself. Weak, or
 * with the static library such a program would define it twice. */
ASHLAR_EXPORT __attribute__((weak)) void (*API(malloc_message))(void *arg, const char *text) = to_stderr;

/* jemalloc: opts are the letters of obs/report.h. With write NULL through malloc_message, and where that is
 * NULL to standard error. No lock is held while write runs, so it may allocate; but not for signal handlers, as
 * the figures are read under locks. */
ASHLAR_EXPORT void API(malloc_stats_print)(void (*write)(void *arg, const char *text), void *arg, const char *opts)
{
	if (!write)
		write = API(malloc_message);
	ash_report(write ? write : to_stderr, arg, opts);
}

/* The same with all there is, as text. */
ASHLAR_EXPORT void ashlar_stats_print(void (*write)(void *arg, const char *text), void *arg)
{
	API(malloc_stats_print)(write, arg, NULL);
}
