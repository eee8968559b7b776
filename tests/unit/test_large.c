/* Blocks above the size classes: runs, and mappings of their own. */
#include "unit.h"
#include "slab/large.h"

#include <pthread.h>

#define RUN_MAX_BYTES (ASH_RUN_MAX * ASH_UNIT)

static struct ash_large_stats stats(void)
{
	struct ash_large_stats s;
	ash_large_stats(&s);
	return s;
}

static char *alloc(size_t size)
{
	char *p = ash_large_alloc(size, 16, false, (struct ash_owner){0});
	must_f(p != NULL, "%zu bytes", size);
	return p;
}

START_TEST(test_a_block_has_its_size_rounded_up_to_units)
{
	for (size_t size = 1; size < 3 * RUN_MAX_BYTES; size = size * 3 / 2 + 1) {
		char *p = alloc(size);
		must_f(ash_large_size(p) == align_up(size, ASH_UNIT), "%zu bytes", size);
		must(ash_pagemap_get((uintptr_t)p) == ASH_ENTRY_LARGE);
		p[0] = p[size - 1] = 1;
		must(ash_large_free(p));
		must(ash_pagemap_get((uintptr_t)p) == 0);
	}
}
END_TEST

START_TEST(test_alignment_is_kept_for_runs_and_for_mappings)
{
	static const size_t sizes[] = {1, 5 * ASH_UNIT, RUN_MAX_BYTES, RUN_MAX_BYTES + 1};
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t align = 1; align <= 256 * MIB; align *= 2) {
			void *p = ash_large_alloc(sizes[i], align, false, (struct ash_owner){0});
			must_f(p != NULL, "size %zu, align %zu", sizes[i], align);
			uintptr_t rest = (uintptr_t)p & (align - 1);
			must_f(rest == 0, "size %zu, align %zu", sizes[i], align);
			must(ash_large_free(p));
		}
	}
}
END_TEST

START_TEST(test_a_block_is_zero_when_asked_for)
{
	for (int round = 0; round < 3; round++) {
		for (size_t size = 40000; size < RUN_MAX_BYTES / 4; size *= 3) {
			char *p = ash_large_alloc(size, 16, true, (struct ash_owner){0});
			must(p != NULL);
			must_f(all_zero(p, size), "%zu bytes", size);
			memset(p, 1, ash_large_size(p));
			must(ash_large_free(p));
		}
	}
}
END_TEST

START_TEST(test_a_second_free_is_refused)
{
	char *run = alloc(100000), *huge = alloc(RUN_MAX_BYTES + 1);
	must(ash_large_free(run) && !ash_large_free(run));
	must(ash_large_free(huge) && !ash_large_free(huge));
}
END_TEST

START_TEST(test_sizes_beyond_the_address_space_are_refused)
{
	must(ash_large_alloc(opaque(PTRDIFF_MAX), 16, false, (struct ash_owner){0}) == NULL);
	must(ash_large_alloc(opaque(SIZE_MAX), 16, false, (struct ash_owner){0}) == NULL);
	must(ash_large_alloc(opaque(TOO_MUCH), 16, false, (struct ash_owner){0}) == NULL);
#if SIZE_MAX > UINT32_MAX /* else there may be such an address */
	must(ash_large_alloc(1, TOP_BIT, false, (struct ash_owner){0}) == NULL);
#endif
	must(ash_large_alloc(
		     opaque(PTRDIFF_MAX - 2 * ASH_UNIT), TOP_BIT / 2, false, (struct ash_owner){0}) == NULL);
	must(stats().nmalloc == 0);
}
END_TEST

