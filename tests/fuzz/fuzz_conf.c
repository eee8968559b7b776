/*
 * Fuzzes what reads options: strings in each dialect, files, and the environment. The first byte of an input
 * says which; the rest is the text, which ends where a page ends that nobody may read beyond. Whatever it
 * says, the options are afterwards what the table allows.
 *
 * Under libFuzzer (tests/fuzz/run.sh), or with -DFUZZ_MAIN as a program of its own:
 *   fuzz_conf --random COUNT SEED    makes texts of words that mean something, and of some that do not
 *   fuzz_conf FILE...                replays inputs
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "os/conf.h"
#include "os/conf_file.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good, const char *what, const uint8_t *data, size_t size)
{
	if (good)
		return;
	dprintf(STDOUT_FILENO, "fuzz_conf: %s, after %d: %.*s\n", what, size ? data[0] : -1,
		size ? (int)size - 1 : 0, (const char *)data + 1);
	abort();
}

/* The end of TEXT_MAX bytes with nothing behind them. */
static char *end_of_text(void)
{
	static char *end;
	if (end)
		return end;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = (TEXT_MAX + page - 1) / page * page;
	char *p = mmap(NULL, len + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || mprotect(p + len, page, PROT_NONE))
		abort();
	return end = p + len;
}

static bool in_range(const struct ash_conf *c)
{
	const char *const opts[] = {c->stats_print_opts, c->stats_interval_opts};
	for (int i = 0; i < 2; i++) {
		const char *s = opts[i];
		if (strnlen(s, sizeof c->stats_print_opts) == sizeof c->stats_print_opts ||
		    strspn(s, ASH_CONF_LETTERS) != strlen(s))
			return false;
		for (; *s; s++)
			if (strchr(s + 1, *s))
				return false;
	}
	return c->tcache_max <= PTRDIFF_MAX && c->stats_interval >= -1 && c->narenas <= 256 &&
	       c->dirty_decay_ms >= -1 && c->muzzy_decay_ms == 0 && c->perturb <= 255 && c->junk <= 3 &&
	       c->zero_realloc <= 2 && c->thp <= 2 && c->metadata_thp == 0 && c->percpu_arena == 0 &&
	       !c->background_thread && !c->prof && c->retain;
}

/* One text in one way. */
static void read_text(unsigned way, char *text, size_t len)
{
	static const char *const variables[] = {"ASHLAR_CONF=", "MALLOC_CONF=", "GLIBC_TUNABLES=",
		"MALLOC_ARENA_MAX=", "MALLOC_PERTURB_=", "MALLOC_TRIM_THRESHOLD_=", ""};
	const struct ash_conf_program program = {"/usr/bin/file", way & 8 ? "./called" : NULL};
	way %= 4 + 1 + sizeof variables / sizeof variables[0];
	if (way < 4) {
		ash_conf_parse(text, len, &(struct ash_conf_from){"fuzz", way, (enum ash_conf_dialect)way});
	} else if (way == 4) {
		ash_conf_file_parse(text, len, "fuzz", &program);
	} else {
		static char variable[TEXT_MAX + 32];
		const char *name = variables[way - 5];
		size_t n = strlen(name);
		memcpy(variable, name, n);
		memcpy(variable + n, text, len);
		variable[n + len] = '\0';
		ash_conf_read((char *[]){variable, NULL}, NULL, NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ash_conf defaults;
	static bool started;
	if (!started) {
		defaults = ash_conf;
		ash_os.secure = false;
		started = true;
	}
	if (size < 1 || size > TEXT_MAX || memmem(data, size, "abort", 5)) /* which would do as it is told */
		return 0;
	char *text = end_of_text() - (size - 1);
	memcpy(text, data + 1, size - 1);
	ash_conf = defaults;
	read_text(data[0], text, size - 1);
	must(in_range(&ash_conf), "out of range", data, size);

	/* What is read, said again, changes nothing. */
	struct ash_conf after = ash_conf;
	for (size_t i = 0; i < ash_conf_count(); i++) {
		struct ash_conf_value v = ash_conf_get(i);
		char option[100];
		int n;
		must((v.type == ASH_CONF_STRING) == (v.text != NULL), v.name, data, size);
		if (strcmp(v.name, "lg_tcache_max") == 0)
			continue; /* rounded down */
		if (v.type == ASH_CONF_BOOL)
			n = snprintf(option, sizeof option, "%s:%s", v.name, v.number ? "true" : "false");
		else if (v.text)
			n = snprintf(option, sizeof option, "%s:%s", v.name, v.text);
		else
			n = snprintf(option, sizeof option, "%s:%lld", v.name, (long long)v.number);
		ash_conf_parse(option, (size_t)n, &(struct ash_conf_from){"fuzz", 0, ASH_CONF_OURS});
	}
	must(memcmp(&after, &ash_conf, sizeof after) == 0, "not what was read", data, size);
	return 0;
}

#ifdef FUZZ_MAIN

static uint8_t input[TEXT_MAX];
static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

static size_t append(size_t at, const char *word)
{
	size_t n = strlen(word);
	if (n > sizeof input - at)
		return at;
	memcpy(input + at, word, n);
	return at + n;
}

static size_t make_text(void)
{
	static const char *const words[] = {"true", "false", "0", "-1", "1", "255", "256", "18446744073709551615",
		"9223372036854775807", "alloc", "free", "never", "always", "default", "disabled", "Jgmdablxeh", "JJxgJJxgJJxg", "hpa",
		"utrace", "[*]", "[file]", "[called]", "[/usr/bin/file]", "[", "]", "#", "\n", "\r\n", " ", "\t", "=",
		"glibc.malloc.", "arena_max", "perturb", "tcache_count", "trim_threshold", "lg_prof_sample"};
	static const char separators[] = ":,:,=\n, ";
	size_t at = 1, pieces = next() % 40;
	input[0] = (uint8_t)next();
	while (pieces--) {
		char one[2] = {separators[next() % (sizeof separators - 1)], '\0'};
		if (next() % 2)
			at = append(at, ash_conf_get(next() % ash_conf_count()).name);
		else
			at = append(at, words[next() % (sizeof words / sizeof words[0])]);
		if (next() % 16 == 0)
			one[0] = (char)next();
		if (next() % 8)
			at = append(at, one);
	}
	if (next() % 4 == 0 && at > 1)
		input[1 + next() % (at - 1)] = (uint8_t)next();
	return at;
}

int main(int argc, char **argv)
{
	int null = open("/dev/null", O_WRONLY); /* for complaints */
	if (null < 0 || dup2(null, STDERR_FILENO) < 0)
		return 1;
	if (argc > 3 && strcmp(argv[1], "--random") == 0) {
		unsigned long count = strtoul(argv[2], NULL, 0), seed = strtoul(argv[3], NULL, 0);
		printf("fuzz_conf: --random %lu %lu\n", count, seed);
		fflush(stdout);
		state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
		while (count--)
			LLVMFuzzerTestOneInput(input, make_text());
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f) {
			printf("fuzz_conf: %s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		LLVMFuzzerTestOneInput(input, fread(input, 1, sizeof input, f));
		fclose(f);
	}
	return 0;
}

#endif
