/* os/conf.c -- see conf.h. One table drives the parser, what confirm_conf prints, what ash_conf_get() tells,
 * and the tests of the manual page. It has no pointers, so that nothing of it is written at start. */
#include "os/conf.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "os/conf_file.h"
#include "os/os.h"

#include <limits.h>

#ifndef ASHLAR_CONF_DEFAULT
#define ASHLAR_CONF_DEFAULT ""
#endif

#define DEFAULTS                                                                           \
	{.dirty_decay_ms = 200, .madvise = true, .tcache = true, .tcache_max = 32768,      \
	 .stats_interval = -1, .retain = true, .zero_realloc = ASH_ZERO_REALLOC_FREE}
struct ash_conf ash_conf = DEFAULTS;

enum option_type {
	BOOL,     /* bool */
	UNSIGNED, /* unsigned */
	INT32,    /* int32_t; jemalloc's ssize_t */
	SIZE,     /* size_t */
	LOG2,     /* the same, as its logarithm */
	INT64,    /* int64_t */
	LIMIT,    /* the same: bytes, or minus the percent of what the cgroup has; min: if that is not said */
	WORD,     /* uint8_t: the number of a word of words[min] */
	LETTERS,  /* char[]: of ASH_CONF_LETTERS */
};

enum option_flag {
	JE = 1,    /* jemalloc has it too */
	FIXED = 2, /* can be said, but has no effect */
};

enum { JUNK, METADATA_THP, PERCPU_ARENA, THP, ZERO_REALLOC };
static const char words[][24] = {
	[JUNK] = "false\0alloc\0free\0true",
	[METADATA_THP] = "disabled\0auto\0always",
	[PERCPU_ARENA] = "disabled\0percpu\0phycpu",
	[THP] = "default\0always\0never",
	[ZERO_REALLOC] = "alloc\0free\0abort",
};

#define AT(field) offsetof(struct ash_conf, field)

/* Sorted by name. Of what jemalloc takes and we do not, beyond min and max, it is said that it is not
 * supported. */
static const struct option {
	char name[20];
	uint8_t type;
	uint8_t flags;
	uint16_t at; /* in struct ash_conf */
	long min, max;
} table[] = {
	{"abort", BOOL, JE, AT(abort), 0, 1},
	{"abort_conf", BOOL, JE, AT(abort_conf), 0, 1},
	{"background_thread", BOOL, JE, AT(background_thread), 0, 0},
	{"confirm_conf", BOOL, JE, AT(confirm_conf), 0, 1},
	{"container", BOOL, 0, AT(container), 0, 1},
	{"dirty_decay_ms", INT32, JE, AT(dirty_decay_ms), -1, INT32_MAX},
	{"junk", WORD, JE, AT(junk), JUNK, 3},
	{"lg_tcache_max", LOG2, JE, AT(tcache_max), 0, sizeof(size_t) * CHAR_BIT - 2},
	{"limit_hard", LIMIT, 0, AT(limit_hard), -95, PTRDIFF_MAX},
	{"limit_soft", LIMIT, 0, AT(limit_soft), -90, PTRDIFF_MAX},
	{"madvise", BOOL, 0, AT(madvise), 0, 1},
	{"metadata_thp", WORD, JE, AT(metadata_thp), METADATA_THP, 0},
	{"muzzy_decay_ms", INT32, JE | FIXED, AT(muzzy_decay_ms), -1, INT32_MAX},
	{"narenas", UNSIGNED, JE, AT(narenas), 0, 256},
	{"percpu_arena", WORD, JE, AT(percpu_arena), PERCPU_ARENA, 0},
	{"perturb", UNSIGNED, 0, AT(perturb), 0, 255},
	{"prof", BOOL, JE, AT(prof), 0, 0},
	{"retain", BOOL, JE, AT(retain), 1, 1},
	{"standdown", BOOL, 0, AT(standdown), 0, 1},
	{"stats_interval", INT64, JE, AT(stats_interval), -1, PTRDIFF_MAX},
	{"stats_interval_opts", LETTERS, JE, AT(stats_interval_opts), 0, 0},
	{"stats_print", BOOL, JE, AT(stats_print), 0, 1},
	{"stats_print_opts", LETTERS, JE, AT(stats_print_opts), 0, 0},
	{"tcache", BOOL, JE, AT(tcache), 0, 1},
	{"tcache_max", SIZE, JE, AT(tcache_max), 0, PTRDIFF_MAX},
	{"thp", WORD, JE, AT(thp), THP, 2},
	{"xmalloc", BOOL, JE, AT(xmalloc), 0, 1},
	{"zero", BOOL, JE, AT(zero), 0, 1},
	{"zero_realloc", WORD, JE, AT(zero_realloc), ZERO_REALLOC, 2},
};

