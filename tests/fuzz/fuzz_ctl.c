/*
 * Fuzzing the control tree: bytes become names and rows of numbers, values of any size are read and
 * written. Whatever is asked, the answer is an error that the manual has, and no byte is written
 * where none may be.
 *
 * Built as fuzz_ops.c is: by run.sh for libFuzzer; with -DFUZZ_MAIN a program that replays files, or
 * runs --random N [SEED] inputs.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <stdlib.h>

#include "fuzz.h"
#include "../api/control_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input, byte by byte; zeros behind its end. */
static struct {
	const uint8_t *at, *end;
} in;

static unsigned byte(void)
{
	return in.at < in.end ? *in.at++ : 0;
}

static size_t word(void)
{
	static const size_t numbers[] = {0, 1, 2, 71, 72, 73, 255, 256, 4096, 4097, 4098, UINT32_MAX, SIZE_MAX};
	unsigned b = byte();

	return b < 128 ? numbers[b % (sizeof(numbers) / sizeof(numbers[0]))] : b - 128;
}

/* A name of the table with numbers of the input, one byte of it changed, or any bytes. */
static void make_name(char *name, size_t cap)
{
	unsigned how = byte();
	size_t n = 0;

	if (how >= 224) {
		for (n = byte() % (cap - 1); n > 0; n--)
			*name++ = (char)byte();
		*name = '\0';
		return;
	}
	const struct row *r = &rows[(byte() * 256u + byte()) % row_count];
	for (const char *s = r->name; *s && n < cap - 24; s++) {
		if (*s == '0')
			n += (size_t)snprintf(name + n, cap - n, "%zu", word());
		else
			name[n++] = *s;
	}
	name[n] = '\0';
	if (how >= 192)
		name[byte() % (n + 1)] = (char)byte();
}

enum { BUFFER = 160, MARK = 0xa5 };

/* A binding to an arena, or its end, would take blocks of the C library's from under it. */
static bool is_harmful(const size_t *mib, size_t len)
{
	static const char *const names[] = {"thread.arena", "arena.0.reset", "arena.0.destroy"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t m[DEPTH], n = DEPTH;

		need(mallctlnametomib(names[i], m, &n) == 0);
		if (n == len && m[0] == mib[0] && m[n - 1] == mib[n - 1])
			return true;
	}
	return false;
}

/* What is written there is a pointer to functions, or NULL. */
static bool takes_hooks(const size_t *mib, size_t len)
{
	static const char *const names[] = {"arenas.create", "arena.0.extent_hooks"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t m[DEPTH], n = DEPTH;

		need(mallctlnametomib(names[i], m, &n) == 0);
		if (n == len && m[0] == mib[0] && m[n - 1] == mib[n - 1])
			return true;
	}
	return false;
}

/* Those of the default, copied. */
static extent_hooks_t *hooks(void)
{
	static extent_hooks_t copy;
	extent_hooks_t *standard;
	size_t n = sizeof(standard);

	if (!copy.alloc) {
		need(mallctl("arena.0.extent_hooks", &standard, &n, NULL, 0) == 0);
		copy = *standard;
	}
	return &copy;
}

