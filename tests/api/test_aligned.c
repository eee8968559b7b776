/* Alignment: of ordinary blocks, and of the five functions that take one. */
#include "support.h"

#include <stdalign.h>

static bool aligned_to(const void *p, size_t alignment)
{
	return (uintptr_t)p % alignment == 0;
}

/* Blocks that can hold a max_align_t suit one; smaller ones suit any pointer. */
static size_t expected_alignment(size_t n)
{
	return n >= alignof(max_align_t) ? alignof(max_align_t) : 8;
}

START_TEST(test_every_size_is_aligned_for_max_align_t)
{
	enum { KEEP = 8 };
	void *kept[KEEP];

	for (size_t n = 1; n <= 70000; n++) {
		for (int i = 0; i < KEEP; i++) {
			kept[i] = i % 3 == 0 ? calloc(1, n) : malloc(n);
			must(kept[i]);
			must_f(aligned_to(kept[i], expected_alignment(n)), "size %zu: %p",
				n, kept[i]);
		}
		kept[0] = realloc(kept[0], n + 1);
		must_f(aligned_to(kept[0], expected_alignment(n + 1)), "realloc to %zu",
			n + 1);
		for (int i = 0; i < KEEP; i++)
			free(kept[i]);
	}
}
END_TEST

START_TEST(test_large_sizes_are_aligned_for_max_align_t)
{
	for (size_t n = 70 * KIB; n <= 64 * MIB; n = n * 9 / 8 + 5) {
		void *p = malloc(n);

		must_f(p && aligned_to(p, alignof(max_align_t)), "size %zu: %p", n, p);
		free(p);
	}
}
END_TEST

/* --- what each aligned function gives */

static void check_block(void *p, size_t alignment, size_t n)
{
	must_f(p, "align %zu size %zu", alignment, n);
	must_f(aligned_to(p, alignment), "align %zu size %zu: %p", alignment, n, p);
	must_f(malloc_usable_size(p) >= n, "align %zu size %zu", alignment, n);
	if (n <= MIB) {
		fill(p, 0, n, alignment + n);
		must(holds(p, n, alignment + n));
	} else {
		((char *)p)[0] = ((char *)p)[n - 1] = 1;
	}
}

static const size_t sizes[] = {
	0,
	1,
	7,
	16,
	24,
	40,
	100,
	129,
	1000,
	2049,
	4095,
	4096,
	5000,
	10000,
	32768,
	32769,
	50000,
	65536,
	65537,
	131073,
	262144,
	1000000,
	2097152,
	2097153,
	9000000,
};

START_TEST(test_posix_memalign_gives_what_is_asked)
{
	for (size_t align = sizeof(void *); align <= 64 * MIB; align *= 2) {
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			void *p = NULL;

			must_f(posix_memalign(&p, align, sizes[i]) == 0,
				"align %zu size %zu", align, sizes[i]);
			check_block(p, align, sizes[i]);
			free(p);
		}
	}
}
END_TEST

START_TEST(test_memalign_gives_what_is_asked)
{
	for (size_t align = 1; align <= 64 * MIB; align *= 2) {
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			void *p = memalign(align, sizes[i]);

			check_block(p, align, sizes[i]);
			free(p);
		}
	}
}
END_TEST

/* C17 dropped the rule that the size be a multiple of the alignment; glibc never had it. */
START_TEST(test_aligned_alloc_takes_any_size)
{
	for (size_t align = 1; align <= 64 * MIB; align *= 2) {
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			void *p = aligned_alloc(align, sizes[i]);

			check_block(p, align, sizes[i]);
			free(p);
		}
	}
}
END_TEST

START_TEST(test_aligned_blocks_live_side_by_side)
{
	enum { COUNT = 400 };
	void *p[COUNT];
	size_t n[COUNT];

	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < COUNT; i++) {
			size_t align = (size_t)16 << i * 7 % 13;

			n[i] = i * 331 % 9000 + 1;
			p[i] = memalign(align, n[i]);
			check_block(p[i], align, n[i]);
			fill(p[i], 0, n[i], i);
		}
		for (size_t i = 0; i < COUNT; i++)
			must(holds(p[i], n[i], i));
		for (size_t i = 0; i < COUNT; i++)
			free(p[(i * 7 + (size_t)round) % COUNT]);
	}
}
END_TEST

START_TEST(test_valloc_is_page_aligned)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		void *p = valloc(sizes[i]);

		check_block(p, page, sizes[i]);
		free(p);
	}
}
END_TEST

START_TEST(test_pvalloc_gives_whole_pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size_t whole = (sizes[i] + page - 1) / page * page;
		void *p = pvalloc(sizes[i]);

		check_block(p, page, whole);
		free(p);
	}
}
END_TEST

