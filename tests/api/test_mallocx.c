/* jemalloc's functions with flags, by our names for them: they are the same with a prefix. */
#include "support.h"

#include <ashlar/ashlar.h>

static void *dirty(size_t size)
{
	void *p = malloc(size);

	must(p);
	memset(p, 0xff, size);
	return p;
}

static bool is_zero(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((const unsigned char *)p)[i])
			return false;
	return true;
}

static bool is_aligned(const void *p, int lg)
{
	return ((uintptr_t)p & (((size_t)1 << lg) - 1)) == 0;
}

START_TEST(test_blocks_are_those_of_malloc)
{
	for (size_t n = 1; n < 100 * MIB; n += n / 3 + 1) {
		void *p = ashlar_mallocx(n, 0);

		must(p && malloc_usable_size(p) == ashlar_sallocx(p, 0));
		memset(p, 1, n);
		free(p);
		p = malloc(n);
		ashlar_dallocx(p, 0);
		ashlar_sdallocx(ashlar_mallocx(n, 0), n, 0);
	}
}
END_TEST

START_TEST(test_nothing_is_lost)
{
	size_t before = 0;

	for (int round = 0; round < 20; round++) {
		for (size_t n = 1; n < 10 * MIB; n += n / 2 + 1) {
			void *p = ashlar_mallocx(n, ASHLAR_MALLOCX_TCACHE_NONE);

			must(p);
			p = ashlar_rallocx(p, n * 2, ASHLAR_MALLOCX_ZERO);
			must(p);
			ashlar_dallocx(p, ASHLAR_MALLOCX_TCACHE_NONE);
		}
		if (round == 0)
			before = bytes_in_use();
	}
	must_f(growth(bytes_in_use(), before) < 64 * KIB, "%zu", growth(bytes_in_use(), before));
}
END_TEST

START_TEST(test_alignment_is_kept)
{
	for (int lg = 0; lg <= 26; lg++) {
		for (size_t n = 1; n <= 200000; n = n * 7 + 1) {
			char *p = ashlar_mallocx(n, ASHLAR_MALLOCX_LG_ALIGN(lg));
			char *q = ashlar_mallocx(n, ASHLAR_MALLOCX_ALIGN((size_t)1 << lg));

			must_f(p && is_aligned(p, lg), "lg %d size %zu", lg, n);
			must_f(q && is_aligned(q, lg), "lg %d size %zu", lg, n);
			must(ashlar_nallocx(n, ASHLAR_MALLOCX_LG_ALIGN(lg)) <= ashlar_sallocx(p, 0));
			fill(p, 0, n, n);
			p = ashlar_rallocx(p, 3 * n, ASHLAR_MALLOCX_LG_ALIGN(lg));
			must_f(p && is_aligned(p, lg), "lg %d size %zu", lg, n);
			must(holds(p, n, n));
			free(p);
			free(q);
		}
	}
}
END_TEST

/* Above 32 MiB a block may move without being copied. */
START_TEST(test_alignment_is_kept_by_blocks_that_move)
{
	for (int lg = 20; lg <= 26; lg++) {
		for (size_t n = 33 * MIB; n <= 200 * MIB; n += n) {
			char *p = ashlar_mallocx(n, ASHLAR_MALLOCX_LG_ALIGN(lg));

			must_f(p && is_aligned(p, lg), "lg %d size %zu", lg, n);
			p[n - 1] = 7;
			p = ashlar_rallocx(p, 2 * n, ASHLAR_MALLOCX_LG_ALIGN(lg));
			must_f(p && is_aligned(p, lg), "lg %d size %zu", lg, n);
			must(p[n - 1] == 7);
			free(p);
		}
	}
}
END_TEST

START_TEST(test_zeroed_to_the_blocks_end)
{
	for (size_t n = 1; n <= 4 * MIB; n += n / 5 + 1) {
		free(dirty(n));
		for (int lg = 0; lg < 14; lg += 6) {
			void *p = ashlar_mallocx(n, ASHLAR_MALLOCX_ZERO | ASHLAR_MALLOCX_LG_ALIGN(lg));

			must_f(is_zero(p, ashlar_sallocx(p, 0)), "%zu", n);
			memset(p, 0xff, n);
			free(p);
		}
	}
}
END_TEST

START_TEST(test_what_a_block_grows_by_is_zeroed)
{
	for (size_t n = 16; n <= 3 * MIB; n += n / 2) {
		for (size_t more = 1; more <= 5 * MIB; more = more * 5 + 1) {
			void *p = dirty(n);
			size_t before = malloc_usable_size(p);

			free(dirty(n + more));
			memset(opaque_ptr(p), 0xff, before); /* _FORTIFY_SOURCE=3 knows of n bytes */
			p = ashlar_rallocx(p, n + more, ASHLAR_MALLOCX_ZERO);
			size_t after = malloc_usable_size(p);
			must(after <= before || is_zero((char *)p + before, after - before));
			must(((unsigned char *)p)[n - 1] == 0xff);
			free(p);
		}
	}
}
END_TEST

