/* obs/ctl.c -- see ctl.h.
 *
 * The tree is an array of 8-byte nodes in preorder, each of which knows how many nodes to skip to its next
 * sibling; names are places in a pool, so nothing of it is relocated at start. A path is followed by
 * counting (mib) or comparing (name) the children of one node after the other. Numbers in a path are collected
 * on the way: where they stand does not matter to a row. */
#include "obs/ctl.h"
#include "base/mem.h"
#include "heap/usage.h"
#include "obs/stats.h"
#include "os/conf.h"
#include "os/os.h"

#include <errno.h>

#define DEPTH_MAX 7 /* components of a name, as in jemalloc */
#define INDEX_MAX 2 /* of these, numbers */

#ifndef ASHLAR_CONF_DEFAULT
#define ASHLAR_CONF_DEFAULT ""
#endif
#ifdef ASHLAR_DEBUG
#define CONFIG_DEBUG 1
#else
#define CONFIG_DEBUG 0
#endif

/* SOURCE of a row, and what its arg means. */
enum source {
	CONST,      /* the value */
	TEXT,       /* enum text */
	EPOCH,
	NO_THREADS, /* of our own */
	STATS,      /* place in struct ash_stats */
	UTIL_QUERY,
	UTIL_BATCH,
};
#define S(field) offsetof(struct ash_stats, field)

enum text { TEXT_VERSION, TEXT_CONF };
static const struct texts {
	/* Programs that look for a version take the numbers to be jemalloc's, and what follows for its commit. */
	char version[sizeof "5.3.0-0-ashlar-" PACKAGE_VERSION];
	char conf[sizeof ASHLAR_CONF_DEFAULT];
} texts = {"5.3.0-0-ashlar-" PACKAGE_VERSION, ASHLAR_CONF_DEFAULT};

/* RANGE of an index. */
enum range { NOT_INDEXED };

/* ---- the tree */

#define CAT2(a, b) a##b
#define CAT(a, b) CAT2(a, b)

/* The place of each row: a leaf's has its line in the name. */
enum place {
#define BRANCH(id, name) AT_##id,
#define INDEXED(id, letter, range) AT_##id,
#define END(id) END_##id,
#define LEAF(name, type, access, source, arg, doc) CAT(AT_, __LINE__),
#include "obs/ctl.def"
#undef BRANCH
#undef INDEXED
#undef END
#undef LEAF
};

static const struct names {
#define BRANCH(id, name) char CAT(name_, __LINE__)[sizeof name];
#define INDEXED(id, letter, range)
#define END(id)
#define LEAF(name, type, access, source, arg, doc) char CAT(name_, __LINE__)[sizeof name];
#include "obs/ctl.def"
#undef BRANCH
#undef INDEXED
#undef END
#undef LEAF
} names = {
#define BRANCH(id, name) name,
#define INDEXED(id, letter, range)
#define END(id)
#define LEAF(name, type, access, source, arg, doc) name,
#include "obs/ctl.def"
#undef BRANCH
#undef INDEXED
#undef END
#undef LEAF
};

enum kind { KIND_BRANCH, KIND_INDEXED, KIND_LEAF, KIND_END };

struct node {
	uint16_t name;   /* place in names */
	uint16_t arg;    /* leaf: as the source says; branch: nodes to its next sibling */
	uint8_t kind;
	uint8_t source;  /* leaf: enum source; indexed: enum range */
	uint8_t type;
	uint8_t access;
};