/* jemalloc's other keys: where it is spoken to, they are no mistake. A blank ends each. */
static const char jemallocs[] =
	"bin_shards cache_oblivious calloc_madvise_threshold debug_double_free_max_scan "
	"disable_large_size_classes dss experimental_hpa_enforce_hugify experimental_hpa_max_purge_nhp "
	"experimental_hpa_start_huge_if_thp_always experimental_infallible_new experimental_tcache_gc hpa "
	"hpa_dirty_mult hpa_hugification_threshold hpa_hugification_threshold_ratio hpa_hugify_delay_ms "
	"hpa_hugify_style hpa_hugify_sync hpa_min_purge_delay_ms hpa_min_purge_interval_ms "
	"hpa_purge_threshold hpa_purge_threshold_ratio hpa_sec_max_alloc hpa_sec_max_bytes "
	"hpa_sec_nshards hpa_slab_max_alloc huge_arena_pac_thp lg_extent_max_active_fit "
	"lg_prof_interval lg_prof_sample lg_san_uaf_align lg_tcache_flush_large_div "
	"lg_tcache_flush_small_div lg_tcache_nslots_mul log max_background_threads mutex_max_spin "
	"narenas_ratio oversize_threshold process_madvise_max_batch prof_accum prof_active prof_bt_max "
	"prof_final prof_gdump prof_leak prof_leak_error prof_log prof_pid_namespace prof_prefix "
	"prof_recent_alloc_max prof_stats prof_sys_thread_name prof_thread_active_init "
	"prof_time_resolution prof_unbias san_guard_large san_guard_small slab_sizes "
	"tcache_gc_delay_bytes tcache_gc_incr_bytes tcache_ncached_max tcache_nslots_large "
	"tcache_nslots_small_max tcache_nslots_small_min trust_madvise utrace ";

static bool warned; /* at least once; the constructor's */

/* ---- values */

/* A piece of an option string. */
struct piece {
	const char *at;
	size_t len;
};

static bool piece_is(struct piece p, const char *word)
{
	for (size_t i = 0; i < p.len; i++)
		if (word[i] == '\0' || word[i] != p.at[i])
			return false;
	return word[p.len] == '\0';
}

/* Up to the first `stop` or the end; *rest is left behind it. */
static struct piece cut(struct piece *rest, char stop)
{
	struct piece p = {rest->at, 0};
	while (p.len < rest->len && p.at[p.len] != stop)
		p.len++;
	size_t gone = p.len + (p.len < rest->len);
	rest->at += gone;
	rest->len -= gone;
	return p;
}

