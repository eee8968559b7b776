/* Our memory functions, over all small sizes, places and overlaps, and some large ones. */
#include "unit.h"
#include "base/mem.h"

#define PAD   64
#define LARGE ((size_t)70000)

static unsigned char to[LARGE + 4 * PAD] __attribute__((aligned(64)));
static unsigned char from[LARGE + 4 * PAD] __attribute__((aligned(64)));

static bool all(const unsigned char *p, size_t n, unsigned char c)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != c)
			return false;
	return true;
}

static void check_zero(size_t at, size_t n)
{
	size_t whole = align_up(n, 16);
	memset(to, 0xa5, PAD + at + whole + PAD);
	ash_mem_zero(to + PAD + at, n);
	must_f(all(to, PAD + at, 0xa5), "%zu bytes at %zu", n, at);
	must_f(all(to + PAD + at, whole, 0), "%zu bytes at %zu", n, at);
	must_f(all(to + PAD + at + whole, PAD, 0xa5), "%zu bytes at %zu", n, at);
}

START_TEST(test_zero_clears_its_bytes_rounded_up_to_16_and_no_more)
{
	for (size_t at = 0; at < 64; at += 16)
		for (size_t n = 1; n <= 1100; n++)
			check_zero(at, n);
}
END_TEST

START_TEST(test_zero_of_large_blocks_clears_all_of_them)
{
	for (size_t n = 1024; n <= LARGE; n = n * 9 / 8)
		for (size_t d = 0; d < 20; d++)
			check_zero(16, n + d - 10);
}
END_TEST

static void check_copy(size_t d, size_t s, size_t n)
{
	memset(to, 0xa5, PAD + d + n + PAD);
	ash_mem_copy(to + PAD + d, from + s, n);
	must_f(all(to, PAD + d, 0xa5), "%zu bytes from %zu to %zu", n, s, d);
	must_f(memcmp(to + PAD + d, from + s, n) == 0, "%zu bytes from %zu to %zu", n, s,
		d);
	must_f(all(to + PAD + d + n, PAD, 0xa5), "%zu bytes from %zu to %zu", n, s, d);
}

START_TEST(test_copy_copies_every_small_size_from_and_to_anywhere)
{
	for (size_t d = 0; d < 16; d++)
		for (size_t s = 0; s < 16; s++)
			for (size_t n = 0; n <= 160; n++)
				check_copy(d, s, n);
	for (size_t n = 160; n <= 1100; n++) {
		check_copy(0, 0, n);
		check_copy(n % 16, n / 16 % 16, n);
	}
}
END_TEST

START_TEST(test_copy_copies_large_blocks)
{
	for (size_t n = 1024; n <= LARGE; n = n * 9 / 8)
		for (size_t d = 0; d < 16; d++)
			check_copy(d, 16 - d, n + d - 10);
}
END_TEST

START_TEST(test_slide_moves_pointers_down_by_any_distance)
{
	enum { MOST = 70 };
	for (size_t n = 0; n <= MOST; n++) {
		for (size_t distance = 0; distance <= MOST; distance++) {
			void *v[2 * MOST + 2];
			for (size_t i = 0; i < ARRAY_LEN(v); i++)
				v[i] = &from[i];
			ash_mem_slide(v + 1, v + 1 + distance, n);
			must_f(v[0] == &from[0], "n %zu, distance %zu", n, distance);
			for (size_t i = 0; i < n; i++)
				must_f(v[1 + i] == &from[1 + distance + i],
					"n %zu, distance %zu", n, distance);
			for (size_t i = 1 + n; i < ARRAY_LEN(v); i++)
				must_f(v[i] == &from[i], "n %zu, distance %zu", n,
					distance);
		}
	}
}
END_TEST

/* ---- what compilers call by themselves: the library has its own, and so has this program */

static void *(*volatile set)(void *, int, size_t) = memset;
static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*volatile move)(void *, const void *, size_t) = memmove;

static void reset(unsigned char *p, size_t n)
{
	for (volatile unsigned char *v = p; n; n--, v++)
		*v = (unsigned char)((uintptr_t)v * 7);
}