START_TEST(test_figures_follow_every_step)
{
	char *a = alloc(3 * ASH_UNIT), *b = alloc(RUN_MAX_BYTES + 1);
	struct ash_large_stats s = stats();
	must(s.live == 1 && s.live_bytes == 3 * ASH_UNIT);
	must(s.huge == 1 && s.huge_bytes == RUN_MAX_BYTES + ASH_UNIT);
	must(ash_large_resize(a, 2 * ASH_UNIT, true, false) == a);
	b = ash_large_resize(b, RUN_MAX_BYTES + 10 * ASH_UNIT, true, false);
	must(b != NULL);
	s = stats();
	must(s.live_bytes == 2 * ASH_UNIT &&
		s.huge_bytes == RUN_MAX_BYTES + 10 * ASH_UNIT);
	must(ash_large_free(a) && ash_large_free(b));
	s = stats();
	must(s.live == 0 && s.live_bytes == 0 && s.huge == 0 && s.huge_bytes == 0);
	must(s.nmalloc == 4 && s.ndalloc == 4); /* each resize is one of both */
}
END_TEST

START_TEST(test_groups_rise_by_quarters_of_a_doubling)
{
	must(ash_large_group_bytes(0) == 64 * KIB && ash_large_group_bytes(1) == 80 * KIB);
	must(ash_large_group_bytes(4) == 128 * KIB && ash_large_group_bytes(5) == 160 * KIB);
	for (unsigned g = 1; g < ASH_LARGE_GROUPS; g++) {
		size_t below = ash_large_group_bytes(g - 1), step = ash_large_group_bytes(g) - below;
		must_f(step <= below / 4 && step > below / 8, "group %u", g);
	}
	must(ash_large_group_bytes(ASH_LARGE_GROUPS - 1) == (size_t)1 << (sizeof(void *) == 8 ? 47 : 31));
}
END_TEST

START_TEST(test_a_block_counts_in_the_smallest_group_that_holds_it)
{
	static struct ash_lextent_stats s[ASH_LARGE_GROUPS];
	for (size_t units = 1; units <= RUN_MAX_BYTES / ASH_UNIT + 70; units += 1 + units / 16) {
		unsigned g = 0;
		size_t nmalloc = 0, before = 0;
		while (ash_large_group_bytes(g) < units * ASH_UNIT)
			g++;
		ash_large_group_stats(s);
		before = s[g].ndalloc;
		nmalloc = s[g].nmalloc;
		must(ash_large_free(alloc(units * ASH_UNIT - 5)));
		ash_large_group_stats(s);
		must_f(s[g].nmalloc == nmalloc + 1 && s[g].ndalloc == before + 1, "%zu units", units);
	}
}
END_TEST

START_TEST(test_what_fills_the_last_unit_is_used_if_it_was_before)
{
	char *p = alloc(ASH_UNIT + 5000);
	struct ash_large_use use = ash_large_use(ash_slab_at((uintptr_t)p));
	must(use.asked == align_up(ASH_UNIT + 5000, ash_os.page_size) && use.backed == use.asked);
	must(ash_large_resize(p, ASH_UNIT + 20000, true, false) == p);
	use = ash_large_use(ash_slab_at((uintptr_t)p));
	must(use.asked == align_up(ASH_UNIT + 20000, ash_os.page_size) && use.backed == use.asked);
	must(ash_large_resize(p, 100, true, false) == p); /* its first unit was written */
	use = ash_large_use(ash_slab_at((uintptr_t)p));
	must(use.asked == ash_os.page_size && use.backed == ASH_UNIT);
	must(ash_large_free(p));
	p = alloc(ASH_UNIT + 5000); /* the same memory: what was used is there */
	use = ash_large_use(ash_slab_at((uintptr_t)p));
	must(use.asked == align_up(ASH_UNIT + 5000, ash_os.page_size));
	must(use.backed == align_up(ASH_UNIT + 20000, ash_os.page_size));
	must(ash_large_free(p));
	p = ash_large_alloc(ASH_UNIT + 5000, 1, true, (struct ash_owner){0}); /* zeroed: so is the rest, now */
	must(ash_large_use(ash_slab_at((uintptr_t)p)).backed == 2 * ASH_UNIT);
}
END_TEST

