/* obs/report.c -- see report.h. One table for each kind of object has the names of its figures and where they are;
 * JSON, lines of text and columns of text are three ways through the same tables. */
#include "obs/report.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "obs/ctl.h"
#include "obs/stats.h"
#include "os/conf.h"
#include "os/os.h"

/* ---- output */

#define PIECE 128 /* bytes, the most that one put() writes, with the NUL */

struct out {
	void (*write)(void *arg, const char *text);
	void *arg;
	bool json;
	bool after; /* JSON: something stands before, on the same level */
	int depth;  /* of objects, for indentation */
	size_t n;   /* bytes in text */
	char text[256];
};

static SLOW void flush(struct out *o)
{
	if (o->n)
		o->write(o->arg, o->text);
	o->n = 0;
}

__attribute__((format(printf, 2, 3))) static SLOW void put(struct out *o, const char *format, ...)
{
	va_list args;
	if (sizeof o->text - o->n < PIECE)
		flush(o);
	va_start(args, format);
	o->n += ash_fmt_va(o->text + o->n, sizeof o->text - o->n, format, args);
	va_end(args);
}

static SLOW void new_line(struct out *o)
{
	static const char tabs[] = "\t\t\t\t\t\t\t\t";
	if (o->json)
		put(o, "%s\n%s", o->after ? "," : "", tabs + (sizeof tabs - 1 - (size_t)o->depth));
	else
		put(o, "\n%s", tabs + (sizeof tabs - 1 - (size_t)o->depth));
	o->after = true;
}

/* The beginning of an object or array; name NULL: an element of JSON's array. */
static SLOW void begin(struct out *o, const char *name, char bracket)
{
	new_line(o);
	if (name)
		put(o, o->json ? "\"%s\": " : "%s:", name);
	if (o->json)
		put(o, "%c", bracket);
	o->depth++;
	o->after = false;
}

static SLOW void end(struct out *o, char bracket)
{
	o->depth--;
	o->after = false;
	if (!o->json)
		return;
	new_line(o);
	put(o, "%c", bracket);
}

static SLOW void put_number(struct out *o, const char *name, size_t n)
{
	new_line(o);
	put(o, o->json ? "\"%s\": %zu" : "%s: %zu", name, n);
}

static SLOW void put_text(struct out *o, const char *name, const char *value)
{
	new_line(o);
	put(o, o->json ? "\"%s\": \"%s\"" : "%s: %s", name, value);
}

/* ---- figures */

enum kind { SIZE, WIDE, NOTHING };

/* A figure of a structure, by its place there. NOTHING: what jemalloc counts and ashlar has none of. The name is
 * inside: a pointer would have to be relocated at the start of each process. */
struct figure {
	char name[21];
	uint8_t kind;
	uint8_t width; /* as a column */
	uint16_t at;
};
#define KIND(type, member) (sizeof(((type *)0)->member) == 8 ? WIDE : SIZE)
#define AT(type, name, member, width) {name, KIND(type, member), width, offsetof(type, member)}
#define NONE(name) {name, NOTHING, 0, 0}

static SLOW uint64_t value(const struct figure *f, const void *of)
{
	const void *p = (const char *)of + f->at;
	switch (f->kind) {
	case WIDE:
		return *(const uint64_t *)p;
	case SIZE:
		return *(const size_t *)p;
	default:
		return 0;
	}
}

/* All figures of an object: JSON's members, or lines of text. */
static SLOW void put_members(struct out *o, const struct figure *f, size_t n, const void *of)
{
	for (; n--; f++) {
		if (f->kind == NOTHING && !o->json)
			continue;
		new_line(o);
		put(o, o->json ? "\"%s\": %llu" : "%s: %llu", f->name, (unsigned long long)value(f, of));
	}
}

/* Those that have a width, as columns of text: their names, or, where `of` is given, the figures. */
static SLOW void put_row(struct out *o, const struct figure *f, size_t n, const char *title, const void *of)
{
	new_line(o);
	put(o, "%-10s", title);
	for (; n--; f++) {
		char text[24];
		if (!f->width)
			continue;
		ash_fmt(text, sizeof text, "%llu", (unsigned long long)(of ? value(f, of) : 0));
		for (size_t w = f->width, len = ash_str_len(of ? text : f->name); w-- > len;)
			put(o, " ");
		put(o, "%s", of ? text : f->name);
	}
}

