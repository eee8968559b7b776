/* obs/ctl.c -- see ctl.h.
 *
 * The tree is an array of 8-byte nodes in preorder, each of which knows how many nodes to skip to its next
 * sibling; names are places in a pool, so nothing of it is relocated at start. A path is followed by
 * counting (mib) or comparing (name) the children of one node after the other. Numbers in a path are collected
 * on the way: where they stand does not matter to a row. */
#include "obs/ctl.h"
#include "base/mem.h"
#include "heap/arena.h"
#include "heap/usage.h"
#include "obs/epoch.h"
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
	ABSENT, /* the name is known, what it is about is not there */
	CONST,  /* the value */
	TEXT,   /* enum text */
	FACT,   /* enum fact */
	ZERO,   /* that, and nothing else can be written */
	EPOCH,
	OPT, /* the option that has the row's name */
	OPT_LG_TCACHE_MAX,
	DECAY_MS,
	MUZZY_MS,
	DSS,
	LIMIT, /* enum ash_limit */
	/* the calling thread, explicit caches */
	THREAD, /* enum thread_value */
	THREAD_ARENA,
	THREAD_TCACHE,
	TCACHE_CREATE,
	TCACHE, /* enum action */
	ACTION, /* enum action */
	/* arenas and size classes */
	NARENAS,
	ARENA_INITIALIZED,
	ARENA_ACTION, /* enum action */
	ARENA_DECAY_MS,
	ARENA_MUZZY_MS,
	ARENA_GROW_LIMIT,
	ARENA_HOOKS,
	ARENA_NAME,
	ARENAS_CREATE,
	ARENAS_LOOKUP,
	BIN_SIZE,
	BIN_NREGS,
	LEXTENT_SIZE,
	/* figures */
	STATS,         /* a FIELD of struct ash_stats */
	ARENA_STATS,   /* ... of struct ash_arena_stats */
	BIN_STATS,     /* ... of struct ash_bin_stats */
	LEXTENT_STATS, /* ... of struct ash_lextent_stats */
	LEXTENT_CURRENT,
	CTL_LOCK,      /* ... of struct ash_lock_stats */
	ARENA_PACTIVEP,
	ACTIVE_NOW,
	UTIL_QUERY,
	UTIL_BATCH,
};

/* A place in a structure of figures, each of 4 or 8 bytes, and bit 0: it is of 8. */
#define FIELD(type, f) (offsetof(struct type, f) | (sizeof(((struct type *)NULL)->f) == 8))
#define S(f) FIELD(ash_stats, f)
#define A(f) FIELD(ash_arena_stats, f)
#define BIN_FIELD(f) FIELD(ash_bin_stats, f)
#define X(f) FIELD(ash_lextent_stats, f)
_Static_assert(sizeof(struct ash_arena_stats) <= UINT16_MAX, "a row's arg has 16 bits");

enum fact { FACT_PAGE, FACT_HUGEPAGE, FACT_UNIT, FACT_TCACHE_MAX, FACT_NHBINS, FACT_PHYSICAL };
enum thread_value {
	THREAD_ALLOCATED,
	THREAD_DEALLOCATED,
	THREAD_ALLOCATEDP,
	THREAD_DEALLOCATEDP,
	THREAD_PEAK,
	THREAD_TCACHE_MAX,
};
enum action {
	ACT_FLUSH,
	ACT_RESET_PEAK,
	TCACHE_FLUSH,
	TCACHE_DESTROY,
	ACT_DECAY,
	ACT_PURGE,
	ACT_RESET,
	ACT_DESTROY,
};

enum text { TEXT_VERSION, TEXT_CONF, TEXT_DISABLED };
/* Programs that look for a version take the numbers to be jemalloc's, and what follows for its commit. */
static const struct texts {
	char version[sizeof ASH_CTL_VERSION];
	char conf[sizeof ASHLAR_CONF_DEFAULT];
	char disabled[sizeof "disabled"];
} texts = {ASH_CTL_VERSION, ASHLAR_CONF_DEFAULT, "disabled"};

