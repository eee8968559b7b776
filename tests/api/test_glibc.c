/*
 * glibc's figures and knobs (mallinfo, mallinfo2, malloc_info, malloc_stats,
 * mallopt, malloc_trim): they must speak of our heap, and tell the truth.
 */
#include "support.h"

#include <ctype.h>
#include <pthread.h>

enum { COUNT = 50000, SIZE = 1000 }; /* 50 MB */
static void *block[COUNT];

static void take_50_mb(void)
{
	for (int i = 0; i < COUNT; i++) {
		block[i] = malloc(SIZE);
		must(block[i]);
		memset(block[i], 1, SIZE);
	}
}

static void give_back_50_mb(void)
{
	for (int i = 0; i < COUNT; i++)
		free(block[i]);
}

static const size_t taken = (size_t)COUNT * SIZE;

START_TEST(test_mallinfo2_follows_small_blocks)
{
	size_t before = mallinfo2().uordblks, during, after;

	take_50_mb();
	during = mallinfo2().uordblks;
	give_back_50_mb();
	after = mallinfo2().uordblks;
	must_f(during >= before + taken, "rose by %zu", growth(during, before));
	must_f(during <= before + taken * 5 / 4, "rose by %zu", growth(during, before));
	must_f(after <= before + MIB, "left %zu", growth(after, before));
}
END_TEST

/* Blocks with a mapping of their own may be counted in hblkhd, as glibc does. */
START_TEST(test_mallinfo2_follows_large_blocks)
{
	const size_t sizes[] = {40 * KIB, 100 * KIB, MIB, 16 * MIB};

	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		size_t n = sizes[s], count = 64 * MIB / n, before = bytes_in_use(),
		       during;
		static void *p[2000];

		for (size_t i = 0; i < count; i++) {
			p[i] = malloc(n);
			must(p[i]);
		}
		during = bytes_in_use();
		must_f(during >= before + count * n, "size %zu: rose by %zu", n,
			growth(during, before));
		must_f(during <= before + count * n * 5 / 4 + count * 64 * KIB,
			"size %zu: rose by %zu", n, growth(during, before));
		for (size_t i = 0; i < count; i++)
			free(p[i]);
		must_f(bytes_in_use() <= before + MIB, "size %zu: left %zu", n,
			growth(bytes_in_use(), before));
	}
}
END_TEST

START_TEST(test_mallinfo2_arena_holds_what_is_in_use_and_free)
{
	struct mallinfo2 info;

	take_50_mb();
	for (int i = 0; i < COUNT; i += 2) {
		free(block[i]);
		block[i] = NULL;
	}
	info = mallinfo2();
	give_back_50_mb();
	must_f(info.arena + info.hblkhd >= info.uordblks, "arena %zu in use %zu",
		info.arena, info.uordblks);
	must_f(info.arena >= taken / 2, "arena %zu", info.arena);
	must_f(info.uordblks + info.fordblks <= info.arena + info.hblkhd + MIB,
		"%zu + %zu of %zu", info.uordblks, info.fordblks, info.arena);
	/* the free half is known to be free */
	must_f(info.fordblks >= taken / 3, "free %zu", info.fordblks);
}
END_TEST

START_TEST(test_mallinfo2_follows_realloc)
{
	size_t before = bytes_in_use();
	void *p = malloc(100);

	p = realloc(p, 32 * MIB);
	must(p);
	must_f(growth(bytes_in_use(), before) >= 32 * MIB, "%zu",
		growth(bytes_in_use(), before));
	p = realloc(p, 8 * MIB);
	must(p);
	must_f(growth(bytes_in_use(), before) < 12 * MIB, "%zu",
		growth(bytes_in_use(), before));
	must_f(growth(bytes_in_use(), before) >= 8 * MIB, "%zu",
		growth(bytes_in_use(), before));
	free(p);
	must_f(growth(bytes_in_use(), before) < MIB, "%zu",
		growth(bytes_in_use(), before));
}
END_TEST

static void *take_in_thread(void *unused)
{
	take_50_mb();
	return unused;
}

