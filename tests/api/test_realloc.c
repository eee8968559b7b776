/* realloc: content kept, failures harmless, size zero as glibc has it. */
#include "support.h"

START_TEST(test_realloc_null_allocates)
{
	char *p = realloc(NULL, 100);

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_ge(malloc_usable_size(p), 100);
	memset(p, 1, 100);
	free(p);
	p = realloc(NULL, 0);
	ck_assert_ptr_nonnull(p);
	free(p);
}
END_TEST

START_TEST(test_realloc_to_zero_frees_and_returns_null)
{
	const size_t sizes[] = {1, 1000, 40000, 200 * KIB, 8 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size_t n = sizes[i], before;

		must(realloc(malloc(n), 0) == NULL);
		before = bytes_in_use();
		/* 512 MB if the blocks were not freed */
		for (size_t k = 0; k < 512 * MIB / (n < 1000 ? 1000 : n); k++)
			must(realloc(malloc(n), 0) == NULL);
		must_f(growth(bytes_in_use(), before) < 2 * MIB, "size %zu", n);
	}
}
END_TEST

START_TEST(test_realloc_by_one_byte_steps_keeps_content)
{
	enum { MAX = 70000 };
	unsigned char *p = malloc(1);

	must(p);
	fill(p, 0, 1, 42);
	for (size_t n = 2; n <= MAX; n++) {
		p = realloc(p, n);
		must_f(p, "size %zu", n);
		/* the whole block where it may have moved, its edges otherwise */
		if (n % 64 == 1)
			must_f(holds(p, n - 1, 42), "grown to %zu", n);
		else
			must_f(holds(p, n > 16 ? 16 : n - 1, 42), "grown to %zu", n);
		fill(p, n - 1, n, 42);
	}
	must(holds(p, MAX, 42));
	for (size_t n = MAX - 1; n > 0; n--) {
		p = realloc(p, n);
		must_f(p, "size %zu", n);
		if (n % 64 == 0 || n < 256)
			must_f(holds(p, n, 42), "shrunk to %zu", n);
	}
	free(p);
}
END_TEST

/* Every pair of sizes around the places where a block changes its kind. */
START_TEST(test_realloc_between_all_kinds_keeps_content)
{
	size_t sizes[128], count = 0;

	for (size_t base = 8; base <= 16 * MIB; base *= base < 32 * KIB ? 4 : 2) {
		sizes[count++] = base - 1;
		sizes[count++] = base;
		sizes[count++] = base + 1;
	}
	sizes[count++] = 48 * KIB;
	sizes[count++] = 3 * MIB + 4097;
	for (size_t a = 0; a < count; a++) {
		for (size_t b = 0; b < count; b++) {
			size_t kept = sizes[a] < sizes[b] ? sizes[a] : sizes[b];
			unsigned char *p = malloc(sizes[a]);

			must(p);
			/* the edges suffice for the biggest; a lost page shows in the middle */
			if (kept > 256 * KIB && (a + b) % 5 != 0)
				kept = 256 * KIB;
			fill(p, 0, kept, a);
			p = realloc(p, sizes[b]);
			must_f(p, "%zu to %zu", sizes[a], sizes[b]);
			must_f(holds(p, kept, a), "%zu to %zu", sizes[a], sizes[b]);
			p[sizes[b] - 1] = 1;
			free(p);
		}
	}
}
END_TEST

START_TEST(test_realloc_growing_to_256_mib_keeps_content)
{
	size_t n = 1000;
	unsigned char *p = malloc(n);

	must(p);
	fill(p, 0, n, 7);
	while (n < 256 * MIB) {
		size_t more = n + n / 3;

		p = realloc(p, more);
		must_f(p, "size %zu", more);
		fill(p, n, more, 7);
		n = more;
		if (n < 2 * MIB)
			must_f(holds(p, n, 7), "size %zu", n);
	}
	must(holds(p, n, 7));
	while (n > 1000) {
		n = n / 2;
		p = realloc(p, n);
		must_f(p, "size %zu", n);
		must_f(holds(p, n, 7), "shrunk to %zu", n);
	}
	free(p);
}
END_TEST

