/* malloc and free: what every C program relies on. */
#include "support.h"

START_TEST(test_malloc_zero_gives_distinct_blocks)
{
	void *a = malloc(0), *b = malloc(0);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_ne(a, b);
	free(a);
	free(b);
}
END_TEST

START_TEST(test_free_null_does_nothing)
{
	free(NULL);
}
END_TEST

START_TEST(test_malloc_beyond_ptrdiff_max_fails_with_enomem)
{
	const size_t sizes[] = {
		PTRDIFF_MAX,
		(size_t)PTRDIFF_MAX + 1,
		SIZE_MAX / 2 + 2,
		SIZE_MAX - 65536,
		SIZE_MAX - 4096,
		SIZE_MAX - 4095,
		SIZE_MAX - 16,
		SIZE_MAX - 15,
		SIZE_MAX - 1,
		SIZE_MAX,
		PTRDIFF_MAX - 15,
		PTRDIFF_MAX - 4096,
	};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		errno = 0;
		must_f(malloc(opaque(sizes[i])) == NULL, "size %zx", sizes[i]);
		must_f(errno == ENOMEM, "size %zx", sizes[i]);
	}
}
END_TEST

/* More than a process can address, less than PTRDIFF_MAX; 32-bit ones have no such sizes. */
START_TEST(test_malloc_beyond_the_address_space_fails_with_enomem)
{
	for (unsigned shift = 48; shift < sizeof(size_t) * 8 - 1; shift++) {
		errno = 0;
		must_f(malloc(opaque((size_t)1 << shift)) == NULL, "2^%u", shift);
		must_f(errno == ENOMEM, "2^%u", shift);
	}
}
END_TEST

START_TEST(test_malloc_works_after_a_refused_size)
{
	char *p;

	ck_assert_ptr_null(malloc(opaque(SIZE_MAX)));
	p = malloc(100);
	ck_assert_ptr_nonnull(p);
	memset(p, 1, 100);
	free(p);
}
END_TEST

/* A window of live blocks slides over all sizes: no two overlap, all keep their content. */
START_TEST(test_live_blocks_of_every_size_keep_their_content)
{
	enum { WINDOW = 256, MAX = 70000 };
	static struct {
		void *p;
		size_t n;
	} live[WINDOW];

	for (size_t n = 1; n <= MAX + WINDOW; n++) {
		size_t slot = n % WINDOW;

		if (live[slot].p) {
			must_f(holds(live[slot].p, live[slot].n, live[slot].n),
				"size %zu", live[slot].n);
			free(live[slot].p);
			live[slot].p = NULL;
		}
		if (n > MAX)
			continue;
		live[slot].p = malloc(n);
		live[slot].n = n;
		must_f(live[slot].p, "size %zu", n);
		fill(live[slot].p, 0, n, n);
	}
}
END_TEST

START_TEST(test_large_blocks_keep_their_content)
{
	enum { COUNT = 40 };
	void *p[COUNT];
	size_t n[COUNT], size = 60 * KIB;

	for (int i = 0; i < COUNT; i++, size = size * 6 / 5 + 13) {
		n[i] = size;
		p[i] = malloc(size);
		must_f(p[i], "size %zu", size);
		fill(p[i], 0, n[i], (uint64_t)i);
	}
	for (int i = 0; i < COUNT; i++) {
		must_f(holds(p[i], n[i], (uint64_t)i), "size %zu", n[i]);
		free(p[i]);
	}
}
END_TEST

START_TEST(test_freed_memory_is_used_again)
{
	size_t before;

	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	before = rss_now();
	for (size_t n = 8; n <= 4 * MIB; n *= 2) {
		/* 10,000 blocks of 4 MiB would be 40 GB. */
		for (int i = 0; i < 10000; i++) {
			char *p = malloc(n);

			must(p);
			p[0] = p[n - 1] = 1;
			free(p);
		}
	}
	must_f(growth(rss_now(), before) < 24 * MIB, "%zu kB",
		growth(rss_now(), before) / 1024);
}
END_TEST

