/* Runs of units: where they lie, what is in them, and where they go when they are free. */
#include "unit.h"
#include "region/chunk.h"
#include "region/decay.h"
#include "region/pages.h"

#include <pthread.h>

#define PAGE (ash_os.page_size)

static struct ash_region_stats stats(void)
{
	struct ash_region_stats s;
	ash_chunk_stats(&s);
	return s;
}

static char *alloc(size_t units)
{
	char *p = ash_chunk_alloc(units, 1, false, NULL);
	must_f(p != NULL, "%zu units", units);
	return p;
}

static char *alloc_dirty(size_t units)
{
	char *p = alloc(units);
	memset(p, 0x5a, units * ASH_UNIT);
	return p;
}

/* The chunk around p. */
static uintptr_t chunk_of(const void *p)
{
	return align_down((uintptr_t)p, ASH_CHUNK);
}

static bool inside_one_chunk(const char *p, size_t units)
{
	return chunk_of(p) == chunk_of(p + units * ASH_UNIT - 1);
}

/* A wholly free chunk that nobody has used, in `rows` of which the one behind is free too. */
static char *fresh_chunks(size_t rows)
{
	char *p = alloc(rows * 32);
	ash_chunk_free(p, rows * 32);
	return p;
}

/* All that is free now is taken, so that what is freed from here on is all there is. */
static void use_up_free_units(void)
{
	while (stats().free) {
		size_t mapped = stats().mapped;
		alloc(1);
		must(stats().mapped == mapped);
	}
}

/* ---- start and growth */

/* A free unit is known to lack pages until it is taken, wherever in a run that was. */
START_TEST(test_what_is_known_of_free_units_is_forgotten_when_they_are_taken)
{
	enum ash_backed last;
	char *p = ash_chunk_alloc_known(3, 1, false, &last);
	must(last == ASH_CLEAN);
	ash_chunk_free_partial(p, 2, true); /* the second */
	ash_chunk_free(p + 2 * ASH_UNIT, 1);
	must(ash_chunk_alloc_known(2, 1, false, &last) == p && last == ASH_PARTIAL);
	ash_chunk_free_partial(p, 2, true);
	must(ash_chunk_alloc_known(2, 1, true, &last) == p && last == ASH_BACKED); /* zeroed */
	ash_chunk_free_partial(p, 2, true);
	must(ash_chunk_alloc_known(3, 1, false, &last) == p && last == ASH_BACKED);
	ash_chunk_free(p, 3);
	must(ash_chunk_alloc_known(2, 1, false, &last) == p && last == ASH_BACKED);
	ash_chunk_free_partial(p, 2, true);
	must(ash_chunk_alloc_known(1, 1, false, &last) == p && last == ASH_BACKED);
	must(ash_chunk_extend(p, 1, 2, false, &last) && last == ASH_PARTIAL);
	must(ash_chunk_extend(p, 2, 4, false, &last) && last == ASH_CLEAN);
}
END_TEST

START_TEST(test_the_first_run_costs_one_mapping)
{
	alloc(1);
	ck_assert_uint_eq(stats().maps, 1);
	ck_assert_uint_le(stats().mapped, MIB);
}
END_TEST

START_TEST(test_start_maps_once)
{
	must(ash_chunk_start());
	size_t mapped = stats().mapped;
	must(mapped > 0);
	must(ash_chunk_start());
	alloc(1);
	ck_assert_uint_eq(stats().mapped, mapped);
	ck_assert_uint_eq(stats().maps, 1);
}
END_TEST

START_TEST(test_an_untouched_heap_costs_next_to_no_memory)
{
	must(ash_chunk_start());
	while (stats().free) {
		char *p = alloc(1);
		must(resident_pages(p, ASH_UNIT) == 0);
		must(resident_pages(ash_pagemap_leaf((uintptr_t)p),
			     sizeof(struct ash_leaf)) <= 2);
	}
}
END_TEST