static bool untouched(const unsigned char *p, size_t n)
{
	for (; n; n--, p++)
		if (*p != (unsigned char)((uintptr_t)p * 7))
			return false;
	return true;
}

START_TEST(test_our_memset_sets_its_bytes_and_no_more)
{
	for (size_t at = 0; at < 16; at++) {
		for (size_t n = 0; n <= 200; n++) {
			reset(to, PAD + at + n + PAD);
			must(set(to + PAD + at, 0x1a5, n) == to + PAD + at);
			must_f(untouched(to, PAD + at), "%zu bytes at %zu", n, at);
			must_f(all(to + PAD + at, n, 0xa5), "%zu bytes at %zu", n, at);
			must_f(untouched(to + PAD + at + n, PAD), "%zu bytes at %zu", n,
				at);
		}
	}
}
END_TEST

START_TEST(test_our_memcpy_copies_its_bytes_and_no_more)
{
	for (size_t at = 0; at < 16; at++) {
		for (size_t n = 0; n <= 700; n += n < 200 ? 1 : 13) {
			reset(to, PAD + at + n + PAD);
			must(copy(to + PAD + at, from + 3, n) == to + PAD + at);
			must_f(untouched(to, PAD + at), "%zu bytes at %zu", n, at);
			for (size_t i = 0; i < n; i++)
				must_f(to[PAD + at + i] == from[3 + i],
					"%zu bytes at %zu", n, at);
			must_f(untouched(to + PAD + at + n, PAD), "%zu bytes at %zu", n,
				at);
		}
	}
}
END_TEST

START_TEST(test_our_memmove_moves_over_itself_in_both_directions)
{
	for (size_t n = 0; n <= 100; n++) {
		for (size_t d = 0; d <= 110; d++) {
			for (size_t s = 0; s <= 110; s += d == s ? 1 : 3) {
				unsigned char *p = to + PAD;
				reset(to, PAD + 220 + PAD);
				must(move(p + d, p + s, n) == p + d);
				must_f(untouched(to, PAD + d), "%zu bytes, %zu to %zu", n,
					s, d);
				for (size_t i = 0; i < n; i++)
					must_f(p[d + i] ==
							(unsigned char)((uintptr_t)(p +
										    s +
										    i) *
									7),
						"%zu bytes, %zu to %zu", n, s, d);
				must_f(untouched(p + d + n, 220 + PAD - d - n),
					"%zu bytes, %zu to %zu", n, s, d);
			}
		}
	}
}
END_TEST

START_TEST(test_equal_strings_are_equal_and_others_are_not)
{
	static const char *const s[] = {
		"", "a", "b", "ab", "abc", "abd", "ABC", "\x80", "\xff"};
	for (size_t i = 0; i < ARRAY_LEN(s); i++)
		for (size_t k = 0; k < ARRAY_LEN(s); k++)
			must_f(ash_str_eq(s[i], s[k]) == (i == k), "%s, %s", s[i], s[k]);
}
END_TEST

START_TEST(test_length_of_a_string_is_libcs)
{
	char s[600];
	for (size_t n = 0; n < sizeof s; n++) {
		memset(s, 'z', n);
		s[n] = '\0';
		must_f(ash_str_len(s) == n, "%zu", n);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_zero_clears_its_bytes_rounded_up_to_16_and_no_more,
		test_zero_of_large_blocks_clears_all_of_them,
		test_copy_copies_every_small_size_from_and_to_anywhere,
		test_copy_copies_large_blocks,
		test_slide_moves_pointers_down_by_any_distance,
		test_our_memset_sets_its_bytes_and_no_more,
		test_our_memcpy_copies_its_bytes_and_no_more,
		test_our_memmove_moves_over_itself_in_both_directions,
		test_equal_strings_are_equal_and_others_are_not,
		test_length_of_a_string_is_libcs,
	};

	fill(from, 0, sizeof from, 42);
	return run_tests("mem", 60, tests, ARRAY_LEN(tests));
}
