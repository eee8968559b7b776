/*
 * The control names of lib/obs/ctl.def as data for tests: each with its path in
 * numbers, which the test counts for itself. Numbers in names are 0.
 */
#ifndef TESTS_CONTROL_ROWS_H
#define TESTS_CONTROL_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <ashlar/ashlar.h>

#include "names.h"

#ifdef ASHLAR_TEST_PREFIX
#define mallctl          NAMES_OURS(mallctl)
#define mallctlnametomib NAMES_OURS(mallctlnametomib)
#define mallctlbymib     NAMES_OURS(mallctlbymib)
#else
#ifdef __cplusplus
extern "C" {
#endif
int mallctl(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen);
int mallctlnametomib(const char *name, size_t *mibp, size_t *miblenp);
int mallctlbymib(const size_t *mib, size_t miblen, void *oldp, size_t *oldlenp, void *newp, size_t newlen);
#ifdef __cplusplus
}
#endif
#endif

enum { DEPTH = 8, ROWS = 400 };

struct row {
	char name[120];
	size_t mib[DEPTH], len; /* places among siblings */
	size_t index_at[2];     /* which components are numbers */
	unsigned indexes;
	char range[2][12];      /* BIN and so on */
	const char *type, *access, *source;
	size_t size;            /* bytes of its type */
};

static struct row rows[ROWS];
static size_t row_count;

static struct {
	struct row at;     /* the branch that is open */
	size_t ends[DEPTH]; /* length of its name before each component */
	size_t next[DEPTH]; /* place of the next child */
	unsigned depth;
} reading;

static size_t row_size(const char *type)
{
	static const struct {
		const char *type;
		size_t size;
	} sizes[] = {
		{"BOOL", sizeof(bool)}, {"UNSIGNED", sizeof(unsigned)}, {"U32", sizeof(uint32_t)},
		{"SIZE", sizeof(size_t)}, {"SSIZE", sizeof(ssize_t)}, {"U64", sizeof(uint64_t)},
		{"I64", sizeof(int64_t)}, {"STR", sizeof(char *)}, {"PTR", sizeof(void *)},
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (strcmp(sizes[i].type, type) == 0)
			return sizes[i].size;
	return 0;
}

static void row_component(struct row *r, const char *word, size_t place)
{
	if (*r->name)
		strcat(r->name, ".");
	strcat(r->name, word);
	r->mib[r->len++] = place;
}

static void row_open(const char *word, const char *range)
{
	struct row *r = &reading.at;

	reading.ends[reading.depth] = strlen(r->name);
	if (reading.depth) { /* the root has no name */
		if (range) {
			r->index_at[r->indexes] = r->len;
			strcpy(r->range[r->indexes++], range);
		}
		row_component(r, range ? "0" : word, range ? 0 : reading.next[reading.depth - 1]++);
	}
	reading.next[reading.depth++] = 0;
}

static void row_close(void)
{
	struct row *r = &reading.at;

	r->name[reading.ends[--reading.depth]] = '\0';
	if (!reading.depth)
		return;
	r->len--;
	if (r->indexes && r->index_at[r->indexes - 1] == r->len)
		r->indexes--;
}

static void row_leaf(const char *name, const char *type, const char *access, const char *source)
{
	struct row *r = &rows[row_count++];

	*r = reading.at;
	r->type = type;
	r->access = access;
	r->source = source;
	r->size = row_size(type);
	row_component(r, name, reading.next[reading.depth - 1]++);
}

static void read_rows(void)
{
	if (row_count)
		return;
#define BRANCH(id, name)           row_open(name, NULL);
#define INDEXED(id, letter, range) row_open(NULL, #range);
#define END(id)                    row_close();
#define LEAF(name, type, access, source, arg, doc) row_leaf(name, #type, #access, #source);
#include "../../lib/obs/ctl.def"
#undef BRANCH
#undef INDEXED
#undef END
#undef LEAF
}

static inline bool row_is(const char *what, const char *word)
{
	return strcmp(what, word) == 0;
}

#endif