/* A row of a table, or JSON's object of that name (none: an element of an array). */
static SLOW void put_object(struct out *o, const struct figure *f, size_t n, const char *name, const char *title,
		       const void *of)
{
	if (!o->json) {
		put_row(o, f, n, title, of);
		return;
	}
	begin(o, name, '{');
	put_members(o, f, n, of);
	end(o, '}');
}
#define FIGURES(table) table, ARRAY_LEN(table)

/* ---- the tables */

static const struct figure summary[] = {
#define SUM(name) AT(struct ash_stats, #name, name, 0)
	SUM(allocated), SUM(active), SUM(metadata), NONE("metadata_thp"), SUM(resident), SUM(mapped), SUM(retained),
	SUM(zero_reallocs),
};

static const struct figure background[] = {NONE("num_threads"), NONE("num_runs"), NONE("run_interval")};

static const struct figure arena[] = {
#define ARENA(name, member) AT(struct ash_arena_stats, name, member, 0)
	ARENA("nthreads", heap.threads),
	ARENA("uptime_ns", heap.uptime_ns),
	ARENA("pactive", pactive),
	ARENA("pdirty", pdirty),
	NONE("pmuzzy"),
	ARENA("dirty_npurge", dirty_npurge),
	ARENA("dirty_nmadvise", dirty_nmadvise),
	ARENA("dirty_purged", dirty_purged),
	NONE("muzzy_npurge"),
	NONE("muzzy_nmadvise"),
	NONE("muzzy_purged"),
	ARENA("mapped", mapped),
	ARENA("retained", retained),
	ARENA("base", base),
	ARENA("internal", internal),
	NONE("metadata_thp"),
	ARENA("tcache_bytes", tcache_bytes),
	NONE("tcache_stashed_bytes"),
	ARENA("resident", resident),
	NONE("abandoned_vm"),
	NONE("extent_avail"),
};

static const struct figure kinds[] = {
#define BLOCKS(name) AT(struct ash_kind_stats, #name, name, 14)
	BLOCKS(allocated), BLOCKS(nmalloc), BLOCKS(ndalloc), BLOCKS(nrequests), BLOCKS(nfills), BLOCKS(nflushes),
};

static const struct figure bins[] = {
#define BIN(name, member, width) AT(struct ash_bin_stats, name, member, width)
	BIN("nmalloc", nmalloc, 13),   BIN("ndalloc", ndalloc, 13),   BIN("curregs", curregs, 11),
	BIN("cached", cached, 9),      BIN("nrequests", nmalloc, 0),  BIN("nfills", nfills, 10),
	BIN("nflushes", nflushes, 10), BIN("nslabs", nslabs, 9),      BIN("nreslabs", nreslabs, 9),
	BIN("curslabs", curslabs, 9),  BIN("nonfull_slabs", nonfull_slabs, 14),
};

static const struct figure locks[] = {
#define LOCK(name, member, width) AT(struct ash_lock_stats, #name, member, width)
	LOCK(num_ops, taken, 14),
	LOCK(num_wait, sleeps, 10),
	LOCK(num_spin_acq, spins, 14),
	LOCK(num_owner_switch, switches, 18),
	LOCK(total_wait_time, slept_ns, 17),
	LOCK(max_wait_time, longest_ns, 15),
	LOCK(max_num_thds, most, 14),
};

struct lextent {
	uint64_t nmalloc, ndalloc, curlextents;
};
static const struct figure lextents[] = {
#define LEXTENT(name) AT(struct lextent, #name, name, 13)
	LEXTENT(nmalloc), LEXTENT(ndalloc), AT(struct lextent, "nrequests", nmalloc, 0), LEXTENT(curlextents),
};

/* ---- the report */

static SLOW void put_lock(struct out *o, const char *name, const struct ash_lock_stats *s)
{
	put_object(o, FIGURES(locks), name, name, s);
}