START_TEST(test_rallocx_keeps_content)
{
	void *p = ashlar_mallocx(1, 0);
	size_t before = 1;

	fill(p, 0, 1, 7);
	for (size_t n = 2; n < 80 * MIB; n += n / 2) {
		p = ashlar_rallocx(p, n, n % 3 ? 0 : ASHLAR_MALLOCX_TCACHE_NONE);
		must(p && holds(p, before, 7));
		fill(p, 0, n, 7);
		before = n;
	}
	for (size_t n = before; n; n /= 3) {
		p = ashlar_rallocx(p, n, 0);
		must(p && holds(p, n, 7));
	}
	free(p);
}
END_TEST

START_TEST(test_xallocx_never_moves)
{
	for (size_t n = 1; n < 60 * MIB; n += n / 2 + 1) {
		void *p = malloc(n);
		size_t before = malloc_usable_size(p);

		fill(p, 0, n, n);
		must(ashlar_xallocx(p, n, 0, 0) >= n);
		size_t most = ashlar_xallocx(p, n * 2, n, 0);
		must(most == malloc_usable_size(p) && most >= before && holds(p, n, n));
		size_t least = ashlar_xallocx(p, n, 0, 0);
		must(least == malloc_usable_size(p) && least >= n && least <= most && holds(p, n, n));
		free(p);
	}
}
END_TEST

START_TEST(test_xallocx_grows_where_there_is_room)
{
	char *p = malloc(10 * MIB);

	must(ashlar_xallocx(p, 3 * MIB, 0, 0) == 3 * MIB); /* what is behind it is free now */
	memset(p, 0xff, 3 * MIB);
	must(ashlar_xallocx(p, 4 * MIB, MIB, ASHLAR_MALLOCX_ZERO) == 5 * MIB);
	must(is_zero(p + 3 * MIB, 2 * MIB));
	must(ashlar_xallocx(p, 6 * MIB, SIZE_MAX, 0) >= 6 * MIB); /* as much as there is */
	free(p);
}
END_TEST

START_TEST(test_nallocx_tells_what_mallocx_gives)
{
	for (size_t n = 1; n < 100 * MIB; n += n / 9 + 1) {
		for (int lg = 0; lg < 20; lg += 3) {
			size_t told = ashlar_nallocx(n, lg);
			void *p = ashlar_mallocx(n, lg);

			must_f(ashlar_sallocx(p, 0) == told, "%zu lg %d: %zu, not %zu", n, lg,
				ashlar_sallocx(p, 0), told);
			free(p);
		}
	}
}
END_TEST

START_TEST(test_what_cannot_be_had)
{
	const size_t sizes[] = {PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX, SIZE_MAX - 4096, TOO_MUCH};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const volatile size_t *n = &sizes[i];
		void *p = malloc(100);

		errno = 0;
		must(ashlar_mallocx(*n, 0) == NULL && errno == ENOMEM);
		errno = 0;
		must(ashlar_mallocx(*n, ASHLAR_MALLOCX_LG_ALIGN(20)) == NULL && errno == ENOMEM);
		errno = 0;
		must(ashlar_rallocx(p, *n, 0) == NULL && errno == ENOMEM);
		must(ashlar_xallocx(p, *n, *n, 0) == malloc_usable_size(p));
		must(ashlar_nallocx(*n, 0) == 0 || *n == TOO_MUCH);
		free(p);
	}
	must(ashlar_mallocx(1, ASHLAR_MALLOCX_LG_ALIGN(sizeof(size_t) * 8 - 1)) == NULL);
	for (unsigned lg = sizeof(size_t) * 8 - 1; lg >= (sizeof(size_t) == 8 ? 47 : 31); lg--)
		must(ashlar_nallocx(1, ASHLAR_MALLOCX_LG_ALIGN(lg)) == 0);
}
END_TEST

START_TEST(test_arenas_and_caches_that_are_not_there)
{
	void *p = malloc(100);

	errno = 0;
	must(ashlar_mallocx(100, ASHLAR_MALLOCX_ARENA(4000)) == NULL && errno == ENOMEM);
	errno = 0;
	must(ashlar_mallocx(100, ASHLAR_MALLOCX_TCACHE(17)) == NULL && errno == ENOMEM);
	errno = 0;
	must(ashlar_rallocx(p, 1000, ASHLAR_MALLOCX_ARENA(4094)) == NULL && errno == ENOMEM);
	ashlar_dallocx(p, ASHLAR_MALLOCX_TCACHE(17)); /* freed all the same */
}
END_TEST

START_TEST(test_automatic_arenas_can_be_named)
{
	for (size_t n = 1; n < MIB; n = n * 3 + 1) {
		void *p = ashlar_mallocx(n, ASHLAR_MALLOCX_ARENA(0));

		must(p);
		memset(p, 1, n);
		p = ashlar_rallocx(p, 2 * n, ASHLAR_MALLOCX_ARENA(0) | ASHLAR_MALLOCX_TCACHE_NONE);
		must(p);
		free(p);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_blocks_are_those_of_malloc,
		test_nothing_is_lost,
		test_alignment_is_kept,
		test_alignment_is_kept_by_blocks_that_move,
		test_zeroed_to_the_blocks_end,
		test_what_a_block_grows_by_is_zeroed,
		test_rallocx_keeps_content,
		test_xallocx_never_moves,
		test_xallocx_grows_where_there_is_room,
		test_nallocx_tells_what_mallocx_gives,
		test_what_cannot_be_had,
		test_arenas_and_caches_that_are_not_there,
		test_automatic_arenas_can_be_named,
	};

	return run_tests("mallocx", 60, tests, ARRAY_LEN(tests));
}