/* ASLR puts the first mapping of one process in some thousands there. */
START_TEST(test_a_first_mapping_across_4_gib_is_known_on_both_sides)
{
	if (SANITIZED)
		return; /* the address space is its own */
	/* Fill the address space from the top down to half a mapping above a multiple of 4 GiB,
	 * so that the kernel's next choice lies across. */
	const size_t step = MIB;
	char *low = MAP_FAILED;
	uintptr_t edge = 0;
	for (;;) {
		char *p = mmap(NULL, step, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		must(p != MAP_FAILED);
		if (low == MAP_FAILED)
			edge = align_down(
				(uintptr_t)p - 2 * step, (size_t)1 << ASH_LEAF_SHIFT);
		low = p;
		if ((uintptr_t)low < edge + step / 2 + 2 * step)
			break;
	}
	size_t rest = (uintptr_t)low - (edge + step / 2);
	must(mmap((char *)low - rest, rest, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
		     -1, 0) == (char *)low - rest);
	must(ash_chunk_start());

	unsigned below = 0, above = 0;
	while (stats().free) {
		uintptr_t p = (uintptr_t)alloc(1);
		below += p < edge;
		above += p >= edge;
	}
	must_f(below && above, "the first mapping does not lie across: %u, %u", below,
		above);
	must(ash_pagemap_leaf(edge - 1) && ash_pagemap_leaf(edge));
	must(ash_pagemap_leaf(edge - 1) != ash_pagemap_leaf(edge));
	must((void *)ash_pagemap_chunk(edge - 1) != (void *)ash_pagemap_chunk(edge));
	/* What is below one edge is not what is below the next. */
	must(ash_chunk_state(edge - 1) == ASH_UNIT_USED);
	must(ash_chunk_state(edge) == ASH_UNIT_USED);
	must(ash_chunk_state(edge + ((uintptr_t)1 << ASH_LEAF_SHIFT) - 1) ==
		ASH_UNIT_FOREIGN);
	must(ash_chunk_state(edge - ((uintptr_t)1 << ASH_LEAF_SHIFT)) ==
		ASH_UNIT_FOREIGN);
}
END_TEST

START_TEST(test_a_growing_heap_grows_in_geometric_steps)
{
	for (int i = 0; i < 4000; i++) /* 250 MiB */
		alloc(1);
	struct ash_region_stats s = stats();
	ck_assert_uint_le(s.maps, 80);
	ck_assert_uint_le(s.free, s.mapped / 8 + ASH_CHUNK);
}
END_TEST

START_TEST(test_steps_of_growth_can_be_limited)
{
	struct ash_region_stats before, after;
	must(ash_chunk_step_max() == ASH_STEP_MAX);
	must(!ash_chunk_set_step_max(0) && !ash_chunk_set_step_max((512 << 10) - 1));
	must(ash_chunk_step_max() == ASH_STEP_MAX);
	must(ash_chunk_set_step_max(SIZE_MAX) && ash_chunk_step_max() == ASH_STEP_MAX);
	must(ash_chunk_set_step_max(4 << 20) && ash_chunk_step_max() == 4 << 20);
	must(ash_chunk_alloc(ASH_RUN_MAX, 1, false, NULL)); /* more than a step */
	for (int i = 0; i < 3; i++)
		must(ash_chunk_alloc(ASH_RUN_MAX, 1, false, NULL));
	ash_chunk_stats(&before);
	for (int i = 0; i < 64; i++) /* 128 MiB: an eighth would be 16 and more */
		must(ash_chunk_alloc(32, 1, false, NULL));
	ash_chunk_stats(&after);
	must_f(after.maps - before.maps >= 30 && after.maps - before.maps <= 34, "%zu", after.maps - before.maps);
}
END_TEST

/* ---- placement */

START_TEST(test_runs_are_aligned_as_asked_and_short_ones_lie_in_one_chunk)
{
	for (size_t align = 1; align <= 32; align *= 2) {
		for (size_t units = 1; units <= 70; units++) {
			char *p = ash_chunk_alloc(units, align, false, NULL);
			must(p != NULL);
			uintptr_t rest = (uintptr_t)p & (align * ASH_UNIT - 1);
			must_f(rest == 0, "%zu units, align %zu", units, align);
			must_f(units > 32 || inside_one_chunk(p, units),
				"%zu units, align %zu", units, align);
		}
	}
}
END_TEST

START_TEST(test_long_runs_begin_with_a_chunk)
{
	for (size_t units = 33; units <= ASH_RUN_MAX; units += 7) {
		uintptr_t rest = (uintptr_t)alloc(units) & (ASH_CHUNK - 1);
		must_f(rest == 0, "%zu units", units);
	}
}
END_TEST

START_TEST(test_freed_neighbours_become_one_in_whatever_order)
{
	struct rng r = rng_start("chunk", 0);
	char *p = fresh_chunks(1);
	use_up_free_units();
	for (int round = 0; round < 100; round++) {
		uint32_t left = UINT32_MAX;
		while (left) {
			size_t i = rng_below(&r, 32);
			if (left >> i & 1)
				ash_chunk_free(p + i * ASH_UNIT, 1);
			left &= ~((uint32_t)1 << i);
		}
		size_t mapped = stats().mapped;
		must(alloc(32) == p);
		must(stats().mapped == mapped);
	}
}
END_TEST

START_TEST(test_a_run_may_be_freed_in_parts)
{
	char *p = fresh_chunks(1);
	use_up_free_units();
	ash_chunk_free(p + 8 * ASH_UNIT, 16);
	must(alloc(16) == p + 8 * ASH_UNIT);
	ash_chunk_free(p, 32);
	must(alloc(32) == p);
}
END_TEST

START_TEST(test_freed_chunks_in_a_row_become_one_span)
{
	char *p = fresh_chunks(6);
	use_up_free_units();
	static const unsigned char order[] = {3, 0, 5, 1, 4, 2};
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		ash_chunk_free(p + order[i] * ASH_CHUNK, 32);
	size_t mapped = stats().mapped;
	must(alloc(6 * 32) == p);
	must(stats().mapped == mapped && stats().free == 0);
}
END_TEST

START_TEST(test_a_short_run_takes_the_fullest_chunk_it_fits)
{
	char *p = fresh_chunks(8);
	use_up_free_units();
	/* Free 20, 3, 10 and 32 units, each in a chunk of its own, the neighbours stay taken. */
	ash_chunk_free(p, 20);
	ash_chunk_free(p + 2 * ASH_CHUNK, 3);
	ash_chunk_free(p + 4 * ASH_CHUNK, 10);
	ash_chunk_free(p + 6 * ASH_CHUNK, 32);
	must(chunk_of(alloc(1)) == chunk_of(p + 2 * ASH_CHUNK));
	must(chunk_of(alloc(4)) == chunk_of(p + 4 * ASH_CHUNK));
	must(chunk_of(alloc(2)) == chunk_of(p + 2 * ASH_CHUNK));
	must(chunk_of(alloc(12)) == chunk_of(p));
	must(chunk_of(alloc(9)) == chunk_of(p + 6 * ASH_CHUNK));
}
END_TEST

START_TEST(test_a_long_run_takes_the_shortest_span_it_fits)
{
	char *p = fresh_chunks(12);
	use_up_free_units();
	ash_chunk_free(p, 5 * 32);                 /* chunks 0 to 4 */
	ash_chunk_free(p + 6 * ASH_CHUNK, 2 * 32); /* 6 and 7 */
	ash_chunk_free(p + 9 * ASH_CHUNK, 3 * 32); /* 9 to 11 */
	must(alloc(2 * 32) == p + 6 * ASH_CHUNK);
	must(alloc(3 * 32) == p + 9 * ASH_CHUNK);
	must(alloc(3 * 32) == p);
	must(alloc(2 * 32) == p + 3 * ASH_CHUNK);
	must(stats().free == 0);
}
END_TEST

static int by_address(const void *a, const void *b)
{
	uintptr_t p = (uintptr_t) * (char *const *)a, q = (uintptr_t) * (char *const *)b;
	return p < q ? -1 : p > q;
}

/* The longest runs there are, n of them side by side; the lowest one's address. The kernel puts most
 * mappings beside the last one, but for what fits into a hole above. */
static char *adjacent_runs(size_t n)
{
	enum { MOST = 64 };
	char *run[MOST];
	for (size_t have = 1; have <= MOST; have++) {
		run[have - 1] = alloc(ASH_RUN_MAX);
		qsort(run, have, sizeof run[0], by_address);
		for (size_t i = 1, row = 1; i < have && row < n; i++) {
			row = run[i] == run[i - 1] + ASH_RUN_MAX * ASH_UNIT ? row + 1 : 1;
			if (row == n)
				return run[i + 1 - n];
		}
	}
	ck_abort_msg("%u runs, and never %zu side by side", MOST, n);
	return NULL;
}

/* Spans of 32 chunks and more share one list: the shortest there is the best, too. */
START_TEST(test_a_long_run_takes_the_shortest_of_long_spans)
{
	enum { RUNS = 8 };
	if (emulated())
		return; /* it does not put mappings side by side */
	const size_t bytes = ASH_RUN_MAX * ASH_UNIT; /* 16 chunks */
	char *low = adjacent_runs(RUNS);
	use_up_free_units();
	for (size_t i = 0; i < RUNS; i++)
		if (i != 3)
			ash_chunk_free(low + i * bytes, ASH_RUN_MAX);
	char *p = alloc(ASH_RUN_MAX); /* from 48 chunks in front or 64 behind */
	must(p >= low && p < low + 3 * bytes);
}
END_TEST

START_TEST(test_dirty_units_are_used_before_clean_ones)
{
	char *p = fresh_chunks(1); /* all of it dirty by now, as far as anybody knows */
	ash_chunk_trim();
	use_up_free_units();
	ash_chunk_free(p + 4 * ASH_UNIT, 4);
	ash_chunk_trim();
	ash_chunk_free(p + 20 * ASH_UNIT, 4);
	bool clean = true;
	must(ash_chunk_alloc(2, 1, false, &clean) == p + 20 * ASH_UNIT && !clean);
	must(ash_chunk_alloc(3, 1, false, &clean) == p + 4 * ASH_UNIT && clean);
}
END_TEST

START_TEST(test_a_long_run_leaves_the_rest_of_its_last_chunk_to_others)
{
	char *p = fresh_chunks(2);
	use_up_free_units();
	ash_chunk_free(p, 64);
	must(alloc(40) == p);
	must(alloc(24) == p + 40 * ASH_UNIT);
	must(stats().free == 0);
}
END_TEST

/* The tail's chunk is shared, so the place is not a span: it must be found all the same. */
START_TEST(test_a_long_run_finds_the_place_its_like_left)
{
	for (size_t units = 33; units < 96; units++) {
		char *p = alloc(units);
		use_up_free_units();
		ash_chunk_free(p, units);
		size_t mapped = stats().mapped;
		must_f(alloc(units) == p, "%zu units", units);
		must_f(stats().mapped == mapped, "%zu units", units);
	}
}
END_TEST

/* ---- extending */

START_TEST(test_a_run_grows_in_place_over_what_is_free)
{
	char *p = fresh_chunks(3);
	use_up_free_units();
	ash_chunk_free(p + 4 * ASH_UNIT, 92);
	static const size_t sizes[] = {5, 17, 32, 33, 50, 64, 90, 96};
	size_t have = 4;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		must_f(ash_chunk_extend(p, have, sizes[i], false, NULL), "%zu to %zu", have,
			sizes[i]);
		have = sizes[i];
		must(ash_chunk_state((uintptr_t)p + have * ASH_UNIT - 1) ==
			ASH_UNIT_USED);
		must(stats().free == (96 - have) * ASH_UNIT);
	}
}
END_TEST

