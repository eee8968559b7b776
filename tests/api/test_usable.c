/* malloc_usable_size, and the sized frees of C23. */
#include "support.h"

/* C23; glibc declares them from 2.43 on. */
void free_sized(void *p, size_t size);
void free_aligned_sized(void *p, size_t alignment, size_t size);

START_TEST(test_usable_size_of_null_is_zero)
{
	ck_assert_uint_eq(malloc_usable_size(NULL), 0);
}
END_TEST

START_TEST(test_usable_size_covers_every_request)
{
	for (size_t n = 0; n <= 70000; n++) {
		void *p = malloc(n);

		must_f(malloc_usable_size(p) >= n, "size %zu", n);
		/* rounding up costs at most a half, or pages that nobody touches */
		if (n >= 128 && n <= 32 * KIB)
			must_f(malloc_usable_size(p) <= (n <= 4096 ? n + n / 2 : 2 * n),
				"size %zu", n);
		else
			must_f(malloc_usable_size(p) <= n + n / 2 + 64 * KIB, "size %zu",
				n);
		free(p);
	}
	for (size_t n = 70 * KIB; n <= 64 * MIB; n = n * 9 / 8 + 5) {
		void *p = malloc(n);

		must_f(malloc_usable_size(p) >= n, "size %zu", n);
		free(p);
	}
}
END_TEST

/* _FORTIFY_SOURCE=3 and many programs write to all of it. */
START_TEST(test_usable_bytes_are_writable_and_belong_to_one_block)
{
	enum { WINDOW = 64 };
	static struct {
		void *p;
		size_t usable;
	} live[WINDOW];
	size_t count = 0;

	for (size_t n = 1; n <= 300000; n += 1 + n / 64, count++) {
		size_t slot = count % WINDOW;

		if (live[slot].p) {
			must_f(holds(live[slot].p, live[slot].usable, slot), "usable %zu",
				live[slot].usable);
			free(live[slot].p);
		}
		live[slot].p = malloc(n);
		must(live[slot].p);
		live[slot].usable = malloc_usable_size(live[slot].p);
		fill(live[slot].p, 0, live[slot].usable, slot);
	}
	for (size_t slot = 0; slot < WINDOW; slot++) {
		must(holds(live[slot].p, live[slot].usable, slot));
		free(live[slot].p);
	}
}
END_TEST

START_TEST(test_usable_size_is_stable_over_a_blocks_life)
{
	enum { COUNT = 500 };
	void *p[COUNT];
	size_t usable[COUNT];

	for (size_t i = 0; i < COUNT; i++) {
		p[i] = opaque_ptr(malloc(i * i)); /* _FORTIFY_SOURCE=3 allows i * i bytes */
		must(p[i]);
		usable[i] = malloc_usable_size(p[i]);
		memset(p[i], 1, usable[i]);
	}
	for (int i = 0; i < 10000; i++)
		free(malloc((size_t)i * 17 % 100000));
	malloc_trim(0);
	for (size_t i = 0; i < COUNT; i++)
		must(malloc_usable_size(p[i]) == usable[i]);
	for (size_t i = 0; i < COUNT; i += 2)
		free(p[i]);
	for (size_t i = 1; i < COUNT; i += 2) {
		must(malloc_usable_size(p[i]) == usable[i]);
		free(p[i]);
	}
}
END_TEST

START_TEST(test_usable_size_of_aligned_blocks_ends_inside_the_block)
{
	for (size_t align = 16; align <= 2 * MIB; align *= 2) {
		for (size_t n = 1; n <= 200000; n = n * 3 + 1) {
			void *a = memalign(align, n), *b = memalign(align, n);

			must(a && b);
			must(malloc_usable_size(a) >= n && malloc_usable_size(b) >= n);
			fill(a, 0, malloc_usable_size(a), 1);
			fill(b, 0, malloc_usable_size(b), 2);
			must_f(holds(a, malloc_usable_size(a), 1), "align %zu size %zu",
				align, n);
			free(a);
			must_f(holds(b, malloc_usable_size(b), 2), "align %zu size %zu",
				align, n);
			free(b);
		}
	}
}
END_TEST

START_TEST(test_free_sized_frees)
{
	size_t before;

	free_sized(NULL, 100);
	free_sized(malloc(100), 100);
	before = bytes_in_use();
	for (size_t n = 1; n <= 4 * MIB; n = n * 2 + 1) {
		for (int i = 0; i < 100; i++) {
			void *p = i % 2 ? malloc(n) : calloc(1, n);

			must(p);
			errno = 12345;
			free_sized(p, n);
			must(errno == 12345);
			p = realloc(malloc(n / 2 + 1), n);
			free_sized(p, n);
		}
	}
	must_f(growth(bytes_in_use(), before) < 2 * MIB, "%zu",
		growth(bytes_in_use(), before));
}
END_TEST

START_TEST(test_free_aligned_sized_frees)
{
	size_t before;

	free_aligned_sized(NULL, 64, 128);
	free_aligned_sized(aligned_alloc(64, 128), 64, 128);
	before = bytes_in_use();
	for (size_t align = 16; align <= 2 * MIB; align *= 2) {
		for (size_t n = align; n <= 4 * MIB; n *= 4) {
			for (int i = 0; i < 10; i++) {
				void *p = aligned_alloc(align, n);

				must(p);
				errno = 12345;
				free_aligned_sized(p, align, n);
				must(errno == 12345);
			}
		}
	}
	must_f(growth(bytes_in_use(), before) < 2 * MIB, "%zu",
		growth(bytes_in_use(), before));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_usable_size_of_null_is_zero,
		test_usable_size_covers_every_request,
		test_usable_bytes_are_writable_and_belong_to_one_block,
		test_usable_size_is_stable_over_a_blocks_life,
		test_usable_size_of_aligned_blocks_ends_inside_the_block,
		test_free_sized_frees,
		test_free_aligned_sized_frees,
	};

	return run_tests("usable", 60, tests, ARRAY_LEN(tests));
}
