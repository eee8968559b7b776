/* obs/report.h -- the figures of stats.h as text that a person reads, or as JSON with the names and the nesting of
 * jemalloc's, so that what reads that reads this. */
#ifndef ASH_OBS_REPORT_H
#define ASH_OBS_REPORT_H

/* Writes a report through write(arg, text), in pieces of at most 255 bytes. Letters in opts (NULL: none):
 * J JSON; and what to leave out: g general things, m the sum over the arenas, a each arena by itself, b size
 * classes, l large blocks, x locks. d, e and h stand for what is not here, other letters for nothing.
 * Allocates nothing, holds no lock while it writes, uses some 12 KiB of stack. */
void ash_report(void (*write)(void *arg, const char *text), void *arg, const char *opts);

#endif