/* Two blocks that grow in turns stand in each other's way. */
START_TEST(test_realloc_of_interleaved_blocks_keeps_content)
{
	enum { COUNT = 12 };
	unsigned char *p[COUNT];
	size_t n[COUNT];

	for (int i = 0; i < COUNT; i++) {
		n[i] = 100;
		p[i] = malloc(100);
		must(p[i]);
		fill(p[i], 0, 100, (uint64_t)i);
	}
	for (int round = 0; round < 60; round++) {
		for (int i = 0; i < COUNT; i++) {
			size_t to =
				round % 7 == 6 ? n[i] / 2 : n[i] * 13 / 10 + (size_t)i;
			unsigned char *q = realloc(p[i], to);

			must(q);
			must_f(holds(q, to < n[i] ? to : n[i], (uint64_t)i), "%zu to %zu",
				n[i], to);
			if (to > n[i])
				fill(q, n[i], to, (uint64_t)i);
			p[i] = q;
			n[i] = to;
		}
	}
	for (int i = 0; i < COUNT; i++)
		free(p[i]);
}
END_TEST

START_TEST(test_realloc_refused_leaves_the_block)
{
	const size_t from[] = {1, 100, 5000, 40000, 300 * KIB, 5 * MIB};
	const size_t to[] = {PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 4096,
		SIZE_MAX - 15, SIZE_MAX, TOO_MUCH};

	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		void *p = malloc(from[i]);

		must(p);
		fill(p, 0, from[i], i);
		for (size_t k = 0; k < ARRAY_LEN(to); k++) {
			errno = 0;
			must_f(realloc(p, opaque(to[k])) == NULL, "%zu to %zx", from[i],
				to[k]);
			must_f(errno == ENOMEM, "%zu to %zx", from[i], to[k]);
			must_f(holds(p, from[i], i), "%zu to %zx", from[i], to[k]);
		}
		free(p);
	}
	errno = 0;
	ck_assert_ptr_null(realloc(NULL, opaque(SIZE_MAX)));
	ck_assert_int_eq(errno, ENOMEM);
}
END_TEST

START_TEST(test_realloc_to_the_same_or_usable_size_stays_in_place)
{
	for (size_t n = 1; n < 3 * MIB; n = n * 5 / 4 + 3) {
		void *p = malloc(n), *q;

		must(p);
		q = realloc(p, n);
		must_f(q == p, "size %zu", n);
		q = realloc(p, malloc_usable_size(p));
		must_f(q == p, "size %zu", n);
		free(q);
	}
}
END_TEST

START_TEST(test_realloc_of_aligned_blocks_keeps_content)
{
	for (size_t align = 16; align <= 4 * MIB; align *= 4) {
		for (size_t n = 24; n <= 4 * MIB; n *= 6) {
			void *p = memalign(align, n);
			size_t to[] = {n + 1, n * 3, n / 2, 8};

			must(p);
			fill(p, 0, n, n);
			for (size_t i = 0; i < ARRAY_LEN(to); i++) {
				size_t kept = to[i] < n / 2 ? to[i] : n / 2;

				p = realloc(p, to[i]);
				must(p);
				must_f(holds(p, kept, n), "align %zu, %zu to %zu", align,
					n, to[i]);
			}
			free(p);
		}
	}
}
END_TEST

START_TEST(test_realloc_shrinking_gives_memory_back)
{
	size_t n = 64 * MIB, before = rss_now(), full;
	char *p = malloc(n);

	must(p);
	memset(p, 1, n);
	full = rss_now();
	ck_assert_uint_ge(growth(full, before), 60 * MIB);
	p = realloc(p, MIB);
	must(p);
	malloc_trim(0);
	must_f(growth(rss_now(), before) < (SANITIZED ? 32 : 8) * MIB, "%zu kB",
		growth(rss_now(), before) / 1024);
	free(p);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_realloc_null_allocates,
		test_realloc_to_zero_frees_and_returns_null,
		test_realloc_by_one_byte_steps_keeps_content,
		test_realloc_between_all_kinds_keeps_content,
		test_realloc_growing_to_256_mib_keeps_content,
		test_realloc_of_interleaved_blocks_keeps_content,
		test_realloc_refused_leaves_the_block,
		test_realloc_to_the_same_or_usable_size_stays_in_place,
		test_realloc_of_aligned_blocks_keeps_content,
		test_realloc_shrinking_gives_memory_back,
	};

	return run_tests("realloc", 120, tests, ARRAY_LEN(tests));
}