START_TEST(test_a_run_does_not_grow_over_what_is_taken)
{
	char *p = fresh_chunks(3);
	use_up_free_units();
	ash_chunk_free(p + 4 * ASH_UNIT, 60);
	ash_chunk_free(p + 65 * ASH_UNIT, 10);
	must(!ash_chunk_extend(p, 4, 65, false, NULL));
	must(!ash_chunk_extend(p, 4, 70, false, NULL));
	must(stats().free == 70 * ASH_UNIT);
	must(ash_chunk_extend(p, 4, 64, false, NULL));
	must(!ash_chunk_extend(p, 64, 65, false, NULL));
}
END_TEST

START_TEST(test_a_run_does_not_grow_over_what_is_not_ours)
{
	char *first = alloc(1);
	/* The end of the first mapping lies inside some chunk. */
	char *p = first;
	size_t units = 1;
	while (ash_chunk_extend(p, units, units + 1, false, NULL))
		units++;
	must(units < 32);
	enum ash_unit_state behind = ash_chunk_state((uintptr_t)p + units * ASH_UNIT);
	must(behind == ASH_UNIT_FOREIGN);
}
END_TEST

START_TEST(test_a_run_does_not_grow_beyond_the_longest)
{
	if (emulated())
		return; /* it does not put mappings side by side */
	/* Two of the longest, one behind the other: the second one's place is free for the first. */
	char *run[20], *first = NULL;
	for (size_t i = 0; i < ARRAY_LEN(run); i++) {
		run[i] = alloc(ASH_RUN_MAX);
		for (size_t k = 0; k < i; k++)
			if (run[k] == run[i] + ASH_RUN_MAX * ASH_UNIT)
				first = run[i];
	}
	must(first != NULL);
	ash_chunk_free(first + ASH_RUN_MAX * ASH_UNIT, ASH_RUN_MAX);
	must(!ash_chunk_extend(first, ASH_RUN_MAX, ASH_RUN_MAX + 1, false, NULL));
	ash_chunk_free(first + (ASH_RUN_MAX - 1) * ASH_UNIT, 1);
	must(!ash_chunk_extend(first, ASH_RUN_MAX - 1, ASH_RUN_MAX + 1, false, NULL));
	must(ash_chunk_extend(first, ASH_RUN_MAX - 1, ASH_RUN_MAX, false, NULL));
}
END_TEST

/* ---- content */

START_TEST(test_zeroed_runs_are_zero_in_fresh_and_in_used_memory)
{
	struct rng r = rng_start("chunk", 0);
	for (int i = 0; i < 100; i++) {
		size_t units = 1 + rng_below(&r, 80), other = 1 + rng_below(&r, 80);
		char *p = ash_chunk_alloc(units, 1, true, NULL), *q = alloc(other);
		must(p != NULL);
		dirty(q, other * ASH_UNIT);
		must_f(all_zero(p, units * ASH_UNIT), "%zu units", units);
		dirty(p, units * ASH_UNIT);
		ash_chunk_free(q, other);
		if (rng_below(&r, 3)) /* some part of it stays dirty */
			ash_chunk_free(p, units);
		if (rng_below(&r, 10) == 0)
			ash_chunk_trim();
	}
}
END_TEST

START_TEST(test_what_a_run_is_extended_with_is_zero_when_asked_for)
{
	char *p = fresh_chunks(3);
	use_up_free_units();
	memset(p, 0xa5, 96 * ASH_UNIT);
	ash_chunk_free(p + 20 * ASH_UNIT, 20);
	ash_chunk_trim();
	ash_chunk_free(p + 10 * ASH_UNIT, 10);
	ash_chunk_free(p + 40 * ASH_UNIT, 56);
	must(ash_chunk_extend(p, 10, 96, true, NULL));
	must(all_zero(p + 10 * ASH_UNIT, 86 * ASH_UNIT));
	for (size_t i = 0; i < 10 * ASH_UNIT; i++)
		must(p[i] == (char)0xa5);
}
END_TEST

START_TEST(test_a_clean_run_reads_as_zero_and_costs_no_memory)
{
	struct rng r = rng_start("chunk", 0);
	unsigned cleans = 0;
	for (int i = 0; i < 150; i++) {
		size_t units = 1 + rng_below(&r, 40);
		bool clean;
		char *p = ash_chunk_alloc(units, 1, false, &clean);
		must(p != NULL);
		if (clean) {
			must_f(resident_pages(p, units * ASH_UNIT) == 0, "%zu units",
				units);
			must_f(all_zero(p, units * ASH_UNIT), "%zu units", units);
			cleans++;
		}
		dirty(p, units * ASH_UNIT);
		if (rng_below(&r, 2))
			ash_chunk_free(p, units);
		if (rng_below(&r, 10) == 0)
			ash_chunk_trim();
	}
	must(cleans > 10);
}
END_TEST

/* ---- giving memory back */

START_TEST(test_trim_returns_what_is_free_and_nothing_else)
{
	char *kept = alloc_dirty(10), *p = alloc_dirty(40), *q = alloc_dirty(3);
	ash_chunk_set_decay(-1);
	size_t before = rss_now();
	ash_chunk_free(p, 40);
	ash_chunk_free(q, 3);
	must(resident_pages(p, 40 * ASH_UNIT) > 0);
	must(stats().dirty == 43 * ASH_UNIT);
	must(ash_chunk_trim() == 43 * ASH_UNIT);
	must(stats().dirty == 0);
	must(resident_pages(p, 40 * ASH_UNIT) == 0 &&
		resident_pages(q, 3 * ASH_UNIT) == 0);
	must(resident_pages(kept, 10 * ASH_UNIT) == 10 * ASH_UNIT / PAGE);
	must_f(growth(before, rss_now()) >= 30 * ASH_UNIT || SANITIZED, "%zu bytes",
		growth(before, rss_now()));
	must(all_zero(p, 40 * ASH_UNIT) && all_zero(q, 3 * ASH_UNIT));
	for (size_t i = 0; i < 10 * ASH_UNIT; i++)
		must(kept[i] == 0x5a);
	must(ash_chunk_trim() == 0);
}
END_TEST