START_TEST(test_mallinfo2_counts_other_threads_blocks)
{
	size_t before = mallinfo2().uordblks;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, take_in_thread, NULL), 0);
	pthread_join(t, NULL);
	must_f(growth(mallinfo2().uordblks, before) >= taken, "rose by %zu",
		growth(mallinfo2().uordblks, before));
	give_back_50_mb();
	must_f(growth(mallinfo2().uordblks, before) < 2 * MIB, "left %zu",
		growth(mallinfo2().uordblks, before));
}
END_TEST

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
START_TEST(test_mallinfo_is_mallinfo2_in_ints)
{
	struct mallinfo small;
	struct mallinfo2 big;

	take_50_mb();
	small = mallinfo();
	big = mallinfo2();
	give_back_50_mb();
	must_f((size_t)small.uordblks == big.uordblks, "%d and %zu", small.uordblks,
		big.uordblks);
	must((size_t)small.arena == big.arena);
	must((size_t)small.hblkhd == big.hblkhd);
	must((size_t)small.fordblks == big.fordblks);
}
END_TEST
#pragma GCC diagnostic pop

/* --- malloc_trim */

START_TEST(test_malloc_trim_returns_freed_memory)
{
	size_t before, after;

	free(malloc(SIZE));
	before = rss_now();
	take_50_mb();
	ck_assert_uint_ge(growth(rss_now(), before), taken);
	give_back_50_mb();
	malloc_trim(0);
	after = rss_now();
	must_f(growth(after, before) < 4 * MIB, "left %zu kB",
		growth(after, before) / KIB);
}
END_TEST

START_TEST(test_malloc_trim_says_whether_memory_was_released)
{
	if (one_page_slabs())
		return;
	/* survivors, so that there is something left to trim whatever free() gave back itself */
	take_50_mb();
	for (int i = 0; i < COUNT; i++) {
		if (i % 50 != 0) {
			free(block[i]);
			block[i] = NULL;
		}
	}
	ck_assert_int_eq(malloc_trim(0), 1);
	give_back_50_mb();
	malloc_trim(0);
	ck_assert_int_eq(malloc_trim(0), 0);
}
END_TEST

/* One survivor in 50: trimming empties the whole pages between, and the content stays. */
START_TEST(test_malloc_trim_keeps_survivors)
{
	if (one_page_slabs())
		return;
	size_t full, trimmed;

	take_50_mb();
	for (int i = 0; i < COUNT; i++) {
		if (i % 50 == 0) {
			fill(block[i], 0, SIZE, (uint64_t)i);
		} else {
			free(block[i]);
			block[i] = NULL;
		}
	}
	full = rss_now();
	malloc_trim(0);
	trimmed = rss_now();
	for (int i = 0; i < COUNT; i += 50)
		must(holds(block[i], SIZE, (uint64_t)i));
	for (int i = 0; i < COUNT; i++) {
		if (!block[i]) {
			block[i] = calloc(1, SIZE);
			must(block[i] && all_zero(block[i], SIZE));
		}
	}
	for (int i = 0; i < COUNT; i += 50)
		must(holds(block[i], SIZE, (uint64_t)i));
	give_back_50_mb();
	must_f(trimmed < full, "%zu to %zu kB", full / KIB, trimmed / KIB);
}
END_TEST

static void *trim_in_thread(void *stop)
{
	while (!__atomic_load_n((int *)stop, __ATOMIC_ACQUIRE))
		malloc_trim(0);
	return NULL;
}

START_TEST(test_malloc_trim_beside_working_threads_loses_nothing)
{
	enum { LIVE = 2000 };
	static void *p[LIVE];
	int stop = 0;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, trim_in_thread, &stop), 0);
	for (size_t i = 0; i < 200000; i++) {
		size_t slot = i % LIVE, n = slot * 13 % 5000 + 1;

		if (p[slot]) {
			must(holds(p[slot], n, slot));
			free(p[slot]);
		}
		p[slot] = malloc(n);
		must(p[slot]);
		fill(p[slot], 0, n, slot);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	pthread_join(t, NULL);
	for (size_t slot = 0; slot < LIVE; slot++)
		free(p[slot]);
}
END_TEST

