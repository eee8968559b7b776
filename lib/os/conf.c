/* os/conf.c -- see conf.h. One table drives the parser and what confirm_conf prints. */
#include "os/conf.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "os/os.h"

#include <limits.h>

#ifndef ASHLAR_CONF_DEFAULT
#define ASHLAR_CONF_DEFAULT ""
#endif

#define DEFAULTS {.narenas = 0, .dirty_decay_ms = 200, .madvise = true, .tcache = true}
struct ash_conf ash_conf = DEFAULTS;

enum option_type { BOOL, NUMBER };

static const struct option {
	const char *name;
	enum option_type type;
	void *value; /* bool * or int32_t * */
	int32_t min, max;
} table[] = {
	{"abort_conf", BOOL, &ash_conf.abort_conf, 0, 1},
	{"confirm_conf", BOOL, &ash_conf.confirm_conf, 0, 1},
	{"dirty_decay_ms", NUMBER, &ash_conf.dirty_decay_ms, -1, INT32_MAX},
	{"madvise", BOOL, &ash_conf.madvise, 0, 1},
	{"narenas", NUMBER, &ash_conf.narenas, 0, 256},
	{"standdown", BOOL, &ash_conf.standdown, 0, 1},
	{"stats_print", BOOL, &ash_conf.stats_print, 0, 1},
	{"tcache", BOOL, &ash_conf.tcache, 0, 1},
};

/* A piece of the option string. */
struct piece {
	const char *at;
	size_t len;
};

static bool piece_is(struct piece p, const char *word)
{
	for (size_t i = 0; i < p.len; i++)
		if (word[i] != p.at[i])
			return false;
	return word[p.len] == '\0';
}

static bool parse_number(struct piece p, int32_t min, int32_t max, int32_t *value)
{
	bool negative = p.len && *p.at == '-';
	long long v = 0;
	size_t i = negative;
	if (i == p.len)
		return false;
	for (; i < p.len; i++) {
		if (p.at[i] < '0' || p.at[i] > '9' || v > INT32_MAX)
			return false;
		v = v * 10 + (p.at[i] - '0');
	}
	if (negative)
		v = -v;
	*value = (int32_t)v;
	return v >= min && v <= max;
}

static bool apply(const struct option *o, struct piece value)
{
	if (o->type == BOOL) {
		bool on = piece_is(value, "true");
		if (!on && !piece_is(value, "false"))
			return false;
		*(bool *)o->value = on;
		return true;
	}
	int32_t number;
	if (!parse_number(value, o->min, o->max, &number))
		return false;
	*(int32_t *)o->value = number;
	return true;
}

static const struct option *lookup(struct piece key)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (piece_is(key, table[i].name))
			return &table[i];
	return NULL;
}

static void complain(const char *from, const char *what, struct piece pair)
{
	char text[128];
	size_t n = pair.len < sizeof text - 1 ? pair.len : sizeof text - 1;
	ash_mem_copy(text, pair.at, n);
	text[n] = '\0';
	ash_fmt_line(2, "ashlar: %s: %s: %s\n", from, what, text);
	if (ash_conf.abort_conf)
		ash_os_abort();
}

/* Up to the first `stop` or the end; *rest is left behind it. */
static struct piece cut(const char **rest, char stop)
{
	struct piece p = {*rest, 0};
	while (p.at[p.len] && p.at[p.len] != stop)
		p.len++;
	*rest = p.at + p.len + (p.at[p.len] == stop);
	return p;
}

void ash_conf_parse(const char *options, const char *from)
{
	while (*options) {
		struct piece pair = cut(&options, ',');
		struct piece key = {pair.at, 0};
		while (key.len < pair.len && pair.at[key.len] != ':')
			key.len++;
		if (!pair.len)
			continue;
		if (key.len == pair.len) {
			complain(from, "option without a value", pair);
			continue;
		}
		struct piece value = {key.at + key.len + 1, pair.len - key.len - 1};
		const struct option *o = lookup(key);
		if (!o)
			complain(from, "unknown option", pair);
		else if (!apply(o, value))
			complain(from, "bad value", pair);
	}
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

static void print_all(void)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].type == BOOL)
			ash_fmt_line(2, "ashlar: %s:%s\n", table[i].name,
				     *(bool *)table[i].value ? "true" : "false");
		else
			ash_fmt_line(2, "ashlar: %s:%d\n", table[i].name,
				     *(int32_t *)table[i].value);
	}
}

void ash_conf_read(char **environment)
{
	ash_conf_parse(ASHLAR_CONF_DEFAULT, "--with-malloc-conf");
	const char *env = ash_os.secure ? NULL : from_environment(environment, "ASHLAR_CONF");
	if (env)
		ash_conf_parse(env, "ASHLAR_CONF");
	if (ash_conf.confirm_conf)
		print_all();
}