START_TEST(test_free_order_does_not_matter)
{
	enum { COUNT = 20000 };
	static void *p[COUNT];
	const size_t strides[] = {1, 7, 4999, COUNT - 1};

	for (size_t s = 0; s < ARRAY_LEN(strides); s++) {
		size_t at = 0;

		for (size_t i = 0; i < COUNT; i++) {
			size_t n = i * 37 % 2000 + 1;

			p[i] = malloc(n);
			must(p[i]);
			fill(p[i], 0, n, i);
		}
		/* every stride is coprime to COUNT, so each block is met once */
		for (size_t k = 0; k < COUNT; k++, at = (at + strides[s]) % COUNT) {
			must(holds(p[at], at * 37 % 2000 + 1, at));
			free(p[at]);
		}
	}
}
END_TEST

START_TEST(test_free_keeps_errno)
{
	const size_t sizes[] = {0, 1, 100, 5000, 40000, 100 * KIB, 3 * MIB, 64 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (int round = 0; round < 300; round++) {
			void *p = malloc(sizes[i]);

			must(p);
			errno = 12345;
			free(p);
			must_f(errno == 12345, "size %zu", sizes[i]);
			if (sizes[i] >= MIB && round > 3)
				break;
		}
	}
	errno = 12345;
	free(NULL);
	ck_assert_int_eq(errno, 12345);
}
END_TEST

/* Giving back locked pages fails with EINVAL inside the allocator: that is not the caller's. */
START_TEST(test_free_of_locked_memory_keeps_errno)
{
	for (size_t n = 4 * KIB; n <= 4 * MIB; n *= 4) {
		char *p = malloc(n);

		must(p);
		memset(p, 1, n);
		if (mlock(p, n) != 0) {
			free(p);
			break;
		}
		errno = 12345;
		free(p);
		must_f(errno == 12345, "size %zu: errno %d", n, errno);
	}
}
END_TEST

/* Pages that a growing size class is going to use are asked for in rows, before they are touched. */
START_TEST(test_pages_of_a_growing_heap_are_there_before_they_are_used)
{
	enum { COUNT = 8 << 10 };
	static char *p[COUNT];
	void *probe = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before = rss_now();

	if (emulated() || sysconf(_SC_PAGESIZE) != 4096 ||
		madvise(probe, 4096, 23 /* MADV_POPULATE_WRITE, Linux 5.14 */) != 0)
		return;
	for (size_t i = 0; i < COUNT; i++)
		p[i] = malloc(1000);
	must_f(rss_now() - before > 7 * MIB, "%zu bytes", rss_now() - before);
	must_f(rss_now() - before < 9 * MIB, "%zu bytes", rss_now() - before);
	for (size_t i = 0; i < COUNT; i++)
		free(p[i]);
}
END_TEST

/* But what a large block does not use costs nothing. */
START_TEST(test_unused_pages_of_blocks_are_not_there)
{
	enum { COUNT = 400 };
	static char *p[COUNT];
	size_t before = rss_now();

	if (SANITIZED)
		return;
	for (size_t i = 0; i < COUNT; i++) {
		p[i] = malloc(30000);
		p[i][0] = 1;
	}
	must_f(rss_now() - before < COUNT * 8 * KIB, "%zu bytes", rss_now() - before);
	for (size_t i = 0; i < COUNT; i++)
		free(p[i]);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_malloc_zero_gives_distinct_blocks,
		test_free_null_does_nothing,
		test_malloc_beyond_ptrdiff_max_fails_with_enomem,
		test_malloc_beyond_the_address_space_fails_with_enomem,
		test_malloc_works_after_a_refused_size,
		test_live_blocks_of_every_size_keep_their_content,
		test_large_blocks_keep_their_content,
		test_freed_memory_is_used_again,
		test_free_order_does_not_matter,
		test_free_keeps_errno,
		test_free_of_locked_memory_keeps_errno,
		test_pages_of_a_growing_heap_are_there_before_they_are_used,
		test_unused_pages_of_blocks_are_not_there,
	};

	return run_tests("malloc", 60, tests, ARRAY_LEN(tests));
}
