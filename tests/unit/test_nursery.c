/* The nursery: blocks of all sizes side by side, what it knows of each, and when it closes. */
#include "unit.h"
#include "slab/nursery.h"

#define LARGEST 4096
#define ALLOCS  1000

static struct ash_nursery_stats now(void)
{
	struct ash_nursery_stats s;
	ash_nursery_stats(&s);
	return s;
}

static size_t rounded(size_t size)
{
	return (size + 15) / 16 * 16;
}

START_TEST(test_blocks_hold_what_was_asked_for_and_nobody_elses)
{
	enum { N = 40 };
	struct rng r = rng_start("nursery", 0);
	char *block[N] = {NULL};
	size_t size[N], bytes = 0, live = 0;

	for (int round = 0; round < ALLOCS - 1; round++) {
		size_t i = rng_below(&r, N);
		if (block[i]) {
			must(holds(block[i], size[i], (uintptr_t)block[i]));
			must(ash_nursery_size(block[i], "free") == rounded(size[i]));
			ash_nursery_free(block[i], "free");
			bytes -= rounded(size[i]);
			live--;
		}
		size_t align = (size_t)1 << rng_below(&r, 7);
		size[i] = 1 + rng_below(&r, rng_below(&r, 8) ? 300 : 1500);
		block[i] = ash_nursery_alloc(size[i], align);
		must_f(block[i] != NULL, "%zu bytes, %zu live, round %d", size[i], bytes, round);
		must(ash_nursery_contains(block[i]) && ash_nursery_contains(block[i] + size[i] - 1));
		must((uintptr_t)block[i] % 16 == 0 && (uintptr_t)block[i] % align == 0);
		fill(block[i], 0, size[i], (uintptr_t)block[i]);
		bytes += rounded(size[i]);
		live++;
		must(now().bytes == bytes && now().blocks == live);
	}
}
END_TEST

START_TEST(test_it_can_be_filled_to_the_last_byte)
{
	char *first = ash_nursery_alloc(LARGEST, 16), *last = first;
	for (size_t i = 1; i < ASH_NURSERY / LARGEST; i++)
		must((last = ash_nursery_alloc(LARGEST, 16)) != NULL);
	must(last + LARGEST == first + ASH_NURSERY);
	must(!ash_nursery_contains(first - 1) && !ash_nursery_contains(last + LARGEST));
	must(now().held == ASH_NURSERY);
	must(ash_nursery_alloc(1, 16) == NULL);
}
END_TEST

START_TEST(test_the_first_gap_is_used_that_fits)
{
	char *a = ash_nursery_alloc(100, 16), *b = ash_nursery_alloc(300, 16), *c = ash_nursery_alloc(16, 16);
	ash_nursery_free(a, "free");
	ash_nursery_free(b, "free");
	must(ash_nursery_alloc(416, 16) == a); /* both together */
	char *d = ash_nursery_alloc(17, 16);
	must(d == c + 16);
	must(ash_nursery_size(c, "free") == 16 && ash_nursery_size(d, "free") == 32);
	must(now().held == (size_t)(d + 32 - a));
}
END_TEST

START_TEST(test_what_is_too_large_or_too_aligned_leaves_it_open)
{
	must(ash_nursery_alloc(LARGEST + 1, 16) == NULL);
	must(ash_nursery_alloc(SIZE_MAX, 16) == NULL);
	must(ash_nursery_alloc(16, 128) == NULL);
	must(ash_nursery_alloc(16, SIZE_MAX / 2 + 1) == NULL);
	must(ash_nursery_open() && ash_nursery_alloc(LARGEST, 64) != NULL);
}
END_TEST

START_TEST(test_it_closes_for_good_when_a_block_does_not_fit)
{
	void *p[ASH_NURSERY / LARGEST];
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		must((p[i] = ash_nursery_alloc(LARGEST, 16)) != NULL && ash_nursery_open());
	must(ash_nursery_alloc(1, 1) == NULL && !ash_nursery_open());
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		ash_nursery_free(p[i], "free");
	must(now().bytes == 0 && now().blocks == 0);
	must(ash_nursery_alloc(1, 1) == NULL);
}
END_TEST

START_TEST(test_it_closes_for_good_when_there_were_many)
{
	for (int i = 0; i < ALLOCS; i++) {
		void *p = ash_nursery_alloc(64, 16);
		must(p != NULL);
		ash_nursery_free(p, "free");
	}
	must(ash_nursery_alloc(64, 16) == NULL && !ash_nursery_open());
}
END_TEST

START_TEST(test_large_requests_close_it_as_well)
{
	for (int i = 0; i < ALLOCS; i++)
		must(ash_nursery_open() && ash_nursery_alloc(LARGEST + 1, 16) == NULL);
	must(ash_nursery_alloc(LARGEST + 1, 16) == NULL && !ash_nursery_open());
	must(now().mapped == 0);
}
END_TEST

START_TEST(test_the_last_resort_is_there_when_it_is_closed)
{
	must(ash_nursery_last_resort(16, 16) == NULL); /* it never began */
	char *p = ash_nursery_alloc(LARGEST, 16);
	ash_nursery_closed = true;
	must(ash_nursery_alloc(16, 16) == NULL);
	must(ash_nursery_last_resort(100, 64) == p + LARGEST);
	must(ash_nursery_last_resort(LARGEST + 1, 16) == NULL);
	ash_nursery_free(p, "free");
	must(ash_nursery_last_resort(LARGEST, 16) == p);
}
END_TEST

static char *victim;

static void free_twice(void *unused)
{
	(void)unused;
	ash_nursery_free(victim, "free");
	ash_nursery_free(victim, "free");
}

static void free_at(void *offset)
{
	ash_nursery_free(victim + (intptr_t)offset, "free");
}

static void size_at(void *offset)
{
	ash_nursery_size(victim + (intptr_t)offset, "realloc");
}

static void must_die(void (*f)(void *), intptr_t offset, const char *call, const char *why)
{
	struct child c = run_in_child(f, (void *)offset);
	must_f(WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGABRT, "status %x", (unsigned)c.status);
	must_f(strstr(c.err, call) && strstr(c.err, why), "%s", c.err);
}

START_TEST(test_what_is_no_live_block_is_reported)
{
	victim = ash_nursery_alloc(100, 16);
	must_die(free_twice, 0, "free(", "double free");
	must_die(free_at, 16, "free(", "inside a block");
	must_die(free_at, 8, "free(", "inside a block");
	must_die(size_at, 96, "realloc(", "inside a block");
	must_die(free_at, 112, "free(", "no live block");
	must_die(size_at, 112 + 16, "realloc(", "no live block");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_blocks_hold_what_was_asked_for_and_nobody_elses,
		test_it_can_be_filled_to_the_last_byte,
		test_the_first_gap_is_used_that_fits,
		test_what_is_too_large_or_too_aligned_leaves_it_open,
		test_it_closes_for_good_when_a_block_does_not_fit,
		test_it_closes_for_good_when_there_were_many,
		test_large_requests_close_it_as_well,
		test_the_last_resort_is_there_when_it_is_closed,
		test_what_is_no_live_block_is_reported,
	};
	return run_tests("nursery", 60, tests, ARRAY_LEN(tests));
}