static bool parse_number(struct piece p, int64_t min, int64_t max, int64_t *value)
{
	bool negative = p.len && *p.at == '-';
	int64_t v = 0;
	size_t i = negative;
	if (i == p.len)
		return false;
	for (; i < p.len; i++) {
		if (p.at[i] < '0' || p.at[i] > '9' || v > (INT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (p.at[i] - '0');
	}
	*value = negative ? -v : v;
	return *value >= min && *value <= max;
}

/* K, M, G or T behind a number, which is taken off it: by how many bits that shifts. */
static unsigned cut_suffix(struct piece *p)
{
	static const char suffixes[] = "KMGT";
	for (unsigned i = 0; p->len && i < sizeof suffixes - 1; i++) {
		if ((p->at[p->len - 1] & ~0x20) == suffixes[i]) {
			p->len--;
			return 10 * (i + 1);
		}
	}
	return 0;
}

/* "cgroup:80%"; or "cgroup", which is that share. */
static bool parse_share(struct piece p, int64_t share, int64_t *value)
{
	struct piece number = p, word = cut(&number, ':');
	if (!piece_is(word, "cgroup"))
		return false;
	*value = share;
	if (word.len == p.len)
		return true;
	if (!number.len || number.at[--number.len] != '%' || !parse_number(number, 1, 100, value))
		return false;
	*value = -*value;
	return true;
}

/* The n-th word of a list; NULL behind its end. */
static const char *word_of(long list, int64_t n)
{
	const char *w = words[list];
	while (n-- && *w)
		w += ash_str_len(w) + 1;
	return *w ? w : NULL;
}

static bool parse_word(struct piece p, long list, int64_t *value)
{
	const char *w;
	for (*value = 0; (w = word_of(list, *value)) != NULL; ++*value)
		if (piece_is(p, w))
			return true;
	return false;
}

/* Each letter once, so that all that can be said has room. */
static bool parse_letters(struct piece p, char *letters)
{
	char found[sizeof ASH_CONF_LETTERS] = "";
	size_t n = 0;
	for (size_t i = 0; i < p.len; i++) {
		const char *known = ASH_CONF_LETTERS, *before = found;
		while (*known && *known != p.at[i])
			known++;
		while (*before && *before != p.at[i])
			before++;
		if (!*known)
			return false;
		if (!*before)
			found[n++] = *known;
	}
	ash_mem_copy(letters, found, sizeof found);
	return true;
}

static void store(const struct option *o, int64_t n)
{
	char *at = (char *)&ash_conf + o->at;
	switch (o->type) {
	case BOOL:
		*(bool *)at = n != 0;
		break;
	case WORD:
		*(uint8_t *)at = (uint8_t)n;
		break;
	case UNSIGNED:
	case INT32:
		*(int32_t *)at = (int32_t)n;
		break;
	case SIZE:
		*(size_t *)at = (size_t)n;
		break;
	case LOG2:
		*(size_t *)at = (size_t)1 << n;
		break;
	default:
		*(int64_t *)at = n;
	}
}

/* NULL if all is well, else what is wrong. */
static const char *apply(const struct option *o, struct piece value)
{
	static const char bad[] = "bad value";
	int64_t n, max = o->max;
	unsigned shift;
	switch (o->type) {
	case LETTERS:
		return parse_letters(value, (char *)&ash_conf + o->at) ? NULL : bad;
	case BOOL:
		n = piece_is(value, "true");
		if (!n && !piece_is(value, "false"))
			return bad;
		break;
	case WORD:
		if (!parse_word(value, o->min, &n))
			return bad;
		break;
	case LIMIT:
		if (parse_share(value, o->min, &n))
			break;
		/* fall through */
	case SIZE:
		shift = cut_suffix(&value);
		if (!parse_number(value, 0, max >> shift, &n))
			return bad;
		n <<= shift;
		break;
	default:
		if (!parse_number(value, o->min, max, &n))
			return bad;
	}
	if (n > max || (o->type == BOOL && n < o->min))
		return "not supported";
	if (!(o->flags & FIXED))
		store(o, n);
	return NULL;
}

static const struct option *lookup(struct piece key)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (piece_is(key, table[i].name))
			return &table[i];
	return NULL;
}

static bool is_jemallocs(struct piece key)
{
	const char *list = jemallocs;
	while (*list) {
		struct piece p = {list, 0};
		while (list[p.len] != ' ')
			p.len++;
		size_t i = 0;
		while (i < p.len && i < key.len && p.at[i] == key.at[i])
			i++;
		if (i == p.len && i == key.len)
			return true;
		list += p.len + 1;
	}
	return false;
}

/* ---- reports */

SLOW void ash_conf_complain(const struct ash_conf_from *from, const char *what, const char *piece, size_t len)
{
	char text[128], line[16] = "";
	size_t n = len < sizeof text - 4 ? len : sizeof text - 4;
	for (size_t i = 0; i < n; i++) /* nothing that a terminal would obey */
		text[i] = (unsigned char)piece[i] < ' ' || piece[i] == 127 ? '?' : piece[i];
	ash_mem_copy(text + n, n < len ? "..." : "", n < len ? 4 : 1);
	if (from->line)
		ash_fmt(line, sizeof line, ":%u", from->line);
	ash_fmt_line(2, "ashlar: %s%s: %s: %s\n", from->name, line, what, text);
	if (ash_conf.abort_conf)
		ash_os_abort();
}

SLOW void ash_conf_warn(const char *source, const char *what)
{
	warned = true;
	ash_fmt_line(2, "ashlar: %s: %s\n", source, what);
}

/* ---- parsing */

static struct piece trim(struct piece p)
{
	while (p.len && (*p.at == ' ' || *p.at == '\t'))
		p.at++, p.len--;
	while (p.len && (p.at[p.len - 1] == ' ' || p.at[p.len - 1] == '\t'))
		p.len--;
	return p;
}

static void parse_pair(struct piece pair, const struct ash_conf_from *from)
{
	bool file = from->dialect == ASH_CONF_FILE;
	struct piece key = {pair.at, 0};
	while (key.len < pair.len && pair.at[key.len] != ':' && !(file && pair.at[key.len] == '='))
		key.len++;
	if (key.len == pair.len) {
		ash_conf_complain(from, "option without a value", pair.at, pair.len);
		return;
	}
	struct piece value = {key.at + key.len + 1, pair.len - key.len - 1};
	if (file) {
		key = trim(key);
		value = trim(value);
	}
	bool to_jemalloc = from->dialect == ASH_CONF_JEMALLOC || from->dialect == ASH_CONF_PROGRAM;
	const struct option *o = lookup(key);
	if (o && from->dialect == ASH_CONF_JEMALLOC && !(o->flags & JE))
		o = NULL;
	const char *wrong = o ? apply(o, value) : to_jemalloc && is_jemallocs(key) ? NULL : "unknown option";
	if (wrong && !(to_jemalloc && *wrong == 'n')) /* what we do not support, it may */
		ash_conf_complain(from, wrong, pair.at, pair.len);
}

SLOW void ash_conf_parse(const char *options, size_t len, const struct ash_conf_from *from)
{
	struct piece rest = {options, len};
	while (rest.len) {
		struct piece pair = cut(&rest, ',');
		if (from->dialect == ASH_CONF_FILE)
			pair = trim(pair);
		if (pair.len)
			parse_pair(pair, from);
	}
}

/* ---- sources */

static void parse_string(const char *options, const char *name, enum ash_conf_dialect dialect)
{
	if (options)
		ash_conf_parse(options, ash_str_len(options), &(struct ash_conf_from){name, 0, dialect});
}

/* A variable of a program that happens to have the name may be no pointer at all. */
static const char *text_or_null(const char *s)
{
	return s && ash_os_is_mapped(s) ? s : NULL;
}

static const char *from_environment(char **e, const char *name)
{
	size_t n = ash_str_len(name);
	for (; e && *e; e++) {
		size_t i = 0;
		while (i < n && (*e)[i] == name[i])
			i++;
		if (i == n && (*e)[n] == '=')
			return *e + n + 1;
	}
	return NULL;
}

#ifndef ASHLAR_PREFIX
/* What glibc calls glibc.malloc.NAME. A number that makes no sense, and what has no meaning here, is
 * ignored: whoever set it meant another allocator. */
static void set_tunable(struct piece name, struct piece value)
{
	int64_t n;
	if (!parse_number(value, -1, INT64_MAX, &n))
		return;
	if (piece_is(name, "arena_max")) { /* at most; and there are no more than CPUs anyway */
		if (n > 0 && n < (ash_conf.narenas ? ash_conf.narenas : ash_os.cpus))
			ash_conf.narenas = (unsigned)n;
	} else if (piece_is(name, "perturb")) {
		if (n >= 0 && n <= 255)
			ash_conf.perturb = (unsigned)n;
	} else if (piece_is(name, "tcache_count")) {
		if (n == 0)
			ash_conf.tcache = false;
	} else if (piece_is(name, "tcache_max")) {
		if (n >= 0 && n <= PTRDIFF_MAX)
			ash_conf.tcache_max = (size_t)n;
	} else if (piece_is(name, "trim_threshold")) { /* nothing is kept, or all */
		if (n <= 0)
			ash_conf.dirty_decay_ms = (int32_t)n;
	}
}

static void parse_glibcs(char **environment)
{
	static const char olds[][2][24] = {
		{"MALLOC_ARENA_MAX", "arena_max"},
		{"MALLOC_PERTURB_", "perturb"},
		{"MALLOC_TRIM_THRESHOLD_", "trim_threshold"},
	};
	for (size_t i = 0; i < ARRAY_LEN(olds); i++) {
		const char *value = from_environment(environment, olds[i][0]);
		if (value)
			set_tunable((struct piece){olds[i][1], ash_str_len(olds[i][1])},
				    (struct piece){value, ash_str_len(value)});
	}
	const char *tunables = from_environment(environment, "GLIBC_TUNABLES");
	struct piece rest = {tunables, tunables ? ash_str_len(tunables) : 0};
	while (rest.len) {
		struct piece value = cut(&rest, ':'), name = cut(&value, '=');
		static const char ours[] = "glibc.malloc.";
		const size_t n = sizeof ours - 1;
		if (name.len > n && piece_is((struct piece){name.at, n}, ours))
			set_tunable((struct piece){name.at + n, name.len - n}, value);
	}
}
#endif

static void print_all(void)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct ash_conf_value v = ash_conf_get(i);
		if (v.type == ASH_CONF_STRING)
			ash_fmt_line(2, "ashlar: %s:%s\n", v.name, v.text);
		else if (v.type == ASH_CONF_BOOL)
			ash_fmt_line(2, "ashlar: %s:%s\n", v.name, v.number ? "true" : "false");
		else if (table[i].type == LIMIT && v.number < 0)
			ash_fmt_line(2, "ashlar: %s:cgroup:%d%%\n", v.name, -(int)v.number);
		else
			ash_fmt_line(2, "ashlar: %s:%lld\n", v.name, (long long)v.number);
	}
}