START_TEST(test_trim_returns_the_rest_when_the_system_keeps_some)
{
	char *p = fresh_chunks(3);
	ash_chunk_trim();
	use_up_free_units();
	if (!lock_pages(p, PAGE))
		return;
	memset(p, 0x5a, 3 * ASH_CHUNK);
	ash_chunk_set_decay(-1);
	ash_chunk_free(p, 32); /* the oldest, and locked */
	ash_chunk_free(p + 2 * ASH_CHUNK, 32);
	must(ash_chunk_trim() == ASH_CHUNK);
	must(resident_pages(p + 2 * ASH_CHUNK, ASH_CHUNK) == 0);
	/* What stayed is still known to be dirty. */
	must(stats().dirty == ASH_CHUNK);
	char *q = ash_chunk_alloc(32, 1, true, NULL);
	must(q == p + 2 * ASH_CHUNK || q == p);
	q = ash_chunk_alloc(32, 1, true, NULL);
	must(q == p + 2 * ASH_CHUNK || q == p);
	must(all_zero(p, ASH_CHUNK) && all_zero(p + 2 * ASH_CHUNK, ASH_CHUNK));
}
END_TEST

START_TEST(test_release_unmaps_all_that_is_free)
{
	char *kept = alloc_dirty(3), *p = alloc_dirty(100), *q = alloc_dirty(10),
	     *r = alloc(20);
	ash_chunk_free(p, 100);
	ash_chunk_free(q, 10);
	ash_chunk_free(r, 20);
	struct ash_region_stats before = stats();
	must(ash_chunk_release() == before.free);
	must(all_unmapped(p, 100 * ASH_UNIT));
	must(all_unmapped(q, 10 * ASH_UNIT));
	must(all_unmapped(r, 20 * ASH_UNIT));
	must(ash_chunk_state((uintptr_t)p) == ASH_UNIT_FOREIGN);
	for (size_t i = 0; i < 3 * ASH_UNIT; i++)
		must(kept[i] == 0x5a);
	must(stats().mapped == 3 * ASH_UNIT && stats().free == 0 && stats().dirty == 0);
	must(ash_chunk_release() == 0);
}
END_TEST

static size_t mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	size_t n = 0;
	must(maps != NULL);
	for (int c; (c = getc(maps)) != EOF;)
		n += c == '\n';
	fclose(maps);
	return n;
}

/* Every hole splits a mapping, and a process without mappings left cannot start a thread. */
START_TEST(test_release_leaves_a_fragmented_process_its_mappings)
{
	enum { RUNS = 50000 };
	static char *run[RUNS];
	if (SANITIZED)
		return; /* the shadow's mappings count as well */
	for (size_t i = 0; i < RUNS; i++)
		run[i] = alloc(1);
	size_t mapped = stats().mapped;
	for (size_t i = 0; i < RUNS; i += 2)
		ash_chunk_free(run[i], 1);
	for (int i = 0; i < 5; i++)
		ash_chunk_release();
	must_f(mappings() < 12000, "%zu", mappings());
	struct ash_region_stats after = stats();
	must(after.mapped < mapped);
	must(after.free >= (RUNS / 2 - 12000) * ASH_UNIT); /* and what stayed can be used */
	while (stats().free)
		alloc(1);
	must(stats().mapped == after.mapped);
}
END_TEST

START_TEST(test_a_released_heap_begins_anew)
{
	for (int round = 0; round < 20; round++) {
		char *p = alloc_dirty(50), *q = alloc_dirty(5);
		ash_chunk_free(p, 50);
		ash_chunk_free(q, 5);
		must(ash_chunk_release() > 0);
		must(stats().mapped == 0);
	}
	must(ash_chunk_start());
	struct ash_region_stats s = stats();
	must_f(s.maps < 100, "%zu", s.maps);
}
END_TEST

START_TEST(test_decay_time_zero_returns_memory_as_it_is_freed)
{
	ash_chunk_set_decay(0);
	char *p = alloc_dirty(5);
	ash_chunk_free(p, 5);
	must(stats().dirty == 0);
	must(resident_pages(p, 5 * ASH_UNIT) == 0);
}
END_TEST

START_TEST(test_decay_time_minus_one_keeps_memory_until_trim)
{
	ash_chunk_set_decay(-1);
	size_t units = 2 * ASH_DECAY_CAP_MIN;
	char *p = alloc(units), *q = alloc(units);
	ash_chunk_free(p, units);
	ash_chunk_free(q, units);
	ash_chunk_tick();
	must(stats().dirty == 2 * units * ASH_UNIT);
	must(ash_chunk_trim() == 2 * units * ASH_UNIT);
}
END_TEST

START_TEST(test_memory_freed_long_ago_goes_at_a_tick)
{
	ash_chunk_set_decay(100);
	char *p = alloc_dirty(5), *q = alloc_dirty(40);
	ash_chunk_free(p, 5);
	must(stats().dirty == 5 * ASH_UNIT);
	sleep_ms(130);
	uint32_t now = ash_os_now_ms();
	ash_chunk_free(q, 40); /* is young, and in chunks of its own */
	ash_chunk_tick();
	bool young = ash_os_now_ms() - now < 90; /* unless the machine stood still */
	must(resident_pages(p, 5 * ASH_UNIT) == 0);
	must(!young || stats().dirty == 40 * ASH_UNIT);
	sleep_ms(130);
	ash_chunk_tick();
	must(stats().dirty == 0);
}
END_TEST

START_TEST(test_free_memory_above_the_cap_goes_at_once_oldest_first)
{
	ash_chunk_set_decay(1000000);
	enum { RUNS = 20 };
	char *run[RUNS];
	for (size_t i = 0; i < RUNS; i++) /* 40 MiB; the cap begins at 16 */
		run[i] = alloc_dirty(32);
	for (size_t i = 0; i < RUNS; i++)
		ash_chunk_free(run[i], 32);
	struct ash_region_stats s = stats();
	must(s.cap == ASH_DECAY_CAP_MIN * ASH_UNIT);
	must(s.dirty <= s.cap && s.dirty >= s.cap - ASH_CHUNK);
	must(resident_pages(run[0], ASH_CHUNK) == 0);
	must(resident_pages(run[RUNS - 1], ASH_CHUNK) == ASH_CHUNK / PAGE);
	must(s.purged_bytes == RUNS * ASH_CHUNK - s.dirty);
}
END_TEST

START_TEST(test_a_program_that_breathes_is_left_its_memory)
{
	enum { RUNS = 32 };
	size_t purged = 0;
	for (int round = 0; round < 20; round++) {
		char *run[RUNS];
		if (round == 10)
			purged = stats().purged_bytes;
		for (size_t i = 0; i < RUNS;
			i++) /* 64 MiB, freed and at once wanted again */
			run[i] = alloc(32);
		for (size_t i = 0; i < RUNS; i++)
			ash_chunk_free(run[i], 32);
	}
	must_f(stats().purged_bytes == purged, "%zu bytes in ten rounds",
		stats().purged_bytes - purged);
}
END_TEST