static void access_mib(const char *name, const size_t *mib, size_t len)
{
	static char text[64];
	static char target[64]; /* of arena.<i>.name */
	void *old[BUFFER / sizeof(void *) * 2], *new[BUFFER / sizeof(void *)];
	unsigned how = byte();
	size_t oldlen = how & 1 ? word() % BUFFER : (size_t[]){1, 4, 8, 8}[how >> 1 & 3], give = oldlen;
	size_t newlen = how & 8 ? word() % BUFFER : (size_t[]){1, 4, 8, 8}[how >> 4 & 3];
	bool reads = how & 64, writes = how & 128 && !is_harmful(mib, len);
	int error;

	memset(old, MARK, sizeof(old));
	for (size_t i = 0; i < BUFFER / sizeof(void *); i++) {
		old[i] = target;
		/* a string may be expected, or a number */
		new[i] = text;
	}
	if (writes) {
		bool pointer = true;

		for (size_t i = 0; i < row_count; i++)
			if (rows[i].len == len && mib[0] == rows[i].mib[0] && mib[len - 1] == rows[i].mib[len - 1] &&
				!row_is(rows[i].type, "STR"))
				pointer = false;
		for (size_t i = 0; i < row_count; i++)
			if (rows[i].len == len && mib[0] == rows[i].mib[0] && mib[len - 1] == rows[i].mib[len - 1] &&
				row_is(rows[i].type, "STR"))
				pointer = true;
		for (size_t i = 0; !pointer && i < BUFFER / sizeof(void *); i++)
			new[i] = (void *)word();
		for (size_t i = 0; i < BUFFER / sizeof(void *) && takes_hooks(mib, len); i++)
			new[i] = byte() & 1 ? hooks() : NULL;
		for (size_t i = 0; i + 1 < sizeof(text); i++)
			text[i] = (char)byte();
	}
	errno = 12345;
	if (name)
		error = mallctl(name, reads ? old : NULL, reads ? &oldlen : NULL, writes ? new : NULL,
			writes ? newlen : 0);
	else
		error = mallctlbymib(mib, len, reads ? old : NULL, reads ? &oldlen : NULL, writes ? new : NULL,
			writes ? newlen : 0);
	need(errno == 12345);
	need(error == 0 || error == ENOENT || error == EINVAL || error == EPERM || error == EAGAIN ||
		error == EFAULT);
	need(!reads || oldlen <= give);
	for (size_t i = give > BUFFER ? give : BUFFER; i < sizeof(old); i++)
		need(((unsigned char *)old)[i] == MARK);
	for (size_t i = give; reads && i < BUFFER; i++) /* untouched: still the target's address */
		need(((unsigned char *)old)[i] == ((unsigned char *)&(void *){target})[i % sizeof(void *)]);
}

static void run(void)
{
	size_t mib[DEPTH + 2], len = byte() % (DEPTH + 1);
	char name[160];

	if (byte() & 1) {
		size_t room = len;

		for (size_t i = 0; i < DEPTH + 2; i++)
			mib[i] = 0x1234567;
		make_name(name, sizeof(name));
		int error = mallctlnametomib(name, mib, &len);
		need(error == 0 || error == ENOENT);
		need(len <= room);
		for (size_t i = room; i < DEPTH + 2; i++)
			need(mib[i] == 0x1234567);
		len = DEPTH;
		if (mallctlnametomib(name, mib, &len) == 0 && len)
			access_mib(byte() & 1 ? name : NULL, mib, len);
		return;
	}
	if (!len)
		return;
	for (size_t i = 0; i < len; i++)
		mib[i] = word();
	access_mib(NULL, mib, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_rows();
	in.at = data;
	in.end = data + size;
	while (in.at < in.end)
		run();
	return 0;
}

#ifdef FUZZ_MAIN

static uint8_t input[4096];

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "--random") == 0) {
		unsigned long count = strtoul(argv[2], NULL, 0);
		unsigned long seed = argc > 3 ? strtoul(argv[3], NULL, 0) : 1;
		uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;

		printf("fuzz_ctl: --random %lu %lu\n", count, seed);
		fflush(stdout);
		while (count-- > 0) {
			for (size_t i = 0; i < sizeof(input); i++) {
				x ^= x << 13;
				x ^= x >> 7;
				x ^= x << 17;
				input[i] = (uint8_t)(x >> 32);
			}
			LLVMFuzzerTestOneInput(input, x % sizeof(input));
		}
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");

		if (!f) {
			fprintf(stderr, "fuzz_ctl: %s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		LLVMFuzzerTestOneInput(input, fread(input, 1, sizeof(input), f));
		fclose(f);
	}
	return 0;
}

#endif
