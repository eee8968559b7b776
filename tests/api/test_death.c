/*
 * Misuse ends the process: one line "ashlar: free(0x...): CAUSE" on stderr and
 * SIGABRT, never silence. Where the proof comes late (a double free met only when
 * the cache is flushed), the test goes on freeing until it must have come.
 */
#include "support.h"

#include <regex.h>

static void expect_line(const struct child *c, const char *caller, const char *cause)
{
	char pattern[256];
	regex_t re;

	snprintf(pattern, sizeof(pattern), "^ashlar: %s\\(0x[0-9a-f]+\\): .*(%s)", caller,
		cause);
	ck_assert_int_eq(
		regcomp(&re, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
	must_f(regexec(&re, c->err, 0, NULL, 0) == 0, "no line like '%s' in '%s'",
		pattern, c->err);
	regfree(&re);
}

static void expect_death(
	void (*body)(void *), void *arg, const char *caller, const char *cause)
{
	struct child c = run_in_child(body, arg);
	const char *newline = strchr(c.err, '\n');

	must_f(died_of(&c, SIGABRT), "status %x, stderr '%s'", (unsigned)c.status, c.err);
	expect_line(&c, caller, cause);
	must_f(newline && newline[1] == '\0', "more than a line: '%s'", c.err);
}

#define DOUBLE_FREE "double free|invalid pointer"
#define INVALID     "invalid pointer"

enum { MANY = 40000 };
static void *others[MANY];

static void take_others(size_t n)
{
	for (int i = 0; i < MANY; i++) {
		others[i] = malloc(n);
		must(others[i]);
	}
}

static void free_others(int from, int to)
{
	for (int i = from; i < to; i++)
		free(others[i]);
}

/* A free of a bad address in the middle of good ones of the same size. */
static void free_among_others(size_t n, void *bad)
{
	take_others(n);
	free_others(0, MANY / 2);
	free(bad);
	free_others(MANY / 2, MANY);
}

/* --- double frees */

static void free_twice(void *size)
{
	void *p = malloc(*(size_t *)size);

	free(p);
	free(opaque_ptr(p));
}

START_TEST(test_double_free_of_small_block_at_once)
{
	for (size_t n = 1; n <= 32 * KIB; n = n * 4) {
		/* the very next free of the thread, or at the latest when the cache is flushed */
		expect_death(free_twice, &n, "free", "double free");
	}
}
END_TEST

static void free_twice_with_another_between(void *size)
{
	size_t n = *(size_t *)size;
	void *p = malloc(n), *q;

	take_others(n);
	q = malloc(n);
	free(p);
	free(q);
	free(opaque_ptr(p));
	free_others(0, MANY);
}

START_TEST(test_double_free_of_small_block_with_another_between)
{
	for (size_t n = 16; n <= 1024; n = n * 4)
		expect_death(free_twice_with_another_between, &n, "free", "double free");
}
END_TEST

static void free_twice_with_many_between(void *size)
{
	size_t n = *(size_t *)size;

	take_others(n);
	free_others(1, MANY / 2);
	free(others[0]);
	free_others(MANY / 2, MANY / 2 + MANY / 4);
	free(opaque_ptr(others[0]));
	free_others(MANY / 2 + MANY / 4, MANY);
}

START_TEST(test_delayed_double_free_of_small_block)
{
	for (size_t n = 16; n <= 1024; n = n * 4)
		expect_death(free_twice_with_many_between, &n, "free", DOUBLE_FREE);
}
END_TEST

START_TEST(test_double_free_of_large_block)
{
	const size_t sizes[] = {40 * KIB, 100 * KIB, 1000 * KIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		expect_death(free_twice, (void *)&sizes[i], "free", DOUBLE_FREE);
}
END_TEST

START_TEST(test_double_free_of_huge_block)
{
	const size_t sizes[] = {4 * MIB, 64 * MIB, 1024 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		expect_death(free_twice, (void *)&sizes[i], "free", DOUBLE_FREE);
}
END_TEST

static void free_after_realloc_moved(void *size)
{
	size_t n = *(size_t *)size;
	void *p = malloc(n), *wall = malloc(n), *q = realloc(p, n * 8);

	must(wall && q);
	if (q ==
		opaque_ptr(
			p)) /* grew in place: the second free is a double one all the same */
		free(q);
	take_others(n);
	free_others(0, MANY / 2);
	free(opaque_ptr(p));
	free_others(MANY / 2, MANY);
}

START_TEST(test_free_of_the_old_address_after_realloc)
{
	for (size_t n = 16; n <= 1024; n = n * 4)
		expect_death(free_after_realloc_moved, &n, "free", DOUBLE_FREE);
}
END_TEST

/* --- addresses that are no block's */

static void free_interior(void *size)
{
	size_t n = *(size_t *)size;
	char *p = malloc(n);

	must(p);
	if (n <= 1024)
		free_among_others(n, opaque_ptr(p + n / 2));
	else
		free(opaque_ptr(p + n / 2));
}

START_TEST(test_free_of_interior_pointer_to_small_block)
{
	const size_t sizes[] = {32, 64, 96, 1024};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		expect_death(free_interior, (void *)&sizes[i], "free", INVALID);
}
END_TEST

START_TEST(test_free_of_interior_pointer_to_large_block)
{
	const size_t sizes[] = {100 * KIB, 512 * KIB, 4 * MIB, 64 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		expect_death(free_interior, (void *)&sizes[i], "free", INVALID);
}
END_TEST

static void free_unaligned(void *size)
{
	size_t n = *(size_t *)size;
	char *p = malloc(n);

	must(p);
	if (n <= 1024)
		free_among_others(n, opaque_ptr(p + 1));
	else
		free(opaque_ptr(p + 1));
}

START_TEST(test_free_of_unaligned_pointer)
{
	const size_t sizes[] = {16, 64, 1000, 100 * KIB, 8 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		expect_death(free_unaligned, (void *)&sizes[i], "free", INVALID);
}
END_TEST

static void free_stack(void *unused)
{
	char on_stack[64] __attribute__((aligned(16)));

	(void)unused;
	free(malloc(100));
	free(opaque_ptr(on_stack));
}

START_TEST(test_free_of_stack_pointer)
{
	expect_death(free_stack, NULL, "free", INVALID);
}
END_TEST

static char in_data[4096] __attribute__((aligned(4096))) = {1};

static void free_pointer(void *p)
{
	free(malloc(100));
	free(p);
}

START_TEST(test_free_of_static_data_pointer)
{
	expect_death(free_pointer, in_data + 64, "free", INVALID);
	expect_death(free_pointer, in_data, "free", INVALID);
}
END_TEST

/* Addresses no allocator may look near: non-canonical, unmapped, the first page, the last. */
static const uintptr_t garbage[] = {
	16,
	4096,
	UINTPTR_MAX - 15,
#if UINTPTR_MAX > UINT32_MAX
	UINT64_C(0x4141414141414141),
	UINT64_C(0x0000deadbeef0000),
	UINT64_C(0x00007ffffffff000),
	UINT64_C(0x0000800000000000),
	UINT64_C(0xffff800000000000),
	UINT64_C(0x0001000000000000),
#else
	0x41414141,
	0xbeef0000,
	0x80000000,
#endif
};

START_TEST(test_free_of_garbage)
{
	for (size_t i = 0; i < ARRAY_LEN(garbage); i++)
		expect_death(free_pointer, (void *)garbage[i], "free", INVALID);
}
END_TEST

static void free_mapped(void *unused)
{
	char *p = mmap(
		NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)unused;
	must(p != MAP_FAILED);
	memset(p, 0xff, MIB);
	free(opaque_ptr(p + 4096 + 16));
}

/* It might be libc's: libc decides, in its own words. */
START_TEST(test_free_of_somebody_elses_mapping)
{
	struct child c = run_in_child(free_mapped, NULL);

	must_f(died_of(&c, SIGABRT), "status %x, stderr '%s'", (unsigned)c.status, c.err);
	must_f(strstr(c.err, "invalid pointer"), "%s", c.err);
}
END_TEST

/* --- the same through realloc and malloc_usable_size */

static void realloc_pointer(void *p)
{
	free(malloc(100));
	must(realloc(p, 200) == NULL);
}

static void usable_size_of_pointer(void *p)
{
	free(malloc(100));
	must(malloc_usable_size(p) == 0);
	abort(); /* silently saying 0 is the wrong answer; the line is missed */
}

START_TEST(test_realloc_of_foreign_pointers)
{
	expect_death(realloc_pointer, in_data + 64, "realloc", INVALID);
	for (size_t i = 0; i < ARRAY_LEN(garbage); i++)
		expect_death(realloc_pointer, (void *)garbage[i], "realloc", INVALID);
}
END_TEST

START_TEST(test_usable_size_of_foreign_pointers)
{
	expect_death(usable_size_of_pointer, in_data + 64, "malloc_usable_size", INVALID);
	for (size_t i = 0; i < ARRAY_LEN(garbage); i++)
		expect_death(usable_size_of_pointer, (void *)garbage[i],
			"malloc_usable_size", INVALID);
}
END_TEST

static void realloc_interior(void *size)
{
	size_t n = *(size_t *)size;
	char *p = malloc(n);

	must(p);
	realloc_pointer(opaque_ptr(p + n / 2));
}

static void realloc_unaligned(void *size)
{
	char *p = malloc(*(size_t *)size);

	must(p);
	realloc_pointer(opaque_ptr(p + 1));
}

START_TEST(test_realloc_of_interior_and_unaligned_pointers)
{
	const size_t sizes[] = {32, 1024, 20000, 100 * KIB, 4 * MIB, 64 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		expect_death(realloc_interior, (void *)&sizes[i], "realloc", INVALID);
		expect_death(realloc_unaligned, (void *)&sizes[i], "realloc", INVALID);
	}
}
END_TEST

static void realloc_freed(void *size)
{
	size_t n = *(size_t *)size;
	void *p = malloc(n);

	free(p);
	p = realloc(opaque_ptr(p), n * 2);
	take_others(n < 1024 ? n : 1024);
	free_others(0, MANY);
	free(p);
}

/* Caught when the moved-from block is freed a second time. */
START_TEST(test_realloc_of_freed_block)
{
	const size_t sizes[] = {32, 512, 100 * KIB, 8 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		expect_death(
			realloc_freed, (void *)&sizes[i], "(realloc|free)", DOUBLE_FREE);
}
END_TEST

/* --- what is no fault must pass */

static void free_in_order(void *unused)
{
	(void)unused;
	take_others(64);
	free_others(0, MANY);
	take_others(64); /* the same addresses again: freeing them is right */
	free_others(0, MANY);
	take_others(100 * KIB / 100);
	for (int i = MANY - 1; i >= 0; i--)
		free(others[i]);
}

START_TEST(test_freeing_reused_addresses_is_no_fault)
{
	struct child c = run_in_child(free_in_order, NULL);

	must_f(exited_with(&c, 0), "status %x, stderr '%s'", (unsigned)c.status, c.err);
	ck_assert_str_eq(c.err, "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_double_free_of_small_block_at_once,
		test_double_free_of_small_block_with_another_between,
		test_delayed_double_free_of_small_block,
		test_double_free_of_large_block,
		test_double_free_of_huge_block,
		test_free_of_the_old_address_after_realloc,
		test_free_of_interior_pointer_to_small_block,
		test_free_of_interior_pointer_to_large_block,
		test_free_of_unaligned_pointer,
		test_free_of_stack_pointer,
		test_free_of_static_data_pointer,
		test_free_of_garbage,
		test_free_of_somebody_elses_mapping,
		test_realloc_of_foreign_pointers,
		test_usable_size_of_foreign_pointers,
		test_realloc_of_interior_and_unaligned_pointers,
		test_realloc_of_freed_block,
		test_freeing_reused_addresses_is_no_fault,
	};

	return run_tests("death", 60, tests, ARRAY_LEN(tests));
}