/* Under jemalloc's names for locks that guard the like. */
static SLOW void put_locks(struct out *o, const struct ash_lock_stats *lock, bool of_arena)
{
	begin(o, "mutexes", '{');
	if (!o->json)
		put_row(o, FIGURES(locks), "", NULL);
	if (of_arena) {
		put_lock(o, "bins", &lock[ASH_LOCK_SHARD]);
		put_object(o, FIGURES(locks), "large", "large list", &lock[ASH_LOCK_LARGE]);
	}
	put_lock(o, "extents_dirty", &lock[ASH_LOCK_REGION]);
	put_lock(o, "base", &lock[ASH_LOCK_META]);
	put_lock(o, "tcache_list", &lock[ASH_LOCK_THREADS]);
	end(o, '}');
}

/* As it is now, which need not be what the option says. */
static SLOW void put_decay(struct out *o)
{
	new_line(o);
	put(o, o->json ? "\"dirty_decay_ms\": %lld" : "dirty_decay_ms: %lld", (long long)ash_chunk_decay());
}

static SLOW void put_option(struct out *o, struct ash_conf_value v)
{
	new_line(o);
	put(o, o->json ? "\"%s\": " : "%s: ", v.name);
	if (v.type == ASH_CONF_STRING)
		put(o, o->json ? "\"%s\"" : "%s", v.text);
	else if (v.type == ASH_CONF_BOOL)
		put(o, "%s", v.number ? "true" : "false");
	else
		put(o, "%lld", (long long)v.number);
}

static SLOW void put_general(struct out *o, bool with_bins, bool with_large)
{
	put_text(o, "version", ASH_CTL_VERSION);
	begin(o, "opt", '{');
	for (size_t i = 0; i < ash_conf_count(); i++)
		put_option(o, ash_conf_get(i));
	end(o, '}');
	begin(o, "arenas", '{');
	put_number(o, "narenas", ash_stats_narenas());
	put_decay(o);
	put_number(o, "muzzy_decay_ms", 0);
	put_number(o, "quantum", 16);
	put_number(o, "page", ash_os.page_size);
	unsigned cached = ash_stats_cached_classes();
	put_number(o, "tcache_max", cached ? ash_class_size[cached - 1] : 0);
	put_number(o, "nbins", ASH_CLASSES);
	put_number(o, "nhbins", cached);
	if (o->json && with_bins) {
		begin(o, "bin", '[');
		for (unsigned c = 0; c < ASH_CLASSES; c++) {
			begin(o, NULL, '{');
			put_number(o, "size", ash_class_size[c]);
			put_number(o, "nregs", ASH_UNIT / ash_class_size[c]);
			put_number(o, "slab_size", ASH_UNIT);
			put_number(o, "nshards", 1);
			end(o, '}');
		}
		end(o, ']');
	}
	put_number(o, "nlextents", ASH_LARGE_GROUPS);
	if (o->json && with_large) {
		begin(o, "lextent", '[');
		for (unsigned g = 0; g < ASH_LARGE_GROUPS; g++) {
			begin(o, NULL, '{');
			put_number(o, "size", ash_large_group_bytes(g));
			end(o, '}');
		}
		end(o, ']');
	}
	end(o, '}');
}

/* JSON has all classes, each at its index, text those that were used. */
static SLOW void put_bins(struct out *o, const struct ash_arena_stats *s, bool with_locks)
{
	begin(o, "bins", '[');
	if (!o->json)
		put_row(o, FIGURES(bins), "size", NULL);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		char size[12];
		const struct ash_bin_stats *b = &s->heap.bin[c];
		ash_fmt(size, sizeof size, "%u", (unsigned)ash_class_size[c]);
		if (!o->json) {
			if (b->nmalloc)
				put_row(o, FIGURES(bins), size, b);
			continue;
		}
		begin(o, NULL, '{');
		put_members(o, FIGURES(bins), b);
		if (with_locks) /* one lock guards all bins of an arena */
			put_lock(o, "mutex", &s->lock[ASH_LOCK_SHARD]);
		end(o, '}');
	}
	end(o, ']');
}

