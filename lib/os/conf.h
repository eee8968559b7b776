/* os/conf.h -- options: read once by the constructor, never changed afterwards.
 *
 * Sources, each overriding the ones before: the build's default, the program's string malloc_conf, the file
 * (os/conf_file.h), glibc's environment variables as far as they mean something here, MALLOC_CONF,
 * ASHLAR_CONF, and the program's string malloc_conf_2_conf_harder. Format as jemalloc's:
 * "key:value,key:value". What is unknown or wrong is reported once on stderr, by name, and
 * ignored; set-user-ID programs and the like ignore the environment silently. */
#ifndef ASH_OS_CONF_H
#define ASH_OS_CONF_H

#include "base/base.h"

/* Values of options that are words, in the order of conf.c's lists. */
enum ash_junk { ASH_JUNK_ALLOC = 1, ASH_JUNK_FREE = 2 };
enum ash_zero_realloc { ASH_ZERO_REALLOC_ALLOC, ASH_ZERO_REALLOC_FREE, ASH_ZERO_REALLOC_ABORT };
enum ash_thp { ASH_THP_DEFAULT, ASH_THP_ALWAYS, ASH_THP_NEVER };

#define ASH_CONF_LETTERS "Jgmdablxeh" /* of the options of reports; jemalloc's */

struct ash_conf {
	size_t tcache_max;      /* bytes: larger classes have no room in caches */
	int64_t stats_interval; /* bytes allocated between two reports; -1: none */
	int64_t limit_hard;     /* bytes; 0: none; below 0: a share of the cgroup's memory, minus its percent */
	int64_t limit_soft;     /* the same */
	unsigned narenas;       /* shards at most; 0: one for each CPU */
	int32_t dirty_decay_ms; /* 0: return freed memory at once, -1: never by age */
	int32_t muzzy_decay_ms; /* always 0: no memory is freed lazily */
	unsigned perturb;       /* byte that free fills with, malloc with its complement; 0: off */
	uint8_t junk;           /* ASH_JUNK_ALLOC | ASH_JUNK_FREE */
	uint8_t zero_realloc;   /* what realloc(p, 0) does */
	uint8_t thp;            /* huge pages */
	uint8_t metadata_thp;   /* always 0: none for metadata */
	uint8_t percpu_arena;   /* always 0: threads are bound to arenas, not CPUs */
	bool zero;              /* fill what malloc returns with zero */
	bool xmalloc;           /* stop the process instead of returning NULL */
	bool retain;            /* always: free address space is kept until there is no other */
	bool background_thread; /* always false, as prof */
	bool prof;
	bool madvise;           /* false: never call it; for sandboxes that kill for it */
	bool standdown;         /* leave the process to the next malloc, libc's as a rule */
	bool tcache;            /* give threads caches */
	bool container;         /* keep to the cgroup's CPUs and memory */
	bool stats_print;       /* report at exit */
	bool confirm_conf;      /* print the options in force at start */
	bool abort;             /* stop at a warning, such as of a file that is ignored */
	bool abort_conf;        /* stop at a wrong option */
	char stats_print_opts[sizeof ASH_CONF_LETTERS]; /* each letter at most once */
	char stats_interval_opts[sizeof ASH_CONF_LETTERS];
};
extern ASH_HIDDEN struct ash_conf ash_conf; /* const after ash_conf_read() */

/* Constructor only, after ash_os_init(). environment: what the constructor was given, as libc's own
 * pointer may not be set yet. program, harder: the program's two strings, or NULL. */
void ash_conf_read(char **environment, const char *program, const char *harder);

/* Who speaks, and how. */
enum ash_conf_dialect {
	ASH_CONF_OURS,     /* every key; the others are reported */
	ASH_CONF_PROGRAM,  /* every key; what jemalloc alone knows is left to it in silence */
	ASH_CONF_JEMALLOC, /* the same, and our own keys are reported */
	ASH_CONF_FILE,     /* every key; blanks do not matter, and "=" is as good as ":" */
};
struct ash_conf_from {
	const char *name; /* in reports */
	unsigned line;    /* 0: it has none */
	enum ash_conf_dialect dialect;
};

/* Applies len bytes of options. For conf_file.c and tests. */
void ash_conf_parse(const char *options, size_t len, const struct ash_conf_from *from);

/* One line on stderr about a piece of a source; fatal with abort_conf. */
void ash_conf_complain(const struct ash_conf_from *from, const char *what, const char *piece, size_t len);

/* The same about a source as a whole; fatal with abort, once all sources have been read. */
void ash_conf_warn(const char *source, const char *what);

/* All options, in the order of their names, for the control tree: 0 <= i < ash_conf_count(). The type
 * is the C type that jemalloc's opt.NAME has. Any time after the constructor. */
enum ash_conf_type {
	ASH_CONF_BOOL,
	ASH_CONF_UNSIGNED,
	ASH_CONF_SSIZE,
	ASH_CONF_SIZE,
	ASH_CONF_INT64,
	ASH_CONF_STRING,
};
struct ash_conf_value {
	const char *name;
	enum ash_conf_type type;
	int64_t number;   /* of all but strings */
	const char *text; /* of strings */
};
size_t ash_conf_count(void);
struct ash_conf_value ash_conf_get(size_t i);

#endif
