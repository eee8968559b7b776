/* Our printf against the C library's: the same text for all that it knows, cut where it must be. */
#include "unit.h"
#include "base/fmt.h"

/* What ash_fmt made of `theirs` (of len bytes) in a buffer of cap bytes, returning n. */
static void check(const char *ours, size_t n, size_t cap, const char *theirs, size_t len)
{
	size_t expected = len < cap ? len : cap - 1;
	ck_assert_uint_eq(n, expected);
	ck_assert(strncmp(ours, theirs, expected) == 0);
	ck_assert_int_eq(ours[expected], '\0');
	for (size_t i = cap; i < cap + 8; i++)
		ck_assert_int_eq(ours[i], '#');
}

/* Formats the same arguments with both, into buffers of every size. */
#define SAME(...)                                                                       \
	do {                                                                            \
		char ours[512], theirs[512];                                            \
		size_t len = (size_t)snprintf(theirs, sizeof theirs, __VA_ARGS__);      \
		for (size_t cap = 1; cap < len + 4; cap++) {                            \
			memset(ours, '#', sizeof ours);                                 \
			check(ours, ash_fmt(ours, cap, __VA_ARGS__), cap, theirs, len); \
		}                                                                       \
	} while (0)

/* Without the compiler's knowledge of what a format should be. */
static size_t (*const format_anything)(
	char *buf, size_t cap, const char *format, ...) = ash_fmt;

START_TEST(test_plain_text_is_copied)
{
	SAME("ashlar");
	SAME("100%%, %% and %%%%");
}
END_TEST

START_TEST(test_empty_format_gives_an_empty_text)
{
	char buf[2] = "#";
	ck_assert_uint_eq(format_anything(buf, 1, ""), 0);
	ck_assert_int_eq(buf[0], '\0');
}
END_TEST

START_TEST(test_integers_read_as_libc_writes_them)
{
	static const long long v[] = {0, 1, -1, 9, 10, -10, 99, 100, 4095, 65536, INT_MAX,
		INT_MIN, (long long)INT_MAX + 1, LLONG_MAX, LLONG_MIN, UINT_MAX};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		SAME("%d %u %x", (int)v[i], (unsigned)v[i], (unsigned)v[i]);
		SAME("%ld %lu %lx", (long)v[i], (unsigned long)v[i], (unsigned long)v[i]);
		SAME("%lld %llu %llx", v[i], (unsigned long long)v[i],
			(unsigned long long)v[i]);
		SAME("%zd %zu %zx", (ssize_t)v[i], (size_t)v[i], (size_t)v[i]);
	}
}
END_TEST

START_TEST(test_width_pads_on_the_left_or_on_the_right)
{
	SAME("[%1d] [%2d] [%7d] [%14zu] [%30lld]", 5, 123, -42, (size_t)77, LLONG_MIN);
	SAME("[%-1d] [%-2d] [%-7d] [%-14zu] [%-30lld]", 5, 123, -42, (size_t)77,
		LLONG_MIN);
	SAME("[%5s] [%-5s] [%2s] [%-2s] [%40s]", "abc", "abc", "abc", "abc", "");
	SAME("[%20p] [%-20p]", (void *)0x1234, (void *)0x1234);
}
END_TEST

START_TEST(test_strings_and_characters_go_in_unchanged)
{
	char long_one[300];
	memset(long_one, 'x', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	SAME("%s|%s|%s", "", "a", "a %d \t text");
	SAME("%s!", long_one);
	SAME("%c%c%c", 'a', ' ', '%');
}
END_TEST

START_TEST(test_pointers_are_hexadecimal)
{
	SAME("%p %p", (void *)1, (void *)UINTPTR_MAX);
	char buf[16];
	ash_fmt(buf, sizeof buf, "%p", NULL);
	ck_assert_str_eq(buf, "0x0");
}
END_TEST

START_TEST(test_a_percent_sign_at_the_end_does_not_run_past_it)
{
	char format[] = {'a', '%', '\0', 'b', 'a', 'd', '\0'};
	char buf[16];
	format_anything(buf, sizeof buf, format);
	ck_assert(memcmp(buf, "a\0bad", 5) != 0);
}
END_TEST

static void line_into(char *text, size_t cap, const char *s)
{
	int fds[2];
	ck_assert_int_eq(pipe(fds), 0);
	ash_fmt_line(fds[1], "<%s>\n", s);
	close(fds[1]);
	ssize_t n = read(fds[0], text, cap - 1);
	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	close(fds[0]);
}

START_TEST(test_a_line_goes_to_its_file_descriptor)
{
	char text[64];
	line_into(text, sizeof text, "hello");
	ck_assert_str_eq(text, "<hello>\n");
}
END_TEST

START_TEST(test_a_line_leaves_errno_alone)
{
	errno = 1234;
	ash_fmt_line(-1, "%s\n", "nobody reads this");
	ck_assert_int_eq(errno, 1234);
}
END_TEST

START_TEST(test_a_line_too_long_is_cut_and_still_ends)
{
	char s[1000], text[1024];
	memset(s, 'y', sizeof s - 1);
	s[sizeof s - 1] = '\0';
	line_into(text, sizeof text, s);
	size_t n = strlen(text);
	ck_assert_uint_ge(n, 200);
	ck_assert_uint_lt(n, sizeof s);
	ck_assert_uint_eq(strspn(text + 1, "y"), n - 2);
	ck_assert_int_eq(text[n - 1], '\n');
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_plain_text_is_copied,
		test_empty_format_gives_an_empty_text,
		test_integers_read_as_libc_writes_them,
		test_width_pads_on_the_left_or_on_the_right,
		test_strings_and_characters_go_in_unchanged,
		test_pointers_are_hexadecimal,
		test_a_percent_sign_at_the_end_does_not_run_past_it,
		test_a_line_goes_to_its_file_descriptor,
		test_a_line_leaves_errno_alone,
		test_a_line_too_long_is_cut_and_still_ends,
	};

	return run_tests("fmt", 60, tests, ARRAY_LEN(tests));
}