static SLOW void put_lextents(struct out *o, const struct ash_arena_stats *s)
{
	begin(o, "lextents", '[');
	if (!o->json)
		put_row(o, FIGURES(lextents), "size", NULL);
	for (unsigned g = 0; g < ASH_LARGE_GROUPS; g++) {
		char size[24];
		const struct lextent l = {s->lextent[g].nmalloc, s->lextent[g].ndalloc,
					  s->lextent[g].nmalloc - s->lextent[g].ndalloc};
		ash_fmt(size, sizeof size, "%zu", ash_large_group_bytes(g));
		if (o->json || l.nmalloc)
			put_object(o, FIGURES(lextents), NULL, size, &l);
	}
	end(o, ']');
}

/* What to leave out: opts has the letter. */
static SLOW bool without(const char *opts, char letter)
{
	while (opts && *opts && *opts != letter)
		opts++;
	return opts && *opts;
}

static SLOW void put_arena(struct out *o, const char *name, const struct ash_arena_stats *s, const char *opts)
{
	begin(o, name, '{');
	if (o->json) {
		put_text(o, "dss", "disabled");
		put_decay(o);
		put_number(o, "muzzy_decay_ms", 0);
	}
	put_members(o, FIGURES(arena), s);
	if (!o->json)
		put_row(o, FIGURES(kinds), "", NULL);
	put_object(o, FIGURES(kinds), "small", "small", &s->small);
	put_object(o, FIGURES(kinds), "large", "large", &s->large);
	if (!without(opts, 'x'))
		put_locks(o, s->lock, true);
	if (!without(opts, 'b'))
		put_bins(o, s, !without(opts, 'x'));
	if (!without(opts, 'l'))
		put_lextents(o, s);
	end(o, '}');
}

static SLOW void put_sum(struct out *o, const struct ash_arena_stats *all, const char *opts)
{
	struct ash_stats s;
	ash_stats_sum(all, &s);
	if (!o->json) {
		put(o, "\nAllocated: %zu, active: %zu, ", s.allocated, s.active);
		put(o, "metadata: %zu (n_thp 0), resident: %zu, ", s.metadata, s.resident);
		put(o, "mapped: %zu, retained: %zu", s.mapped, s.retained);
		put(o, "\nDirty: %zu, in caches: %zu, realloc to 0 bytes: %llu", s.dirty, s.tcache_bytes,
		    (unsigned long long)s.zero_reallocs);
		return;
	}
	begin(o, "stats", '{');
	put_members(o, FIGURES(summary), &s);
	put_object(o, FIGURES(background), "background_thread", NULL, &s);
	if (!without(opts, 'x'))
		put_locks(o, all->lock, false);
	end(o, '}');
}

SLOW void ash_report(void (*write)(void *arg, const char *text), void *arg, const char *opts)
{
	struct out out = {write, arg, .json = without(opts, 'J')}, *o = &out;
	struct ash_arena_stats s;
	bool merged = !without(opts, 'm'), each = !without(opts, 'a');
	put(o, o->json ? "{" : "___ Begin ashlar statistics ___");
	if (o->json) {
		o->depth++;
		begin(o, "jemalloc", '{');
	}
	if (!without(opts, 'g'))
		put_general(o, !without(opts, 'b'), !without(opts, 'l'));
	ash_stats_arena(ASH_ARENAS_ALL, &s);
	put_sum(o, &s, opts);
	if (merged || each)
		begin(o, o->json ? "stats.arenas" : "Arenas", '{');
	if (merged)
		put_arena(o, o->json ? "merged" : "all", &s, opts);
	for (uint32_t i = 0; each && i < ash_stats_narenas(); i++) {
		char name[12];
		ash_fmt(name, sizeof name, "%u", i);
		if (ash_stats_arena(i, &s))
			put_arena(o, name, &s, opts);
	}
	if (merged || each)
		end(o, '}');
	if (o->json) {
		end(o, '}');
		end(o, '}');
	}
	put(o, o->json ? "\n" : "\n--- End ashlar statistics ---\n");
	flush(o);
}