SLOW void ash_conf_read(char **environment, const char *program, const char *harder)
{
	parse_string(ASHLAR_CONF_DEFAULT, "--with-malloc-conf", ASH_CONF_OURS);
	parse_string(text_or_null(program), "malloc_conf", ASH_CONF_PROGRAM);
	ash_conf_file_read();
	if (!ash_os.secure) {
#ifndef ASHLAR_PREFIX /* these speak to malloc, which is another's then */
		parse_glibcs(environment);
		parse_string(from_environment(environment, "MALLOC_CONF"), "MALLOC_CONF",
			     ASH_CONF_JEMALLOC);
#endif
		parse_string(from_environment(environment, "ASHLAR_CONF"), "ASHLAR_CONF", ASH_CONF_OURS);
	}
	parse_string(text_or_null(harder), "malloc_conf_2_conf_harder", ASH_CONF_PROGRAM);
	if (warned && ash_conf.abort)
		ash_os_abort();
	if (ash_conf.confirm_conf)
		print_all();
}

/* ---- for others */

size_t ash_conf_count(void)
{
	return ARRAY_LEN(table);
}

SLOW struct ash_conf_value ash_conf_get(size_t i)
{
	static const uint8_t types[] = {
		[BOOL] = ASH_CONF_BOOL, [UNSIGNED] = ASH_CONF_UNSIGNED, [INT32] = ASH_CONF_SSIZE,
		[SIZE] = ASH_CONF_SIZE, [LOG2] = ASH_CONF_SIZE,         [INT64] = ASH_CONF_INT64,
		[LIMIT] = ASH_CONF_INT64, [WORD] = ASH_CONF_STRING, [LETTERS] = ASH_CONF_STRING,
	};
	const struct option *o = &table[i];
	const char *at = (const char *)&ash_conf + o->at;
	struct ash_conf_value v = {.name = o->name, .type = types[o->type]};
	switch (o->type) {
	case BOOL:
		v.number = *(const bool *)at;
		break;
	case WORD:
		v.text = word_of(o->min, *(const uint8_t *)at);
		break;
	case LETTERS:
		v.text = at;
		break;
	case UNSIGNED:
	case INT32:
		v.number = *(const int32_t *)at;
		break;
	case SIZE:
		v.number = (int64_t) * (const size_t *)at;
		break;
	case LOG2:
		for (size_t n = *(const size_t *)at; n > 1; n /= 2)
			v.number++;
		break;
	default:
		v.number = *(const int64_t *)at;
	}
	return v;
}