/* ---- chunks of huge pages */

/* Enough of a heap, all of it taken, that dense units ask for huge pages; then n of them. */
static void dense_units(char **unit, size_t n)
{
	bool clean, huge;
	for (size_t i = 0; i < 16 * MIB / ASH_UNIT; i++)
		must(ash_chunk_alloc_dense(&clean, &huge) != NULL && !huge);
	use_up_free_units();
	for (size_t i = 0; i < n; i++) {
		unit[i] = ash_chunk_alloc_dense(&clean, &huge);
		must(unit[i] != NULL && clean && huge);
		must(ash_pagemap_chunk((uintptr_t)unit[i])->huge);
	}
}

START_TEST(test_small_heaps_do_not_ask_for_huge_pages)
{
	bool clean, huge;
	while (stats().mapped < 14 * MIB) {
		char *p = ash_chunk_alloc_dense(&clean, &huge);
		must(p != NULL && !huge && !ash_pagemap_chunk((uintptr_t)p)->huge);
	}
}
END_TEST

START_TEST(test_dense_units_alone_make_a_heap_large)
{
	static char *unit[16 * MIB / ASH_UNIT];
	bool clean, huge;
	for (int i = 0; i < 32; i++)
		alloc(32);
	for (size_t i = 0; i < ARRAY_LEN(unit); i++) {
		unit[i] = ash_chunk_alloc_dense(&clean, &huge);
		must(unit[i] != NULL && !huge);
	}
	for (size_t i = 0; i < ARRAY_LEN(unit); i++)
		ash_chunk_free_dense(unit[i], false);
	ash_chunk_trim();
	use_up_free_units();
	must(ash_chunk_alloc_dense(&clean, &huge) != NULL && !huge);
}
END_TEST

START_TEST(test_other_runs_stay_away_from_chunks_of_huge_pages)
{
	static char *unit[40];
	dense_units(unit, ARRAY_LEN(unit));
	for (int i = 0; i < 100; i++)
		must(!ash_pagemap_chunk((uintptr_t)alloc(1))->huge);
}
END_TEST

START_TEST(test_dense_units_take_of_other_chunks_what_is_dirty)
{
	static char *unit[1];
	bool clean, huge;
	dense_units(unit, 1);
	char *p = alloc(2), *q = alloc_dirty(1);
	must(!ash_pagemap_chunk((uintptr_t)q)->huge);
	ash_chunk_free(q, 1);
	must(ash_chunk_alloc_dense(&clean, &huge) == q && !clean && !huge);
	char *r = ash_chunk_alloc_dense(&clean, &huge); /* clean ones are there, in the chunk of p */
	must(ash_pagemap_chunk((uintptr_t)r)->huge);
	must(chunk_of(r) != chunk_of(p));
}
END_TEST

START_TEST(test_chunks_of_huge_pages_are_purged_for_the_cap_when_most_of_them_is_free)
{
	enum { CHUNKS = 24 };
	static char *unit[CHUNKS * 32];
	ash_chunk_set_decay(INT32_MAX);
	dense_units(unit, ARRAY_LEN(unit));
	for (size_t i = 0; i < ARRAY_LEN(unit); i++)
		if (i % 32 < 20)
			ash_chunk_free(unit[i], 1);
	must(stats().purges == 0 && stats().dirty == CHUNKS * 20 * ASH_UNIT);
	must(stats().dirty > stats().cap);
	for (size_t i = 0; i < ARRAY_LEN(unit); i++)
		if (i % 32 >= 20 && i % 32 < 26)
			ash_chunk_free(unit[i], 1);
	must(stats().purges > 0 && stats().dirty <= stats().cap);
}
END_TEST

/* Whether the chunks that a fresh run of 3 fills have asked for huge pages. */
static bool run_is_huge(bool zero)
{
	char *p = ash_chunk_alloc(3 * 32 + 5, 1, zero, NULL);
	must(p != NULL && chunk_of(p) == (uintptr_t)p);
	bool huge = ash_pagemap_chunk((uintptr_t)p)->huge;
	must(ash_pagemap_chunk((uintptr_t)p + 2 * ASH_CHUNK)->huge == huge);
	must(!ash_pagemap_chunk((uintptr_t)p + 3 * ASH_CHUNK)->huge); /* in part only */
	return huge;
}

START_TEST(test_long_runs_get_huge_pages_in_programs_that_free_such_and_come_again)
{
	static char *unit[1];
	dense_units(unit, 1);
	must(!run_is_huge(false));
	for (int i = 0; i < 8; i++)
		ash_chunk_free(alloc(2 * 32), 2 * 32);
	ash_chunk_trim(); /* chunks with small pages in them keep those */
	must(run_is_huge(false));
	must(!run_is_huge(true)); /* who asks for zeroes may leave them so */
}
END_TEST

START_TEST(test_a_split_chunk_asks_again_when_it_is_used_from_empty)
{
	static char *unit[32];
	bool clean, huge;
	dense_units(unit, ARRAY_LEN(unit));
	struct chunk *c = ash_pagemap_chunk((uintptr_t)unit[0]);
	must(c == ash_pagemap_chunk((uintptr_t)unit[31]));
	memset(unit[5], 1, ASH_UNIT);
	memset(unit[20], 1, ASH_UNIT);
	ash_chunk_free(unit[5], 1);
	must(ash_chunk_trim() == ASH_UNIT);
	must(!c->huge && c->split);
	for (size_t i = 0; i < 32; i++)
		if (i != 5)
			ash_chunk_free(unit[i], 1);
	char *p = ash_chunk_alloc_dense(&clean, &huge);
	must(ash_pagemap_chunk((uintptr_t)p) == c);
	must(c->huge && !c->split);
	must(all_zero(unit[20], ASH_UNIT)); /* mapped anew */
}
END_TEST

START_TEST(test_dense_units_take_chunks_in_rows)
{
	static char *unit[1];
	size_t rows = 0;
	uintptr_t last = 0;
	bool clean, huge;
	dense_units(unit, 1);
	for (int i = 0; i < 100 * 32; i++) {
		uintptr_t c = chunk_of(ash_chunk_alloc_dense(&clean, &huge));
		rows += c != last && c != last + ASH_CHUNK && c != last - ASH_CHUNK;
		last = c;
		alloc(3);
	}
	must_f(rows < 30, "%zu rows of 100 chunks", rows);
}
END_TEST

START_TEST(test_chunks_set_aside_are_free_and_come_back)
{
	static char *unit[16 * 32 + 1];
	dense_units(unit, ARRAY_LEN(unit));
	while (!ash_region.row) {
		bool clean, huge;
		must(ash_chunk_alloc_dense(&clean, &huge) != NULL);
	}
	struct chunk *c = ash_region.row;
	size_t free_before = stats().free, mapped = stats().mapped;
	must(c->huge && free_before >= ash_region.row_chunks * ASH_CHUNK);
	must(ash_chunk_state(c->base) == ASH_UNIT_FREE);
	for (int i = 0; i < 100; i++)
		must(chunk_of(alloc(1)) != c->base);
	must(stats().mapped - mapped + free_before - stats().free == 100 * ASH_UNIT);
	must(ash_chunk_release() > 0);
	must(!ash_region.row && !c->owned && !c->huge);
}
END_TEST

