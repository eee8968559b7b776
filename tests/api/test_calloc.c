/* calloc: zeroed whatever the memory was before, and no product that wraps. */
#include "support.h"

START_TEST(test_calloc_every_size_is_zero_in_fresh_and_reused_memory)
{
	/* Blocks are dirtied to their last usable byte, freed, and come back by calloc. */
	for (int round = 0; round < 2; round++) {
		for (size_t n = 1; n <= 40000; n += n < 2100 ? 1 : 61) {
			for (int i = 0; i < 8; i++) {
				unsigned char *p = calloc(1, n);

				must(p);
				must_f(all_zero(p, n), "size %zu", n);
				/* opaque: _FORTIFY_SOURCE=3 allows n bytes */
				memset(opaque_ptr(p), 0xff, malloc_usable_size(p));
				free(p);
			}
		}
	}
}
END_TEST

START_TEST(test_calloc_large_is_zero_in_reused_memory)
{
	for (int round = 0; round < 3; round++) {
		for (size_t n = 40 * KIB; n <= 80 * MIB; n = n * 3 / 2 + 7) {
			unsigned char *p = calloc(n / 7, 7);

			must(p);
			must_f(all_zero(p, n / 7 * 7), "size %zu round %d", n, round);
			memset(p, 0xff, n / 7 * 7);
			free(p);
		}
	}
}
END_TEST

/* Neighbours of different kinds come and go in the same memory: runs are split and merged. */
START_TEST(test_calloc_is_zero_where_other_sizes_were)
{
	enum { COUNT = 64 };
	unsigned char *p[COUNT] = {NULL};
	unsigned state = 12345;

	for (int i = 0; i < 20000; i++) {
		size_t n;
		int slot;

		state = state * 1103515245 + 12345;
		slot = (int)(state >> 16) % COUNT;
		n = (size_t)1 << (state >> 8) % 19;
		n += state % n;
		free(p[slot]);
		p[slot] = calloc(1, n);
		must(p[slot]);
		must_f(all_zero(p[slot], n), "size %zu", n);
		memset(p[slot], 0xaa, n);
	}
	for (int i = 0; i < COUNT; i++)
		free(p[i]);
}
END_TEST

START_TEST(test_calloc_of_nothing_gives_a_block)
{
	void *a = calloc(0, 8), *b = calloc(8, 0), *c = calloc(0, 0);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_nonnull(c);
	free(a);
	free(b);
	free(c);
	/* A zero factor saves even the absurd one. */
	a = calloc(opaque(SIZE_MAX), 0);
	b = calloc(0, opaque(SIZE_MAX));
	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	free(a);
	free(b);
}
END_TEST

/* the square of it is one too many for a size_t */
#define HALF ((size_t)1 << sizeof(size_t) * 4)

START_TEST(test_calloc_overflow_fails_with_enomem)
{
	const size_t pairs[][2] = {
		{SIZE_MAX, 2},
		{2, SIZE_MAX},
		{SIZE_MAX, SIZE_MAX},
		{SIZE_MAX / 2 + 1, 2},
		{SIZE_MAX / 3 + 1, 3},
		{SIZE_MAX / 16 + 2, 16}, /* wraps to 16: a small block if unnoticed */
		{HALF, HALF},
		{HALF + 1, HALF},
		{1, SIZE_MAX},
		{PTRDIFF_MAX, 1},
		{PTRDIFF_MAX / 2 + 1, 2},
		{1, (size_t)PTRDIFF_MAX + 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		errno = 0;
		must_f(calloc(opaque(pairs[i][0]), opaque(pairs[i][1])) == NULL,
			"%zx x %zx", pairs[i][0], pairs[i][1]);
		must_f(errno == ENOMEM, "%zx x %zx", pairs[i][0], pairs[i][1]);
	}
}
END_TEST

/* 1 GiB of untouched zeros cost address space, not memory. */
START_TEST(test_calloc_huge_does_not_touch_its_pages)
{
	size_t before = rss_now();
	unsigned char *p = calloc(1024, MIB);

	ck_assert_ptr_nonnull(p);
	must_f(growth(rss_now(), before) < 16 * MIB, "%zu kB",
		growth(rss_now(), before) / 1024);
	for (size_t i = 0; i < 1024 * MIB; i += 64 * MIB - 4096)
		must(p[i] == 0);
	free(p);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_calloc_every_size_is_zero_in_fresh_and_reused_memory,
		test_calloc_large_is_zero_in_reused_memory,
		test_calloc_is_zero_where_other_sizes_were,
		test_calloc_of_nothing_gives_a_block,
		test_calloc_overflow_fails_with_enomem,
		test_calloc_huge_does_not_touch_its_pages,
	};

	return run_tests("calloc", 60, tests, ARRAY_LEN(tests));
}