static const struct node tree[] = {
#define BRANCH(id, name) \
	{offsetof(struct names, CAT(name_, __LINE__)), END_##id + 1 - AT_##id, KIND_BRANCH, 0, 0, 0},
#define INDEXED(id, letter, range) {0, END_##id + 1 - AT_##id, KIND_INDEXED, range, 0, 0},
#define END(id) {0, 0, KIND_END, 0, 0, 0},
#define LEAF(name, type, access, source, arg, doc) \
	{offsetof(struct names, CAT(name_, __LINE__)), arg, KIND_LEAF, source, CTL_##type, CTL_##access},
#include "obs/ctl.def"
#undef BRANCH
#undef INDEXED
#undef END
#undef LEAF
};

static const char *name_of(const struct node *n)
{
	return (const char *)&names + n->name;
}

static const struct node *sibling(const struct node *n)
{
	return n + (n->kind == KIND_LEAF ? 1 : n->arg);
}

/* Where a path has led to, and the numbers on the way. */
struct path {
	const struct node *node;
	size_t index[INDEX_MAX];
	unsigned indexes;
};

static bool in_range(enum range range, size_t i)
{
	(void)range;
	(void)i;
	return false;
}

/* To the i-th child, or the one with that number. False if there is none. */
static bool step(struct path *p, size_t i)
{
	const struct node *n = p->node + 1;
	if (p->node->kind == KIND_LEAF)
		return false;
	if (n->kind == KIND_INDEXED) {
		if (!in_range(n->source, i))
			return false;
		p->index[p->indexes++] = i;
	} else {
		for (; i && n->kind != KIND_END; i--)
			n = sibling(n);
		if (n->kind == KIND_END)
			return false;
	}
	p->node = n;
	return true;
}

/* The place among its siblings of what the next component of a name means, len > 0; SIZE_MAX if nothing. */
static size_t place(const struct node *parent, const char *word, size_t len)
{
	const struct node *n = parent + 1;
	if (parent->kind == KIND_LEAF)
		return SIZE_MAX;
	if (n->kind == KIND_INDEXED) {
		size_t i = 0;
		for (; len && *word >= '0' && *word <= '9' && i <= UINT32_MAX / 10; len--, word++)
			i = i * 10 + (size_t)(*word - '0');
		return len ? SIZE_MAX : i;
	}
	for (size_t i = 0; n->kind != KIND_END; i++, n = sibling(n)) {
		const char *name = name_of(n);
		size_t at = 0;
		while (at < len && name[at] == word[at])
			at++;
		if (at == len && !name[at])
			return i;
	}
	return SIZE_MAX;
}

int ash_ctl_name_to_mib(const char *name, size_t *mib, size_t *len)
{
	struct path p = {.node = tree};
	for (size_t at = 0; at < *len; at++) {
		size_t n = 0;
		while (name[n] && name[n] != '.')
			n++;
		size_t i = n ? place(p.node, name, n) : SIZE_MAX;
		if (i == SIZE_MAX || !step(&p, i))
			return ENOENT;
		mib[at] = i;
		if (!name[n]) {
			*len = at + 1;
			return 0;
		}
		name += n + 1;
	}
	return 0;
}

/* ---- values */

/* Any of the types. */
union value {
	bool truth;
	uint32_t u32;
	size_t size;
	uint64_t u64;
	const void *ptr;
};

static size_t size_of(enum ctl_type type)
{
	switch (type) {
	case CTL_NONE:
		return 0;
	case CTL_BOOL:
		return sizeof(bool);
	case CTL_UNSIGNED:
	case CTL_U32:
		return sizeof(uint32_t);
	case CTL_U64:
	case CTL_I64:
		return sizeof(uint64_t);
	default:
		return sizeof(size_t);
	}
}

/* A number as a value of a type. */
static union value number(enum ctl_type type, uint64_t n)
{
	switch (size_of(type)) {
	case sizeof(bool):
		return (union value){.truth = n != 0};
	case sizeof(uint32_t):
		return (union value){.u32 = (uint32_t)n};
	default:
		return (union value){.u64 = n};
	}
}

/* ---- figures */

static struct {
	struct ash_lock lock; /* rank CTL; guards all below */
	uint64_t epoch;       /* 0: none taken yet */
	struct ash_stats stats;
} figures = {.lock.rank = ASH_RANK_CTL};

static void refresh(void)
{
	ash_stats_read(&figures.stats);
	figures.epoch++;
}

/* Locks, and sees to it that there are some. */
static void lock_figures(void)
{
	ash_lock(&figures.lock);
	if (!figures.epoch)
		refresh();
}

/* Figures are kept as size_t or uint64_t, and a row's type is one of them. */
static union value figure(const void *from, const struct node *n)
{
	union value v = {.u64 = 0};
	const char *at = (const char *)from + n->arg;
	if (size_of(n->type) == sizeof(uint32_t))
		v.u32 = *(const uint32_t *)(const void *)at;
	else if (n->type == CTL_U64)
		v.u64 = *(const uint64_t *)(const void *)at;
	else
		v.size = *(const size_t *)(const void *)at;
	return v;
}

/* ---- access */

static int read_value(const struct path *p, union value *v)
{
	const struct node *n = p->node;
	switch ((enum source)n->source) {
	case CONST:
		*v = number(n->type, n->arg);
		return 0;
	case TEXT:
		v->ptr = n->arg == TEXT_VERSION ? texts.version : texts.conf;
		return 0;
	case EPOCH:
		lock_figures();
		v->u64 = figures.epoch;
		ash_unlock(&figures.lock);
		return 0;
	case NO_THREADS:
		*v = number(n->type, 0);
		return 0;
	case STATS:
		lock_figures();
		*v = figure(&figures.stats, n);
		ash_unlock(&figures.lock);
		return 0;
	default:
		return ENOENT;
	}
}

static int write_value(const struct path *p, union value v)
{
	const struct node *n = p->node;
	switch ((enum source)n->source) {
	case EPOCH:
		ash_lock(&figures.lock);
		refresh();
		ash_unlock(&figures.lock);
		return 0;
	case NO_THREADS:
		if (n->type == CTL_BOOL)
			return v.truth ? EFAULT : 0;
		return v.size ? EINVAL : 0;
	default:
		return EPERM;
	}
}

/* experimental.utilization: answers that are no value of a type. */
static int query(enum source source, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	struct short_usage {
		size_t nfree, nregs, size;
	};
	struct ash_usage u;
	size_t n = newlen / sizeof(void *);
	size_t answer = source == UTIL_QUERY ? sizeof u : n * sizeof(struct short_usage);
	if (!oldp || !oldlenp || !newp || !n || newlen % sizeof(void *) || *oldlenp != answer ||
	    (source == UTIL_QUERY && n != 1))
		return EINVAL;
	for (size_t i = 0; i < n; i++) {
		const void *block;
		ash_mem_copy(&block, (const char *)newp + i * sizeof block, sizeof block);
		ash_usage_of(block, &u);
		if (source == UTIL_QUERY) {
			ash_mem_copy(oldp, &u, sizeof u);
		} else {
			const struct short_usage brief = {u.nfree, u.nregs, u.size};
			ash_mem_copy((char *)oldp + i * sizeof brief, &brief, sizeof brief);
		}
	}
	return 0;
}

/* Whether such a call may be made of the row: sizes, and what must or must not be there. */
static int check(const struct node *n, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	size_t size = size_of(n->type);
	bool must = n->access & CTL_MUST;
	if (!(n->access & CTL_W) && (newp || newlen))
		return EPERM;
	if (!(n->access & CTL_R) && (oldp || oldlenp))
		return EPERM;
	if (n->access & CTL_W && (newp || must) && (!newp || newlen != size))
		return EINVAL;
	if (n->access & CTL_R && must && (!oldp || !oldlenp || *oldlenp != size)) {
		if (oldlenp)
			*oldlenp = 0;
		return EINVAL;
	}
	return 0;
}

/* What is written before the old value is read: it is the answer. */
static bool write_comes_first(enum source source)
{
	return source == EPOCH;
}

static int access_leaf(const struct path *p, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	const struct node *n = p->node;
	union value v = {.u64 = 0};
	size_t size = size_of(n->type);
	if (n->access & CTL_QUERY)
		return query(n->source, oldp, oldlenp, newp, newlen);
	int error = check(n, oldp, oldlenp, newp, newlen);
	if (error)
		return error;
	if (newp) {
		ash_mem_copy(&v, newp, size);
		if (n->type == CTL_BOOL)
			v.truth = *(const unsigned char *)newp != 0;
	}
	bool writes = newp || n->access == CTL_X;
	if (writes && write_comes_first(n->source) && (error = write_value(p, v)) != 0)
		return error;
	if (oldp && oldlenp) {
		union value old = {.u64 = 0};
		size_t copied = *oldlenp < size ? *oldlenp : size;
		error = read_value(p, &old);
		if (error)
			return error;
		ash_mem_copy(oldp, &old, copied);
		if (*oldlenp != size) {
			*oldlenp = copied;
			return EINVAL;
		}
	}
	return writes && !write_comes_first(n->source) ? write_value(p, v) : 0;
}

int ash_ctl_by_mib(const size_t *mib, size_t len, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	struct path p = {.node = tree};
	for (size_t i = 0; i < len; i++)
		if (!step(&p, mib[i]))
			return ENOENT;
	return p.node->kind == KIND_LEAF ? access_leaf(&p, oldp, oldlenp, newp, newlen) : ENOENT;
}

int ash_ctl_by_name(const char *name, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	size_t mib[DEPTH_MAX], len = DEPTH_MAX;
	int error = ash_ctl_name_to_mib(name, mib, &len);
	return error ? error : ash_ctl_by_mib(mib, len, oldp, oldlenp, newp, newlen);
}

void ash_ctl_fork_lock(void)
{
	ash_lock_fork(&figures.lock);
}

void ash_ctl_fork_unlock(bool child)
{
	ash_unlock_fork(&figures.lock, child);
}