START_TEST(test_neighbours_stop_asking_together)
{
	static char *unit[16 * 32];
	dense_units(unit, ARRAY_LEN(unit));
	struct chunk *c = NULL, *next = NULL;
	for (size_t i = 0; i < ARRAY_LEN(unit) && !(next && next->asks); i += 32) {
		c = ash_pagemap_chunk((uintptr_t)unit[i]);
		next = ash_pagemap_chunk(c->base + ASH_CHUNK);
		if (next && (next->free == UINT32_MAX || !next->huge || ash_pages_in_row(next)))
			next = NULL;
	}
	must(next && c->asks && next->asks);
	ash_chunk_purged_inside(c->base);
	must(!c->huge && !c->asks && c->split);
	must(next->huge && !next->asks && !next->split); /* it has its page already */
	must(!ash_region.row || ash_region.row->asks);
}
END_TEST

/* ---- large mappings */

START_TEST(test_a_mapping_is_aligned_zero_and_has_a_record)
{
	for (size_t align = 1; align <= 64 * MIB; align *= 2) {
		size_t len = 40 * MIB + ASH_UNIT;
		char *p = ash_chunk_map(len, align, true);
		must(p != NULL);
		uintptr_t rest =
			(uintptr_t)p & ((align > ASH_CHUNK ? align : ASH_CHUNK) - 1);
		must_f(rest == 0, "align %zu", align);
		must(ash_chunk_unit((uintptr_t)p) != NULL);
		must(p[0] == 0 && p[len - 1] == 0);
		p[0] = p[len - 1] = 1;
		ash_chunk_unmap(p, len);
		ash_chunk_trim();
		must(all_unmapped(p, PAGE) && all_unmapped(p + len - PAGE, PAGE));
	}
}
END_TEST

START_TEST(test_a_mapping_beyond_the_address_space_is_refused)
{
	must(ash_chunk_map(TOO_MUCH, ASH_UNIT, true) == NULL);
#if SIZE_MAX > UINT32_MAX /* else there may be such an address */
	must(ash_chunk_map((size_t)PTRDIFF_MAX - ASH_UNIT + 1, ASH_UNIT, true) == NULL);
	must(ash_chunk_map(ASH_UNIT, (size_t)1 << 48, true) == NULL);
	must(ash_chunk_map(ASH_UNIT, TOP_BIT, true) == NULL);
#endif
	must(alloc(1) != NULL);
}
END_TEST

