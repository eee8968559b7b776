/* os/conf.h -- options: read once by the constructor, from the build's default and then from the
 * environment variable ASHLAR_CONF, never changed afterwards. Format as jemalloc's:
 * "key:value,key:value". What is unknown or wrong is reported once on stderr, by name, and
 * ignored; set-user-ID programs and the like ignore the environment silently. */
#ifndef ASH_OS_CONF_H
#define ASH_OS_CONF_H

#include "base/base.h"

struct ash_conf {
	unsigned narenas;       /* shards at most; 0: one for each CPU */
	int32_t dirty_decay_ms; /* 0: return freed memory at once, -1: never by age */
	bool madvise;           /* false: never call it; for sandboxes that kill for it */
	bool standdown;         /* leave the process to the next malloc, libc's as a rule */
	bool tcache;            /* give threads caches */
	bool stats_print;       /* report at exit */
	bool confirm_conf;      /* print the options in force at start */
	bool abort_conf;        /* stop at a wrong option */
};
extern ASH_HIDDEN struct ash_conf ash_conf; /* const after ash_conf_read() */

/* Constructor only, after ash_os_init(). environment: what the constructor was given, as libc's own
 * pointer may not be set yet. */
void ash_conf_read(char **environment);

/* Applies one option string; `from` names it in reports. For tests. */
void ash_conf_parse(const char *options, const char *from);

#endif