/* Page-aligned and 2 MiB-aligned blocks by the thousand must not cost a mapping each. */
START_TEST(test_many_page_aligned_blocks_fit_in_memory)
{
	if (one_page_slabs())
		return;
	enum { COUNT = 100000 };
	static void *p[COUNT];
	size_t before = rss_now();

	for (size_t i = 0; i < COUNT; i++) {
		p[i] = memalign(4096, 64);
		must(p[i] && aligned_to(p[i], 4096));
		*(char *)p[i] = 1;
	}
	must_f(growth(rss_now(), before) < COUNT * 4096 * 3 / 2, "%zu MB",
		growth(rss_now(), before) / MIB);
	for (size_t i = 0; i < COUNT; i++)
		free(p[i]);
}
END_TEST

/* --- what each refuses */

START_TEST(test_posix_memalign_bad_alignment_is_einval_and_touches_nothing)
{
	const size_t bad[] = {0, 1, 2, 3, sizeof(void *) / 2, 5, 7, 9, 12, 24, 48, 100, 4095, 4097,
		3 * MIB, SIZE_MAX, SIZE_MAX / 2};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		void *p = &p;

		errno = 12345;
		must_f(posix_memalign(&p, opaque(bad[i]), 100) == EINVAL, "align %zx",
			bad[i]);
		must_f(p == &p, "align %zx", bad[i]);
		must_f(errno == 12345, "align %zx", bad[i]);
	}
}
END_TEST

START_TEST(test_posix_memalign_too_big_is_enomem_and_touches_nothing)
{
	const size_t bad[][2] = {
		{8, SIZE_MAX},
		{16, PTRDIFF_MAX},
		{16, SIZE_MAX - 16},
		{64, SIZE_MAX - 63},
		{4096, SIZE_MAX - 4096},
		{4096, (size_t)PTRDIFF_MAX + 1},
		{64 * MIB, PTRDIFF_MAX},
#if SIZE_MAX > UINT32_MAX /* else there may be such an address */
		{TOP_BIT / 2, 100},
		{TOP_BIT, 100},
#endif
		{TOP_BIT, TOP_BIT},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		void *p = &p;

		errno = 12345;
		must_f(posix_memalign(&p, opaque(bad[i][0]), opaque(bad[i][1])) == ENOMEM,
			"align %zx size %zx", bad[i][0], bad[i][1]);
		must_f(p == &p, "align %zx size %zx", bad[i][0], bad[i][1]);
		must_f(errno == 12345, "align %zx size %zx", bad[i][0], bad[i][1]);
	}
}
END_TEST

START_TEST(test_aligned_alloc_bad_alignment_is_einval)
{
	const size_t bad[] = {
		0, 3, 5, 12, 24, 100, 4097, SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		errno = 0;
		must_f(aligned_alloc(opaque(bad[i]), 100) == NULL, "align %zx", bad[i]);
		must_f(errno == EINVAL, "align %zx", bad[i]);
	}
}
END_TEST

/* Documented as EINVAL; glibc in fact rounds up, and old programs live on that. */
START_TEST(test_memalign_odd_alignment_is_refused_or_rounded_up)
{
	const size_t odd[][2] = {{3, 4}, {24, 32}, {48, 64}, {100, 128}, {5000, 8192}};

	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		void *p;

		errno = 0;
		p = memalign(opaque(odd[i][0]), 100);
		if (p) {
			must_f(aligned_to(p, odd[i][1]), "align %zu", odd[i][0]);
			free(p);
		} else {
			must_f(errno == EINVAL, "align %zu", odd[i][0]);
		}
	}
}
END_TEST

START_TEST(test_too_big_is_enomem)
{
	const size_t bad[] = {PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 4096,
		SIZE_MAX - 63, SIZE_MAX};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		size_t n = opaque(bad[i]);

		errno = 0;
		must_f(memalign(64, n) == NULL && errno == ENOMEM, "memalign %zx", n);
		errno = 0;
		must_f(memalign(64 * MIB, n) == NULL && errno == ENOMEM, "memalign %zx",
			n);
		errno = 0;
		must_f(aligned_alloc(4096, n) == NULL && errno == ENOMEM,
			"aligned_alloc %zx", n);
		errno = 0;
		must_f(valloc(n) == NULL && errno == ENOMEM, "valloc %zx", n);
		errno = 0;
		must_f(pvalloc(n) == NULL && errno == ENOMEM, "pvalloc %zx", n);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_every_size_is_aligned_for_max_align_t,
		test_large_sizes_are_aligned_for_max_align_t,
		test_posix_memalign_gives_what_is_asked,
		test_memalign_gives_what_is_asked,
		test_aligned_alloc_takes_any_size,
		test_aligned_blocks_live_side_by_side,
		test_valloc_is_page_aligned,
		test_pvalloc_gives_whole_pages,
		test_many_page_aligned_blocks_fit_in_memory,
		test_posix_memalign_bad_alignment_is_einval_and_touches_nothing,
		test_posix_memalign_too_big_is_enomem_and_touches_nothing,
		test_aligned_alloc_bad_alignment_is_einval,
		test_memalign_odd_alignment_is_refused_or_rounded_up,
		test_too_big_is_enomem,
	};

	return run_tests("aligned", 60, tests, ARRAY_LEN(tests));
}