/* --- malloc_info */

/* Fixed memory: a stream's own would be libc's, which is not always our malloc's. */
struct text {
	char s[64 * 1024];
};

static struct text before, during, after;

static int print_info(int options, struct text *text)
{
	FILE *f = fmemopen(text->s, sizeof(text->s), "w");
	int result;

	ck_assert_ptr_nonnull(f);
	text->s[0] = '\0';
	result = malloc_info(options, f);
	fclose(f);
	return result;
}

/* Elements nest, attributes are quoted, one root: enough XML for what has no text in it. */
static bool is_well_formed(const char *s)
{
	char open[16][32];
	int depth = 0, roots = 0;

	for (;;) {
		bool closing, alone;
		char name[32];
		int n = 0;

		while (isspace((unsigned char)*s))
			s++;
		if (*s == '\0')
			return depth == 0 && roots == 1;
		if (*s++ != '<')
			return false;
		if (*s == '?') { /* <?xml ... ?> */
			s = strstr(s, "?>");
			if (!s)
				return false;
			s += 2;
			continue;
		}
		closing = *s == '/';
		s += closing;
		while (isalnum((unsigned char)*s) || *s == '_' || *s == '-') {
			if (n == sizeof(name) - 1)
				return false;
			name[n++] = *s++;
		}
		name[n] = '\0';
		if (n == 0)
			return false;
		for (;;) { /* attributes */
			while (isspace((unsigned char)*s))
				s++;
			if (!isalpha((unsigned char)*s))
				break;
			while (isalnum((unsigned char)*s) || *s == '_' || *s == '-')
				s++;
			if (closing || s[0] != '=' || s[1] != '"')
				return false;
			s += 2;
			s += strcspn(s, "\"<");
			if (*s++ != '"')
				return false;
		}
		alone = *s == '/';
		s += alone;
		if (*s++ != '>' || (alone && closing))
			return false;
		if (closing) {
			if (depth == 0 || strcmp(open[--depth], name) != 0)
				return false;
		} else {
			if (depth == 0)
				roots++;
			if (!alone) {
				if (depth == 16)
					return false;
				strcpy(open[depth++], name);
			}
		}
	}
}

/* The last <TAG type="TYPE" ... size="N"/>: glibc ends with the sums of all arenas. */
static size_t info_size(const char *text, const char *tag, const char *type)
{
	char start[64];
	const char *at = NULL, *next = text, *size;

	snprintf(start, sizeof(start), "<%s type=\"%s\"", tag, type);
	while ((next = strstr(next, start)) != NULL)
		at = next++;
	must_f(at, "no %s in %s", start, text);
	size = strstr(at, "size=\"");
	must_f(size, "no size in %s", at);
	return strtoul(size + strlen("size=\""), NULL, 10);
}

START_TEST(test_malloc_info_is_well_formed_xml)
{
	take_50_mb();
	ck_assert_int_eq(print_info(0, &during), 0);
	must_f(is_well_formed(during.s), "%s", during.s);
	must_f(strstr(during.s, "<malloc version="), "%s", during.s);
	give_back_50_mb();
}
END_TEST

START_TEST(test_malloc_info_sums_follow_the_heap)
{
	size_t system_before, system_during, system_after;

	ck_assert_int_eq(print_info(0, &before), 0);
	take_50_mb();
	ck_assert_int_eq(print_info(0, &during), 0);
	give_back_50_mb();
	ck_assert_int_eq(print_info(0, &after), 0);
	system_before = info_size(before.s, "system", "current");
	system_during = info_size(during.s, "system", "current");
	system_after = info_size(after.s, "system", "current");
	must_f(system_during >= system_before + taken * 9 / 10, "%s\n%s", before.s,
		during.s);
	must_f(info_size(during.s, "system", "max") >= system_during, "%s", during.s);
	/* free memory is in the total lines, or no longer in the system line */
	must_f(system_after < system_during - taken / 2 ||
			info_size(after.s, "total", "rest") +
					info_size(after.s, "total", "fast") >=
				taken / 2,
		"%s\n%s", during.s, after.s);
}
END_TEST