START_TEST(test_a_run_shrinks_and_grows_in_place)
{
	char *p = alloc(20 * ASH_UNIT);
	memset(p, 7, 20 * ASH_UNIT);
	must(ash_large_resize(p, 5 * ASH_UNIT, true, false) == p && ash_large_size(p) == 5 * ASH_UNIT);
	must(ash_large_resize(p, 9 * ASH_UNIT - 1, true, false) == p &&
		ash_large_size(p) == 9 * ASH_UNIT);
	for (size_t i = 0; i < 5 * ASH_UNIT; i++)
		must(p[i] == 7);
	must(ash_large_free(p));
}
END_TEST

START_TEST(test_a_resize_within_the_last_unit_changes_nothing)
{
	char *p = alloc(2 * ASH_UNIT), *q = alloc(RUN_MAX_BYTES + 2 * ASH_UNIT);
	must(ash_large_resize(p, ASH_UNIT + 1, true, false) == p && ash_large_size(p) == 2 * ASH_UNIT);
	must(ash_large_resize(q, RUN_MAX_BYTES + ASH_UNIT + 1, true, false) == q);
	must(ash_large_size(q) == RUN_MAX_BYTES + 2 * ASH_UNIT);
}
END_TEST

START_TEST(test_a_run_that_cannot_grow_stays_whole)
{
	char *p = alloc(4 * ASH_UNIT);
	memset(p, 7, 4 * ASH_UNIT);
	must(ash_large_resize(p, 2 * RUN_MAX_BYTES, true, false) == NULL);
	must(ash_large_size(p) == 4 * ASH_UNIT &&
		ash_pagemap_get((uintptr_t)p) == ASH_ENTRY_LARGE);
	for (size_t i = 0; i < 4 * ASH_UNIT; i++)
		must(p[i] == 7);
	must(ash_large_free(p));
}
END_TEST

START_TEST(test_a_mapping_moves_with_its_content_and_leaves_nothing)
{
	char *p = alloc(RUN_MAX_BYTES + ASH_UNIT);
	p[0] = 1;
	p[RUN_MAX_BYTES] = 2;
	for (int i = 2; i < 8; i++) {
		char *q = ash_large_resize(p, i * RUN_MAX_BYTES, true, false);
		must(q && q[0] == 1 && q[RUN_MAX_BYTES] == 2);
		must(q == p || ash_pagemap_get((uintptr_t)p) == 0);
		must(ash_pagemap_get((uintptr_t)q) == ASH_ENTRY_LARGE);
		must(ash_large_size(q) == i * RUN_MAX_BYTES);
		must(ash_large_contains((uintptr_t)p) ==
			(p >= q && p < q + i * RUN_MAX_BYTES));
		p = q;
	}
	must(ash_large_free(p) && stats().huge == 0);
}
END_TEST

/* Without the memory to move to, the block must be what and where it was. */
START_TEST(test_a_mapping_that_cannot_move_stays_whole)
{
	if (SANITIZED)
		return; /* its shadow does not live under such a limit */
	char *p = alloc(RUN_MAX_BYTES + ASH_UNIT);
	p[0] = 1;
	p[RUN_MAX_BYTES] = 2;
	limit_address_space(MIB);
	must(ash_large_resize(p, 2 * RUN_MAX_BYTES, true, false) == NULL);
	must(p[0] == 1 && p[RUN_MAX_BYTES] == 2);
	must(ash_large_size(p) == RUN_MAX_BYTES + ASH_UNIT);
	must(ash_large_contains((uintptr_t)p + RUN_MAX_BYTES));
	must(ash_large_free(p) && stats().huge == 0);
}
END_TEST