START_TEST(test_a_mapping_that_grows_keeps_its_content_and_its_alignment)
{
	size_t len = 33 * MIB;
	char *p = ash_chunk_map(len, ASH_UNIT, true);
	must(p != NULL);
	for (size_t i = 0; i < len; i += PAGE)
		*(size_t *)(p + i) = i;
	for (int round = 0; round < 5; round++) {
		void *wall = mmap(p + len, PAGE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		must(wall != MAP_FAILED || errno == EEXIST); /* either way it must move */
		size_t more = len + 5 * MIB;
		char *q = ash_chunk_remap(p, len, more);
		must(q != NULL && q != p && ((uintptr_t)q & (ASH_CHUNK - 1)) == 0);
		must(ash_chunk_unit((uintptr_t)q) != NULL);
		must(all_unmapped(p, PAGE));
		p = q;
		for (size_t i = 0; i < len; i += PAGE)
			must(*(size_t *)(p + i) == (i < 33 * MIB ? i : 0));
		len = more;
		must(p[len - 1] == 0);
	}
}
END_TEST

START_TEST(test_a_mapping_that_shrinks_stays_and_gives_back_its_end)
{
	size_t len = 50 * MIB, less = 36 * MIB;
	char *p = ash_chunk_map(len, ASH_UNIT, true);
	must(p != NULL);
	p[0] = p[less - 1] = 1;
	must(ash_chunk_remap(p, len, less) == p);
	must(p[0] == 1 && p[less - 1] == 1);
	must(all_unmapped(p + less, PAGE) && all_unmapped(p + len - PAGE, PAGE));
}
END_TEST

/* Mapped and unmapped in vain so often, a mapping of that size is kept. */
static char *map_often(size_t len)
{
	for (int i = 0; i < 3; i++)
		ash_chunk_unmap(ash_chunk_map(len, ASH_UNIT, false), len);
	must(ash_region.kept_units == len / ASH_UNIT);
	return ash_region.maps_kept[0].at;
}

START_TEST(test_a_large_mapping_goes_at_once_and_one_that_is_wanted_again_is_kept)
{
	size_t len = 40 * MIB;
	char *p = ash_chunk_map(len, ASH_UNIT, false);
	ash_chunk_unmap(p, len);
	must(all_unmapped(p, PAGE) && ash_region.kept_units == 0);
	p = map_often(len);
	p[5] = 5;
	must(ash_chunk_map(len, ASH_UNIT, false) == p && p[5] == 5);
	must(ash_region.kept_units == 0);
}
END_TEST

START_TEST(test_a_kept_mapping_is_cut_to_what_is_asked_for)
{
	size_t len = 40 * MIB, less = 34 * MIB;
	char *p = map_often(len);
	p[5] = 5;
	must(ash_chunk_map(less, ASH_UNIT, false) == p && p[5] == 5);
	must(all_unmapped(p + less, PAGE) && all_unmapped(p + len - PAGE, PAGE));
	ash_chunk_unmap(p, less);
	char *z = ash_chunk_map(less, ASH_UNIT, true); /* not for zeroes */
	must(z != p && z[5] == 0 && ash_region.kept_units == less / ASH_UNIT);
}
END_TEST

/* One that is too small, or much too large: it would only cost memory. */
START_TEST(test_a_kept_mapping_that_does_not_suit_makes_room)
{
	map_often(40 * MIB);
	must(ash_chunk_map(55 * MIB, ASH_UNIT, false) != NULL && ash_region.kept_units == 0);
	map_often(90 * MIB);
	must(ash_chunk_map(40 * MIB, ASH_UNIT, false) != NULL && ash_region.kept_units == 0);
}
END_TEST

START_TEST(test_kept_mappings_go_with_time_and_when_all_is_to_go)
{
	size_t len = 40 * MIB;
	char *p = map_often(len);
	sleep_ms(ASH_DECAY_AGE_MS + 50);
	ash_chunk_tick();
	must(all_unmapped(p, PAGE) && ash_region.kept_units == 0);
	p = map_often(len);
	must(ash_chunk_trim() >= len && all_unmapped(p, PAGE) && ash_region.kept_units == 0);
	p = map_often(len);
	must(ash_chunk_release() >= len && all_unmapped(p, PAGE) && ash_region.kept_units == 0);
}
END_TEST

/* Also those of which there is no room in the table, and what is over the ceiling, the oldest first. */
START_TEST(test_kept_mappings_stay_below_the_ceiling)
{
	enum { COUNT = ASH_MAPS + 4 };
	size_t len = 33 * MIB;
	char *p[COUNT];
	ash_region.decay.cap = (COUNT + 1) * len / ASH_UNIT;
	ash_region.decay.sunk_at = ash_os_now_ms();
	for (int i = 0; i < COUNT; i++)
		must((p[i] = ash_chunk_map(len, ASH_UNIT, false)) != NULL);
	for (int i = 0; i < COUNT; i++)
		ash_chunk_unmap(p[i], len);
	must(ash_region.kept_units == ASH_MAPS * len / ASH_UNIT);
	for (int i = ASH_MAPS; i < COUNT; i++)
		must(all_unmapped(p[i], PAGE));
	ash_region.decay.cap = 2 * len / ASH_UNIT;
	ash_chunk_tick();
	must(ash_region.kept_units == 2 * len / ASH_UNIT);
}
END_TEST

/* ---- no memory */

START_TEST(test_without_memory_a_run_is_refused_and_the_heap_goes_on)
{
	if (SANITIZED)
		return; /* its shadow does not live under such a limit */
	char *p = alloc(20), *run[300];
	struct rlimit all;
	size_t n = 0;
	must(getrlimit(RLIMIT_AS, &all) == 0);
	limit_address_space(16 * MIB);
	while (n < ARRAY_LEN(run) && (run[n] = ash_chunk_alloc(1, 1, false, NULL)))
		n++;
	must_f(n >= 14 * 16 && n < ARRAY_LEN(run), "%zu units in 16 MiB", n);
	must(ash_chunk_alloc(200, 1, false, NULL) == NULL);
	must(ash_chunk_map(40 * MIB, ASH_UNIT, true) == NULL);
	ash_chunk_free(p, 20);
	must(ash_chunk_alloc(20, 1, false, NULL) == p);
	for (size_t i = 0; i < n; i++)
		ash_chunk_free(run[i], 1);
	/* The addresses are scattered; released, they serve for a run that had no place. */
	ash_chunk_release();
	must(ash_chunk_alloc(64, 1, false, NULL) != NULL);
	must(setrlimit(RLIMIT_AS, &all) == 0);
	must(ash_chunk_alloc(200, 1, false, NULL) != NULL);
}
END_TEST

START_TEST(test_a_step_that_does_not_fit_any_more_is_taken_smaller)
{
	if (SANITIZED)
		return;
	for (int i = 0; i < 2000; i++) /* steps of 15 MiB by now */
		alloc(1);
	use_up_free_units();
	limit_address_space(5 * MIB);
	must(ash_chunk_alloc(1, 1, false, NULL) != NULL);
	must(ash_chunk_alloc(8, 1, false, NULL) != NULL);
}
END_TEST

START_TEST(test_the_heap_starts_in_little_memory)
{
	if (SANITIZED)
		return;
	limit_address_space(600 * KIB);
	must(ash_chunk_start());
	must(ash_chunk_alloc(1, 1, false, NULL) != NULL);
}
END_TEST

START_TEST(test_the_heap_does_not_start_in_none_and_can_be_asked_again)
{
	if (SANITIZED)
		return;
	struct rlimit all;
	must(getrlimit(RLIMIT_AS, &all) == 0);
	limit_address_space(0);
	must(!ash_chunk_start());
	must(ash_chunk_alloc(1, 1, false, NULL) == NULL);
	must(setrlimit(RLIMIT_AS, &all) == 0);
	must(ash_chunk_start());
	must(ash_chunk_alloc(1, 1, false, NULL) != NULL);
}
END_TEST

/* ---- random operations against a model: who owns which unit */

enum { MODEL_RUNS = 120 };

struct model_run {
	char *at;
	size_t units;
	uint64_t tag;
};

/* The first and the last word of each unit tell whose it is: enough to see any overlap. Short runs
 * are marked page by page, so that all that may be dirty is. */
static size_t grain(size_t units)
{
	return units <= 4 ? PAGE : ASH_UNIT;
}

static void mark(const struct model_run *r, size_t from_unit)
{
	size_t step = grain(r->units);
	for (size_t i = from_unit * ASH_UNIT; i < r->units * ASH_UNIT; i += step) {
		*(uint64_t *)(r->at + i) = r->tag + i;
		*(uint64_t *)(r->at + i + step - 8) = ~(r->tag + i / ASH_UNIT);
	}
}

static void check_marks(const struct model_run *r)
{
	for (size_t i = 0; i < r->units; i++)
		must_f(*(uint64_t *)(r->at + i * ASH_UNIT) == r->tag + i * ASH_UNIT &&
				*(uint64_t *)(r->at + (i + 1) * ASH_UNIT - 8) ==
					~(r->tag + i),
			"unit %zu of %zu at %p", i, r->units, (void *)r->at);
}

static void must_be_zero(const char *p, size_t len)
{
	size_t step = grain(len / ASH_UNIT);
	for (size_t i = 0; i < len; i += step)
		must(*(uint64_t *)(p + i) == 0 && *(uint64_t *)(p + i + step - 8) == 0);
}

static size_t random_units(struct rng *r)
{
	size_t kind = rng_below(r, 20);
	return 1 + rng_below(r, kind < 12   ? 8
				: kind < 17 ? 32
				: kind < 19 ? 100
					    : ASH_RUN_MAX);
}

static void model_alloc(struct model_run *run, struct rng *r)
{
	bool zero = rng_below(r, 3) == 0, clean;
	size_t align = (size_t)1 << (rng_below(r, 4) ? 0 : rng_below(r, 6));
	run->units = random_units(r);
	run->tag = rng_next(r) & ~(uint64_t)7;
	run->at = ash_chunk_alloc(run->units, align, zero, &clean);
	must(run->at != NULL);
	uintptr_t rest = (uintptr_t)run->at & (align * ASH_UNIT - 1);
	must(rest == 0);
	if (zero || clean)
		must_be_zero(run->at, run->units * ASH_UNIT);
	mark(run, 0);
}

static void model_change(struct model_run *run, struct rng *r)
{
	size_t old = run->units;
	check_marks(run);
	switch (rng_below(r, 4)) {
	case 0: { /* longer */
		bool zero = rng_below(r, 2);
		size_t units = old + random_units(r);
		if (!ash_chunk_extend(run->at, old, units, zero, NULL))
			break;
		if (zero)
			must_be_zero(run->at + old * ASH_UNIT, (units - old) * ASH_UNIT);
		run->units = units;
		mark(run, old);
		break;
	}
	case 1: /* shorter */
		run->units = 1 + rng_below(r, old);
		if (old > run->units)
			ash_chunk_free(run->at + run->units * ASH_UNIT, old - run->units);
		break;
	default:
		ash_chunk_free(run->at, old);
		run->at = NULL;
	}
}

static size_t random_operations(struct rng *r, struct model_run *run, int count)
{
	size_t units = 0;
	for (int i = 0; i < count; i++) {
		struct model_run *one = &run[rng_below(r, MODEL_RUNS)];
		if (one->at)
			model_change(one, r);
		else
			model_alloc(one, r);
		size_t special = rng_below(r, 400);
		if (special == 0)
			ash_chunk_trim();
		else if (special == 1)
			ash_chunk_release();
		else if (special < 5)
			ash_chunk_tick();
	}
	for (size_t i = 0; i < MODEL_RUNS; i++) {
		if (!run[i].at)
			continue;
		check_marks(&run[i]);
		units += run[i].units;
		for (size_t u = 0; u < run[i].units; u++)
			must(ash_chunk_state((uintptr_t)run[i].at + u * ASH_UNIT) ==
				ASH_UNIT_USED);
	}
	return units;
}

START_TEST(test_random_runs_never_overlap_and_add_up)
{
	static struct model_run run[MODEL_RUNS];
	struct rng r = rng_start("chunk", 0);
	for (int round = 0; round < 10; round++) {
		size_t units = random_operations(&r, run, SANITIZED ? 50 : 150);
		struct ash_region_stats s = stats();
		must_f(s.mapped == s.free + units * ASH_UNIT,
			"%zu mapped, %zu free, %zu used", s.mapped, s.free,
			units * ASH_UNIT);
		must(s.dirty <= s.free);
	}
	for (size_t i = 0; i < MODEL_RUNS; i++)
		if (run[i].at)
			ash_chunk_free(run[i].at, run[i].units);
	must(stats().free == stats().mapped);
	must(ash_chunk_release() > 0);
	must(stats().mapped == 0);
}
END_TEST

static void *release_for_ever(void *stop)
{
	while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED)) {
		ash_chunk_release();
		ash_lock(&ash_region.lock);
		ash_region.holes = 0; /* there is a limit to them */
		ash_unlock(&ash_region.lock);
	}
	return stop;
}