START_TEST(test_malloc_info_refuses_options)
{
	int result;

	/* glibc returns the error, its manual says -1 and errno */
	errno = 0;
	result = print_info(1, &before);
	must_f(result == EINVAL || (result == -1 && errno == EINVAL), "%d", result);
	ck_assert_str_eq(before.s, "");
}
END_TEST

/* --- malloc_stats */

static void print_stats_twice(void *unused)
{
	(void)unused;
	malloc_stats();
	take_50_mb();
	malloc_stats();
}

/* "in use bytes     = N", the last of each report being the sum of all arenas */
START_TEST(test_malloc_stats_reports_bytes_in_use)
{
	static const char key[] = "in use bytes";
	struct child c = run_in_child(print_stats_twice, NULL);
	unsigned long first = ULONG_MAX, last = 0;

	must_f(exited_with(&c, 0), "%s", c.err);
	for (char *s = c.err; (s = strstr(s, key)) != NULL;) {
		s += sizeof(key) - 1;
		s += strspn(s, " =");
		last = strtoul(s, NULL, 10);
		if (last < first)
			first = last;
	}
	must_f(last >= first + taken, "%s", c.err);
}
END_TEST

/* --- mallopt */

START_TEST(test_mallopt_accepts_glibcs_parameters)
{
	const int params[][2] = {
		{M_MXFAST, 64},
		{M_TRIM_THRESHOLD, 1 << 20},
		{M_TOP_PAD, 1 << 20},
		{M_MMAP_MAX, 1000},
		{M_MMAP_THRESHOLD, 1 << 20},
		{M_CHECK_ACTION, 3},
		{M_ARENA_TEST, 2},
		{M_ARENA_MAX, 1},
		{M_PERTURB, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(params); i++)
		must_f(mallopt(params[i][0], params[i][1]) == 1, "%d", params[i][0]);
	take_50_mb();
	give_back_50_mb();
}
END_TEST

START_TEST(test_mallopt_refuses_a_value_out_of_range)
{
	ck_assert_int_eq(mallopt(M_MXFAST, 1 << 20), 0);
}
END_TEST

static void *churn(void *stop)
{
	for (size_t i = 0; !__atomic_load_n((int *)stop, __ATOMIC_ACQUIRE); i++)
		free(malloc(i * 71 % 20000));
	return NULL;
}

START_TEST(test_figures_can_be_read_while_threads_work)
{
	pthread_t t[3];
	int stop = 0;
	FILE *null = fopen("/dev/null", "w");

	ck_assert_ptr_nonnull(null);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, churn, &stop), 0);
	for (int i = 0; i < 2000; i++) {
		must(mallinfo2().uordblks < 256 * MIB);
		must(malloc_info(0, null) == 0);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		pthread_join(t[i], NULL);
	fclose(null);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_mallinfo2_follows_small_blocks,
		test_mallinfo2_follows_large_blocks,
		test_mallinfo2_arena_holds_what_is_in_use_and_free,
		test_mallinfo2_follows_realloc,
		test_mallinfo2_counts_other_threads_blocks,
		test_mallinfo_is_mallinfo2_in_ints,
		test_malloc_trim_returns_freed_memory,
		test_malloc_trim_says_whether_memory_was_released,
		test_malloc_trim_keeps_survivors,
		test_malloc_trim_beside_working_threads_loses_nothing,
		test_malloc_info_is_well_formed_xml,
		test_malloc_info_sums_follow_the_heap,
		test_malloc_info_refuses_options,
		test_malloc_stats_reports_bytes_in_use,
		test_mallopt_accepts_glibcs_parameters,
		test_mallopt_refuses_a_value_out_of_range,
		test_figures_can_be_read_while_threads_work,
	};

	return run_tests("glibc", 60, tests, ARRAY_LEN(tests));
}