START_TEST(test_every_address_of_a_live_block_is_known_and_none_beside_it)
{
	for (size_t size = 100000; size <= 4 * RUN_MAX_BYTES; size *= 7) {
		char *p = alloc(size);
		uintptr_t at = (uintptr_t)p, len = ash_large_size(p);
		must(ash_large_contains(at) && ash_large_contains(at + 1));
		must(ash_large_contains(at + len / 2) &&
			ash_large_contains(at + len - 1));
		must(!ash_large_contains(at - 1) && !ash_large_contains(at + len));
		must(ash_large_free(p));
		must(!ash_large_contains(at) && !ash_large_contains(at + len / 2));
	}
	must(!ash_large_contains(0) && !ash_large_contains(UINTPTR_MAX));
	must(!ash_large_contains((uintptr_t)&stats));
}
END_TEST

/* ---- threads: as a block moves, its old place, and what is known of it, goes to somebody else */

enum { ROUNDS = 3000 };

static void *mover(void *unused)
{
	(void)unused;
	char *p = alloc(RUN_MAX_BYTES + ASH_UNIT);
	for (size_t i = 0; i < ROUNDS; i++) {
		*p = 77;
		void *wall = mmap(p + ash_large_size(p), 4096, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		char *q = ash_large_resize(p, RUN_MAX_BYTES + (2 + i % 5) * ASH_UNIT, true, false);
		if (wall != MAP_FAILED)
			munmap(wall, 4096);
		p = q ? q : p;
		must(*p == 77);
	}
	must(ash_large_free(p));
	return NULL;
}

static void *maker(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < ROUNDS; i++) {
		char *p = alloc(RUN_MAX_BYTES + (1 + i % 5) * ASH_UNIT);
		*p = 55;
		must(ash_large_contains((uintptr_t)p));
		must(*p == 55 &&
			ash_large_size(p) == RUN_MAX_BYTES + (1 + i % 5) * ASH_UNIT);
		must(ash_large_free(p));
	}
	return NULL;
}

START_TEST(test_a_place_that_is_left_may_be_taken_at_once)
{
	if (THREAD_SANITIZED)
		return; /* munmap in one thread is before mmap in another */
	pthread_t id[4];
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_create(&id[i], NULL, i % 2 ? mover : maker, NULL) == 0);
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_join(id[i], NULL) == 0);
	must(stats().huge == 0 && stats().huge_bytes == 0);
}
END_TEST

START_TEST(test_a_block_that_is_being_freed_is_not_found_by_its_arena)
{
	const struct ash_owner owner = {5, true, NULL};
	void *first = ash_large_alloc(ASH_UNIT, 1, false, owner), *second = ash_large_alloc(ASH_UNIT, 1, false, owner);

	must(first && second && ash_large_next(5) == second && !ash_large_next(4));
	must(ash_pagemap_claim((uintptr_t)second, ASH_ENTRY_LARGE)); /* so far another thread got before a fork */
	must(ash_large_next(5) == first && ash_large_free(first));
	must(!ash_large_next(5));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_a_block_has_its_size_rounded_up_to_units,
		test_alignment_is_kept_for_runs_and_for_mappings,
		test_a_block_is_zero_when_asked_for,
		test_a_second_free_is_refused,
		test_sizes_beyond_the_address_space_are_refused,
		test_figures_follow_every_step,
		test_groups_rise_by_quarters_of_a_doubling,
		test_a_block_counts_in_the_smallest_group_that_holds_it,
		test_what_fills_the_last_unit_is_used_if_it_was_before,
		test_a_run_shrinks_and_grows_in_place,
		test_a_resize_within_the_last_unit_changes_nothing,
		test_a_run_that_cannot_grow_stays_whole,
		test_a_mapping_moves_with_its_content_and_leaves_nothing,
		test_a_mapping_that_cannot_move_stays_whole,
		test_every_address_of_a_live_block_is_known_and_none_beside_it,
		test_a_place_that_is_left_may_be_taken_at_once,
		test_a_block_that_is_being_freed_is_not_found_by_its_arena,
	};

	unit_start();
	return run_tests("large", 60, tests, ARRAY_LEN(tests));
}