/* The kernel hands the same addresses out again at once, before who unmapped them has noted that. */
START_TEST(test_addresses_that_were_released_and_came_again_are_in_use)
{
	static bool stop;
	pthread_t id[3];
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_create(&id[i], NULL, release_for_ever, &stop) == 0);
	for (int i = 0; i < (SANITIZED ? 500 : 10000); i++) {
		char *p = alloc(2);
		for (int looks = 0; looks < 20; looks++)
			must(ash_chunk_state((uintptr_t)p) == ASH_UNIT_USED &&
				ash_chunk_state((uintptr_t)p + ASH_UNIT) == ASH_UNIT_USED);
		ash_chunk_free(p, 2);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_join(id[i], NULL) == 0);
	ash_chunk_release();
	must(stats().free == stats().mapped);
}
END_TEST

static void *random_thread(void *stream)
{
	struct model_run *run = calloc(MODEL_RUNS, sizeof *run);
	struct rng r = rng_start("chunk", 1 + (unsigned)(uintptr_t)stream);
	must(run != NULL);
	size_t units = random_operations(&r, run, SANITIZED ? 50 : 300);
	free(run);
	return (void *)units;
}

START_TEST(test_random_runs_of_several_threads_never_overlap_and_add_up)
{
	pthread_t id[4];
	size_t units = 0;
	rng_start("chunk", 0);
	for (uintptr_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_create(&id[i], NULL, random_thread, (void *)i) == 0);
	for (size_t i = 0; i < ARRAY_LEN(id); i++) {
		void *sum;
		must(pthread_join(id[i], &sum) == 0);
		units += (size_t)sum;
	}
	struct ash_region_stats s = stats();
	must_f(s.mapped == s.free + units * ASH_UNIT, "%zu mapped, %zu free, %zu used",
		s.mapped, s.free, units * ASH_UNIT);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_what_is_known_of_free_units_is_forgotten_when_they_are_taken,
		test_the_first_run_costs_one_mapping,
		test_start_maps_once,
		test_an_untouched_heap_costs_next_to_no_memory,
		test_a_first_mapping_across_4_gib_is_known_on_both_sides,
		test_a_growing_heap_grows_in_geometric_steps,
		test_steps_of_growth_can_be_limited,
		test_runs_are_aligned_as_asked_and_short_ones_lie_in_one_chunk,
		test_long_runs_begin_with_a_chunk,
		test_freed_neighbours_become_one_in_whatever_order,
		test_a_run_may_be_freed_in_parts,
		test_freed_chunks_in_a_row_become_one_span,
		test_a_short_run_takes_the_fullest_chunk_it_fits,
		test_a_long_run_takes_the_shortest_span_it_fits,
		test_a_long_run_takes_the_shortest_of_long_spans,
		test_dirty_units_are_used_before_clean_ones,
		test_a_long_run_leaves_the_rest_of_its_last_chunk_to_others,
		test_a_long_run_finds_the_place_its_like_left,
		test_a_run_grows_in_place_over_what_is_free,
		test_a_run_does_not_grow_over_what_is_taken,
		test_a_run_does_not_grow_over_what_is_not_ours,
		test_a_run_does_not_grow_beyond_the_longest,
		test_zeroed_runs_are_zero_in_fresh_and_in_used_memory,
		test_what_a_run_is_extended_with_is_zero_when_asked_for,
		test_a_clean_run_reads_as_zero_and_costs_no_memory,
		test_trim_returns_what_is_free_and_nothing_else,
		test_trim_returns_the_rest_when_the_system_keeps_some,
		test_release_unmaps_all_that_is_free,
		test_release_leaves_a_fragmented_process_its_mappings,
		test_a_released_heap_begins_anew,
		test_decay_time_zero_returns_memory_as_it_is_freed,
		test_decay_time_minus_one_keeps_memory_until_trim,
		test_memory_freed_long_ago_goes_at_a_tick,
		test_free_memory_above_the_cap_goes_at_once_oldest_first,
		test_a_program_that_breathes_is_left_its_memory,
		test_small_heaps_do_not_ask_for_huge_pages,
		test_dense_units_alone_make_a_heap_large,
		test_other_runs_stay_away_from_chunks_of_huge_pages,
		test_dense_units_take_of_other_chunks_what_is_dirty,
		test_chunks_of_huge_pages_are_purged_for_the_cap_when_most_of_them_is_free,
		test_long_runs_get_huge_pages_in_programs_that_free_such_and_come_again,
		test_a_split_chunk_asks_again_when_it_is_used_from_empty,
		test_dense_units_take_chunks_in_rows,
		test_chunks_set_aside_are_free_and_come_back,
		test_neighbours_stop_asking_together,
		test_a_mapping_is_aligned_zero_and_has_a_record,
		test_a_mapping_beyond_the_address_space_is_refused,
		test_a_mapping_that_grows_keeps_its_content_and_its_alignment,
		test_a_mapping_that_shrinks_stays_and_gives_back_its_end,
		test_a_large_mapping_goes_at_once_and_one_that_is_wanted_again_is_kept,
		test_a_kept_mapping_is_cut_to_what_is_asked_for,
		test_a_kept_mapping_that_does_not_suit_makes_room,
		test_kept_mappings_go_with_time_and_when_all_is_to_go,
		test_kept_mappings_stay_below_the_ceiling,
		test_without_memory_a_run_is_refused_and_the_heap_goes_on,
		test_a_step_that_does_not_fit_any_more_is_taken_smaller,
		test_the_heap_starts_in_little_memory,
		test_the_heap_does_not_start_in_none_and_can_be_asked_again,
		test_random_runs_never_overlap_and_add_up,
		test_addresses_that_were_released_and_came_again_are_in_use,
		test_random_runs_of_several_threads_never_overlap_and_add_up,
	};

	unit_start();
	return run_tests("chunk", 60, tests, ARRAY_LEN(tests));
}