/* RANGE of an index. */
enum range { ARENA, STATS_ARENA, BIN, LEXTENT };

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

/* As an index of all arenas, the number of them is jemalloc's older form of ASH_CTL_ALL. */
static bool is_all(size_t i)
{
	return i == ASH_CTL_ALL || i == ash_arena_count();
}

/* The first arena is there even if nobody has allocated anything yet. */
static bool exists(size_t i)
{
	return i == 0 || (i < ash_arena_count() && ash_arena_exists(i));
}

static bool in_range(enum range range, size_t i)
{
	switch (range) {
	case BIN:
		return i < ASH_CLASSES;
	case LEXTENT:
		return i < ASH_LARGE_GROUPS;
	default:
		return i < ash_arena_count() || is_all(i) || (range == ARENA && i == ASH_CTL_DESTROYED);
	}
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
		for (; len && *word >= '0' && *word <= '9' && i < UINT32_MAX / 10; len--, word++)
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
		if (p.node->kind == KIND_LEAF)
			return ENOENT;
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
	struct ash_extent_hooks *hooks;
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

static uint64_t field(const void *from, uint16_t arg)
{
	const char *at = (const char *)from + (arg & ~1u);
	return arg & 1 ? *(const uint64_t *)(const void *)at : *(const uint32_t *)(const void *)at;
}

/* Of a row about figures. */
static int read_figure(const struct path *p, uint64_t *v)
{
	const struct node *n = p->node;
	const struct ash_epoch *e = ash_epoch_lock();
	const struct ash_arena_stats *s;
	size_t i = is_all(p->index[0]) ? ASH_ARENAS_ALL : p->index[0], j = p->index[1];
	int error = 0;
	if (n->source == STATS) {
		*v = field(&e->sum, n->arg);
	} else if (n->source == CTL_LOCK) {
		*v = field(&e->lock, n->arg);
	} else if (n->source == ACTIVE_NOW) {
		*v = ash_epoch_active_now();
	} else if ((error = ash_epoch_arena(i, &s)) == 0) {
		if (n->source == ARENA_STATS)
			*v = field(s, n->arg);
		else if (n->source == BIN_STATS)
			*v = field(&s->heap.bin[j], n->arg);
		else if (n->source == LEXTENT_STATS)
			*v = field(&s->lextent[j], n->arg);
		else if (n->source == ARENA_PACTIVEP)
			*v = (uintptr_t)ash_epoch_watch(i);
		else
			*v = s->lextent[j].nmalloc - s->lextent[j].ndalloc;
	}
	ash_epoch_unlock();
	return error;
}

/* ---- what the rows stand for */

static uint64_t fact(enum fact f)
{
	unsigned classes = ash_stats_cached_classes();
	switch (f) {
	case FACT_PAGE:
		return ash_os.page_size;
	case FACT_HUGEPAGE:
		return ASH_CHUNK;
	case FACT_UNIT:
		return ASH_UNIT;
	case FACT_NHBINS:
		return classes;
	case FACT_PHYSICAL:
		return ash_limit_physical();
	default:
		return classes ? ash_class_size[classes - 1] : 0;
	}
}

static const char *text(enum text t)
{
	return t == TEXT_VERSION ? texts.version : t == TEXT_CONF ? texts.conf : texts.disabled;
}

static int read_option(const struct node *n, union value *v)
{
	const char *name = name_of(n);
	for (size_t i = 0; i < ash_conf_count(); i++) {
		struct ash_conf_value o = ash_conf_get(i);
		if (!ash_str_eq(o.name, name))
			continue;
		if (n->type == CTL_STR)
			v->ptr = o.text;
		else
			*v = number(n->type, (uint64_t)o.number);
		return 0;
	}
	return ENOENT;
}

static int read_thread(const struct node *n, union value *v)
{
	uint64_t *counter = NULL;
	switch ((enum thread_value)n->arg) {
	case THREAD_PEAK:
		v->u64 = ash_thread_peak();
		return 0;
	case THREAD_TCACHE_MAX:
		v->size = ash_thread_caching() ? fact(FACT_TCACHE_MAX) : 0;
		return 0;
	case THREAD_ALLOCATED:
	case THREAD_ALLOCATEDP:
		counter = ash_thread_allocatedp();
		break;
	default:
		counter = ash_thread_deallocatedp();
	}
	if (!counter)
		return EAGAIN;
	if (n->type == CTL_PTR)
		v->ptr = counter;
	else
		v->u64 = *counter;
	return 0;
}

/* What a decay time can be. */
static bool is_decay_ms(intptr_t ms)
{
	return ms >= -1 && ms <= INT32_MAX;
}

static int write_decay_ms(intptr_t ms)
{
	if (!is_decay_ms(ms))
		return EFAULT;
	ash_chunk_set_decay((int32_t)ms);
	return 0;
}

static int write_dss(const char *word)
{
	if (!word || ash_str_eq(word, texts.disabled))
		return 0;
	return ash_str_eq(word, "primary") || ash_str_eq(word, "secondary") ? EFAULT : EINVAL;
}

static int act_on_arena(enum action act, size_t i)
{
	bool all = is_all(i);
	if (!all && !exists(i))
		return act == ACT_DECAY || act == ACT_PURGE ? 0 : EFAULT;
	switch (act) {
	case ACT_RESET:
		return all ? EFAULT : ash_arena_reset((unsigned)i);
	case ACT_DESTROY:
		return all ? EFAULT : ash_arena_destroy((unsigned)i);
	case ACT_PURGE:
		if (all)
			ash_heap_trim(false);
		else
			ash_arena_purge((unsigned)i);
		return 0;
	default:
		for (unsigned a = all ? 0 : (unsigned)i; a < (all ? ash_arena_count() : i + 1); a++)
			ash_arena_decay(a);
		return 0;
	}
}

/* A value to be read. */
static int read_value(const struct path *p, union value *v)
{
	const struct node *n = p->node;
	uint64_t u = 0;
	switch ((enum source)n->source) {
	case CONST:
		u = n->arg;
		break;
	case TEXT:
		v->ptr = text(n->arg);
		return 0;
	case DSS:
		v->ptr = texts.disabled;
		return 0;
	case FACT:
		u = fact(n->arg);
		break;
	case ZERO:
	case MUZZY_MS:
		break;
	case EPOCH:
		u = ash_epoch_lock()->number;
		ash_epoch_unlock();
		break;
	case OPT:
		return read_option(n, v);
	case OPT_LG_TCACHE_MAX:
		for (size_t max = fact(FACT_TCACHE_MAX); max > 1; max /= 2)
			u++;
		break;
	case ARENA_DECAY_MS:
	case ARENA_MUZZY_MS:
	case ARENA_GROW_LIMIT:
		if (!exists(p->index[0]))
			return EFAULT;
		if (n->source == ARENA_DECAY_MS)
			u = (uint64_t)ash_chunk_decay();
		if (n->source == ARENA_GROW_LIMIT)
			u = ash_chunk_step_max();
		break;
	case DECAY_MS:
		u = (uint64_t)ash_chunk_decay();
		break;
	case ARENA_HOOKS:
		return ash_arena_hooks((unsigned)p->index[0], &v->hooks);
	case LIMIT:
		u = ash_limit_get(n->arg);
		break;
	case THREAD:
		return read_thread(n, v);
	case THREAD_ARENA:
		u = ash_thread_arena();
		break;
	case THREAD_TCACHE:
		u = ash_thread_caching();
		break;
	case TCACHE_CREATE:
		return ash_tcache_create(&v->u32);
	case NARENAS:
		u = ash_arena_count();
		break;
	case ARENA_INITIALIZED:
		u = is_all(p->index[0]) || exists(p->index[0]);
		break;
	case BIN_SIZE:
		u = ash_class_size[p->index[0]];
		break;
	case BIN_NREGS:
		u = ASH_UNIT / ash_class_size[p->index[0]];
		break;
	case LEXTENT_SIZE:
		u = ash_large_group_bytes((unsigned)p->index[0]);
		break;
	default: {
		int error = n->source >= STATS ? read_figure(p, &u) : ENOENT;
		if (error)
			return error;
	}
	}
	*v = number(n->type, u);
	return 0;
}

/* A value to be written, or an action. */
static int write_value(const struct path *p, union value v)
{
	const struct node *n = p->node;
	switch ((enum source)n->source) {
	case EPOCH:
		ash_epoch_renew();
		return 0;
	case ZERO:
		return (n->type == CTL_BOOL ? v.truth : v.size != 0) ? EFAULT : 0;
	case ARENA_DECAY_MS:
	case ARENA_MUZZY_MS:
	case ARENA_GROW_LIMIT:
		if (!exists(p->index[0]))
			return EFAULT;
		if (n->source == ARENA_GROW_LIMIT)
			return ash_chunk_set_step_max(v.size) ? 0 : EFAULT;
		if (n->source == ARENA_DECAY_MS)
			return write_decay_ms((intptr_t)v.size);
		return is_decay_ms((intptr_t)v.size) ? 0 : EFAULT;
	case DECAY_MS:
		return write_decay_ms((intptr_t)v.size);
	case MUZZY_MS:
		return is_decay_ms((intptr_t)v.size) ? 0 : EFAULT;
	case DSS:
		return write_dss(v.ptr);
	case ARENA_HOOKS:
		return ash_arena_set_hooks((unsigned)p->index[0], v.hooks);
	case LIMIT:
		ash_heap_limit(n->arg, v.size);
		return 0;
	case THREAD_ARENA:
		return v.u32 == ash_thread_arena() ? 0 : ash_thread_set_arena(v.u32);
	case THREAD_TCACHE:
		ash_thread_set_caching(v.truth);
		return 0;
	case TCACHE:
		return n->arg == TCACHE_FLUSH ? ash_tcache_flush(v.u32) : ash_tcache_destroy(v.u32);
	case ACTION:
		if (n->arg == ACT_FLUSH)
			ash_thread_flush();
		else
			ash_thread_reset_peak();
		return 0;
	case ARENA_ACTION:
		return act_on_arena(n->arg, p->index[0]);
	default:
		return ENOENT;
	}
}

/* ---- rows that look at the call as a whole */

struct call {
	void *oldp;
	size_t *oldlenp;
	const void *newp;
	size_t newlen;
};

static const void *pointer_at(const void *p)
{
	const void *value;
	ash_mem_copy(&value, p, sizeof value);
	return value;
}

/* experimental.utilization: structures in jemalloc's layout. */
static int query(enum source source, const struct call *c)
{
	struct short_usage {
		size_t nfree, nregs, size;
	};
	struct ash_usage u;
	size_t n = c->newlen / sizeof(void *);
	size_t answer = source == UTIL_QUERY ? sizeof u : n * sizeof(struct short_usage);
	if (!c->oldp || !c->oldlenp || !c->newp || !n || c->newlen % sizeof(void *) || *c->oldlenp != answer ||
	    (source == UTIL_QUERY && n != 1))
		return EINVAL;
	for (size_t i = 0; i < n; i++) {
		ash_usage_of(pointer_at((const char *)c->newp + i * sizeof(void *)), &u);
		const struct short_usage brief = {u.nfree, u.nregs, u.size};
		if (source == UTIL_QUERY)
			ash_mem_copy(c->oldp, &u, sizeof u);
		else
			ash_mem_copy((char *)c->oldp + i * sizeof brief, &brief, sizeof brief);
	}
	return 0;
}

static int arena_name(size_t i, const struct call *c)
{
	if (i >= ash_arena_count())
		return EINVAL;
	if (!exists(i))
		return EFAULT;
	if (c->oldp && c->oldlenp) {
		if (*c->oldlenp != sizeof(char *))
			return EINVAL;
		int error = ash_arena_name((unsigned)i, (char *)(uintptr_t)pointer_at(c->oldp));
		if (error)
			return error;
	}
	if (!c->newp)
		return 0;
	const char *name = c->newlen == sizeof name ? pointer_at(c->newp) : NULL;
	return name ? ash_arena_set_name((unsigned)i, name) : EINVAL;
}

/* arenas.create and arenas.lookup: old is a number, new a pointer. */
static int arena_of_pointer(enum source source, const struct call *c)
{
	unsigned index;
	bool create = source == ARENAS_CREATE;
	bool takes = c->oldp && c->oldlenp;
	if (create && (!takes || *c->oldlenp != sizeof index)) {
		if (c->oldlenp)
			*c->oldlenp = 0;
		return EINVAL;
	}
	if (c->newp ? c->newlen != sizeof(void *) : !create)
		return EINVAL;
	const void *p = c->newp ? pointer_at(c->newp) : NULL;
	int error = create ? ash_arena_create(&index, (struct ash_extent_hooks *)(uintptr_t)p)
			   : ash_arena_lookup(p, &index);
	if (error || !takes)
		return error;
	size_t copied = *c->oldlenp < sizeof index ? *c->oldlenp : sizeof index;
	ash_mem_copy(c->oldp, &index, copied);
	error = *c->oldlenp == sizeof index ? 0 : EINVAL;
	*c->oldlenp = copied;
	return error;
}

static int access_raw(const struct path *p, const struct call *c)
{
	switch ((enum source)p->node->source) {
	case ARENA_NAME:
		return arena_name(p->index[0], c);
	case ARENAS_CREATE:
	case ARENAS_LOOKUP:
		return arena_of_pointer(p->node->source, c);
	default:
		return query(p->node->source, c);
	}
}

/* ---- access */

/* Whether such a call may be made of the row: sizes, and what must or must not be there. */
static int check(const struct node *n, const struct call *c)
{
	size_t size = size_of(n->type);
	bool must = n->access & CTL_MUST;
	if (!(n->access & CTL_W) && (c->newp || c->newlen))
		return EPERM;
	if (!(n->access & CTL_R) && (c->oldp || c->oldlenp))
		return EPERM;
	if (n->access & CTL_W && (c->newp || must) && (!c->newp || c->newlen != size))
		return EINVAL;
	if (n->access & CTL_R && must && (!c->oldp || !c->oldlenp || *c->oldlenp != size)) {
		if (c->oldlenp)
			*c->oldlenp = 0;
		return EINVAL;
	}
	return 0;
}

static int access_leaf(const struct path *p, const struct call *c)
{
	const struct node *n = p->node;
	union value v = {.u64 = 0}, old = {.u64 = 0};
	size_t size = size_of(n->type);
	if (n->source == ABSENT)
		return ENOENT;
	if (n->access & CTL_RAW)
		return access_raw(p, c);
	int error = check(n, c);
	if (error)
		return error;
	bool writes = c->newp || n->access == CTL_X;
	if (c->newp) {
		ash_mem_copy(&v, c->newp, size);
		if (n->type == CTL_BOOL)
			v.truth = *(const unsigned char *)c->newp != 0;
	}
	if (writes && n->source == EPOCH) { /* the old value is that of after */
		write_value(p, v);
		writes = false;
	}
	if (c->oldp && c->oldlenp) {
		size_t copied = *c->oldlenp < size ? *c->oldlenp : size;
		error = read_value(p, &old);
		if (error)
			return error;
		ash_mem_copy(c->oldp, &old, copied);
		if (*c->oldlenp != size) {
			*c->oldlenp = copied;
			return EINVAL;
		}
	}
	return writes ? write_value(p, v) : 0;
}

int ash_ctl_by_mib(const size_t *mib, size_t len, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	struct path p = {.node = tree};
	for (size_t i = 0; i < len; i++)
		if (!step(&p, mib[i]))
			return ENOENT;
	const struct call c = {oldp, oldlenp, newp, newlen};
	return p.node->kind == KIND_LEAF ? access_leaf(&p, &c) : ENOENT;
}

int ash_ctl_by_name(const char *name, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	size_t mib[DEPTH_MAX], len = DEPTH_MAX;
	int error = ash_ctl_name_to_mib(name, mib, &len);
	return error ? error : ash_ctl_by_mib(mib, len, oldp, oldlenp, newp, newlen);
}
