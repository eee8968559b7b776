/* Slabs: which blocks they hand out, what their bitmaps know, and which pages they can give back.
 *
 * A model keeps, for each block, whether it is out; the slab must agree after every step. Freeing
 * is the shard's part of the work (heap/shard.c): give_back() does what it does. */
#include "unit.h"
#include "base/bits.h"
#include "slab/slab.h"

struct model {
	struct slab *s;
	size_t size, capacity, nlive;
	bool live[ASH_UNIT / 16];
};

static void begin(struct model *m, unsigned class)
{
	memset(m, 0, sizeof *m);
	m->s = ash_slab_create(ASH_ENTRY_OF(3, class), NULL);
	must(m->s != NULL);
	m->size = ash_class_size[class];
	m->capacity = ASH_UNIT / m->size;
}

static void give_back(struct model *m, size_t i)
{
	must(m->live[i]);
	m->live[i] = false;
	m->nlive--;
	bool was_free = ash_bit_set(&m->s->bits[i / 64], i);
	must(!was_free);
	m->s->first = 0;
	m->s->countdown--;
}

static void give_back_all(struct model *m)
{
	for (size_t i = 0; i < m->capacity; i++)
		if (m->live[i])
			give_back(m, i);
}

/* Leaves the unit clean, so that the next slab begins as the first did. */
static void end(struct model *m)
{
	give_back_all(m);
	ash_slab_destroy(m->s);
	ash_chunk_trim();
}

/* The n lowest free blocks must come, the lowest in end[-1]. Returns the row of absent pages. */
static struct page_row take_ahead(struct model *m, size_t n, unsigned ahead)
{
	void *block[ASH_UNIT / 16];
	struct page_row absent = {NULL, 0};
	char *base = ash_slab_base(m->s);
	ash_slab_take(m->s, block + n, n, ahead, &absent);
	size_t next = 0;
	for (size_t k = 0; k < n; k++) {
		while (m->live[next])
			next++;
		must_f(block[n - 1 - k] == base + next * m->size, "block %zu of size %zu",
			next, m->size);
		m->live[next] = true;
		m->nlive++;
	}
	must(ash_slab_nfree(m->s) == m->capacity - m->nlive);
	return absent;
}

static void take(struct model *m, size_t n)
{
	take_ahead(m, n, 0);
}

/* Each bit beyond the last block is set: it is no block's, and a free there is found out. */
static void check_bits(const struct model *m)
{
	size_t bits = (m->capacity + 63) / 64 * 64;
	for (size_t i = 0; i < bits; i++) {
		bool free = m->s->bits[i / 64] >> (i & 63) & 1;
		must_f(free == (i >= m->capacity || !m->live[i]), "block %zu of size %zu",
			i, m->size);
	}
}

/* Pages of which no byte belongs to a block that is out. */
static uint32_t pages_without_live_block(const struct model *m)
{
	uint32_t busy = 0;
	for (size_t i = 0; i < m->capacity; i++)
		if (m->live[i])
			for (size_t at = i * m->size; at < (i + 1) * m->size; at++)
				busy |= (uint32_t)1 << (at >> ash_os.page_shift);
	return ~busy & (uint32_t)((1ull << (ASH_UNIT >> ash_os.page_shift)) - 1);
}

START_TEST(test_a_new_slab_is_free_and_known_to_the_page_map)
{
	static struct model m;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		uintptr_t base = (uintptr_t)ash_slab_base(m.s),
			  offset = base & (ASH_UNIT - 1);
		must(offset == 0);
		must(ash_slab_nfree(m.s) == m.capacity && m.s->capacity == m.capacity);
		must(m.s->class == c && m.s->kind == UNIT_SLAB);
		check_bits(&m);
		for (size_t at = 0; at < ASH_UNIT; at += 4096) {
			must(ash_pagemap_get(base + at) == ASH_ENTRY_OF(3, c));
			must(ash_slab_at(base + at) == m.s);
			must(ash_slab_in(ash_pagemap_leaf(base), base + at) == m.s);
		}
	}
}
END_TEST

START_TEST(test_a_destroyed_slab_is_forgotten_and_its_unit_free)
{
	static struct model m;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		uintptr_t base = (uintptr_t)ash_slab_base(m.s);
		take(&m, m.capacity);
		give_back_all(&m);
		must(ash_chunk_state(base) == ASH_UNIT_USED);
		ash_slab_destroy(m.s);
		must(ash_pagemap_get(base) == 0);
		must(m.s->kind == UNIT_NONE);
		must(ash_chunk_state(base) == ASH_UNIT_FREE);
	}
}
END_TEST

START_TEST(test_every_block_comes_once_in_address_order)
{
	static struct model m;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		take(&m, m.capacity);
		must(ash_slab_nfree(m.s) == 0);
		check_bits(&m);
	}
}
END_TEST

START_TEST(test_blocks_come_once_in_portions_of_any_size)
{
	static struct model m;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		for (size_t n = 1; m.nlive < m.capacity; n = n * 5 / 3 + 1)
			take(&m, n < m.capacity - m.nlive ? n : m.capacity - m.nlive);
		check_bits(&m);
	}
}
END_TEST

START_TEST(test_freed_blocks_come_again_lowest_first)
{
	static struct model m;
	struct rng r = rng_start("slab", 0);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		for (int i = 0; i < 50; i++) {
			if (m.nlive < m.capacity)
				take(&m, 1 + rng_below(&r, m.capacity - m.nlive));
			size_t holes = rng_below(&r, 4);
			for (size_t k = 0; k < m.capacity; k++)
				if (m.live[k] && rng_below(&r, 4) < holes)
					give_back(&m, k);
			must(ash_slab_nfree(m.s) == m.capacity - m.nlive);
			check_bits(&m);
		}
	}
}
END_TEST

/* Whole words, parts of them, and rows over several. */
START_TEST(test_a_row_is_freed_at_once_or_not_at_all)
{
	static struct model m;
	struct rng r = rng_start("slab", 1);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		for (int i = 0; i < 100; i++) {
			take(&m, m.capacity - m.nlive);
			size_t first = rng_below(&r, m.capacity);
			size_t n = 1 + rng_below(&r, m.capacity - first);
			size_t taken = first + rng_below(&r, n);
			give_back(&m, taken);
			must(!ash_slab_free_row(m.s, first, n));
			check_bits(&m);
			take(&m, 1);
			must(ash_slab_free_row(m.s, first, n));
			memset(m.live + first, false, n);
			m.nlive -= n;
			m.s->countdown -= (uint32_t)n;
			m.s->first = 0;
			check_bits(&m);
		}
		end(&m);
	}
}
END_TEST

START_TEST(test_the_level_changes_when_the_countdown_ends_and_not_what_is_free)
{
	static struct model m;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		take(&m, m.capacity);
		ash_slab_set_level(m.s, (unsigned)m.capacity);
		must(ash_slab_nfree(m.s) == 0 && m.s->countdown == m.capacity);
		give_back(&m, 0);
		must(ash_slab_nfree(m.s) == 1 && m.s->countdown == m.capacity - 1);
		ash_slab_set_level(m.s, 2);
		must(ash_slab_nfree(m.s) == 1 && m.s->countdown == 1);
		give_back(&m, 1);
		must(m.s->countdown == 0);
		ash_slab_set_level(m.s, ASH_LEVEL_NEVER);
		must(ash_slab_nfree(m.s) == 2 && m.s->countdown == ASH_LEVEL_NEVER - 2u);
	}
}
END_TEST

/* ---- pages */

static void touch(const struct model *m)
{
	memset(ash_slab_base(m->s), 0x5a, ASH_UNIT);
}

/* Whether a slab that was touched as a whole offers just the pages without a live block. */
static void check_idle_pages(unsigned class, struct rng *r)
{
	static struct model m;
	begin(&m, class);
	/* Nothing is backed yet, and what follows the last block never will be. */
	uint32_t reached = (2u << ((m.capacity * m.size - 1) >> ash_os.page_shift)) - 1;
	must(ash_slab_idle_pages(m.s) == 0);
	take(&m, m.capacity);
	must(ash_slab_idle_pages(m.s) == 0);
	for (int i = 0; i < 20; i++) {
		size_t keep = 1 + rng_below(r, m.capacity);
		for (size_t k = 0; k < m.capacity; k++)
			if (m.live[k] &&
				rng_below(r, m.capacity) >= keep / (i % 3 ? 1 : 8))
				give_back(&m, k);
		uint32_t expected = pages_without_live_block(&m) & reached;
		must_f(ash_slab_idle_pages(m.s) == expected, "size %zu", m.size);
		if (m.nlive < m.capacity)
			take(&m, m.capacity - m.nlive);
	}
	give_back_all(&m);
	must(ash_slab_idle_pages(m.s) == reached);
	end(&m);
}

START_TEST(test_idle_pages_are_those_without_a_live_block)
{
	struct rng r = rng_start("slab", 0);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		check_idle_pages(c, &r);
}
END_TEST

START_TEST(test_idle_pages_are_right_for_larger_pages_too)
{
	struct rng r = rng_start("slab", 0);
	for (ash_os.page_shift = 14; ash_os.page_shift <= 16; ash_os.page_shift += 2) {
		ash_os.page_size = (size_t)1 << ash_os.page_shift;
		for (unsigned c = 0; c < ASH_CLASSES; c++)
			check_idle_pages(c, &r);
	}
}
END_TEST

START_TEST(test_purged_pages_cost_nothing_and_live_blocks_keep_their_content)
{
	static struct model m;
	struct rng r = rng_start("slab", 0);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		char *base = ash_slab_base(m.s);
		take(&m, m.capacity);
		touch(&m);
		size_t dense = rng_below(&r, 20);
		for (size_t i = 0; i < m.capacity; i++) {
			if (rng_below(&r, 20) >= dense / 4)
				give_back(&m, i);
			else
				fill(base + i * m.size, 0, m.size, i);
		}
		uint32_t idle = ash_slab_idle_pages(m.s);
		size_t n = (size_t)__builtin_popcount(idle), page = ash_os.page_size;
		must(resident_pages(base, ASH_UNIT) == ASH_UNIT / page);
		must(ash_slab_purge(m.s, idle) == n * page);
		must(resident_pages(base, ASH_UNIT) == ASH_UNIT / page - n);
		must(ash_slab_idle_pages(m.s) == 0);
		for (size_t i = 0; i < m.capacity; i++)
			must_f(!m.live[i] || holds(base + i * m.size, m.size, i),
				"size %zu", m.size);
		for (size_t i = 0; i < ASH_UNIT / page; i++)
			must(!(idle >> i & 1) || all_zero(base + i * page, page));
	}
}
END_TEST

/* Blocks that come in address order name each page of a new slab once, when they reach it, and with it
 * as many of those behind it as are asked for. */
START_TEST(test_pages_of_a_new_slab_are_named_in_rows)
{
	if (one_page_slabs())
		return;
	static struct model m;
	struct rng r = rng_start("slab", 0);
	for (unsigned c = 0; c < ASH_CLASSES && ash_class_size[c] <= 16384; c++) {
		begin(&m, c);
		size_t page = ash_os.page_size, named = 0;
		while (m.nlive < m.capacity) {
			size_t n = 1 + rng_below(&r, m.capacity - m.nlive);
			unsigned ahead = (unsigned)rng_below(&r, 17);
			struct page_row row = take_ahead(&m, n, ahead);
			size_t reached = (m.nlive * m.size + page - 1) / page;
			if (reached <= named) {
				must(row.len == 0);
				continue;
			}
			size_t to = named + ahead > reached ? named + ahead : reached;
			if (to > ASH_UNIT / page)
				to = ASH_UNIT / page;
			must_f(row.at == ash_slab_base(m.s) + named * page &&
					row.len == (to - named) * page,
				"size %zu: %zu pages, not %zu", m.size, row.len / page,
				to - named);
			named = to;
		}
		end(&m);
	}
}
END_TEST

START_TEST(test_rows_end_where_pages_are_there)
{
	if (one_page_slabs())
		return;
	static struct model m;
	size_t page = ash_os.page_size, per_page = page / 64;
	begin(&m, 3); /* 64 bytes */
	take(&m, m.capacity);
	touch(&m);
	give_back_all(&m);
	must(ash_slab_purge(m.s, 0xe) == 3 * page);
	must(take_ahead(&m, per_page, 16).len == 0);
	struct page_row row = take_ahead(&m, per_page, 16);
	must(row.at == ash_slab_base(m.s) + page && row.len == 3 * page);
	must(take_ahead(&m, 14 * per_page, 16).len == 0);
}
END_TEST

/* What such blocks do not use are whole pages, which cost nothing. */
START_TEST(test_pages_of_large_blocks_are_not_named)
{
	static struct model m;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		if (ash_class_size[c] <= 16384)
			continue;
		begin(&m, c);
		must(take_ahead(&m, m.capacity, 16).len == 0);
		end(&m);
	}
}
END_TEST

/* A page counts as purged until one of its blocks is taken: later frees must offer it again, and
 * pages nobody took from need not be returned twice. */
START_TEST(test_a_purged_page_that_is_used_again_can_be_purged_again)
{
	static struct model m;
	struct rng r = rng_start("slab", 0);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		begin(&m, c);
		uint32_t backed = 0; /* pages taken from since their last purge */
		for (int i = 0; i < 30; i++) {
			if (m.nlive < m.capacity)
				take(&m, 1 + rng_below(&r, m.capacity - m.nlive));
			backed |= ~pages_without_live_block(&m);
			for (size_t k = 0; k < m.capacity; k++)
				if (m.live[k] && rng_below(&r, 8) < 5)
					give_back(&m, k);
			uint32_t expected = pages_without_live_block(&m) & backed;
			must_f(ash_slab_idle_pages(m.s) == expected,
				"size %zu: %x, not %x", m.size, ash_slab_idle_pages(m.s),
				expected);
			if (rng_below(&r, 2)) {
				uint32_t some = expected & (uint32_t)rng_next(&r);
				size_t n = (size_t)__builtin_popcount(some);
				must(ash_slab_purge(m.s, some) == n * ash_os.page_size);
				backed &= ~some;
			}
		}
		end(&m);
	}
}
END_TEST

START_TEST(test_a_slab_in_dirty_memory_counts_its_pages_as_backed)
{
	char *p = ash_chunk_alloc(1, 1, false, NULL);
	must(p != NULL);
	memset(p, 1, ASH_UNIT);
	ash_chunk_free(p, 1);
	struct slab *s = ash_slab_create(ASH_ENTRY_OF(0, 40), NULL);
	must(s && ash_slab_base(s) == p);
	must(ash_slab_idle_pages(s) ==
		(uint32_t)((1ull << (ASH_UNIT / ash_os.page_size)) - 1));
}
END_TEST

START_TEST(test_pages_the_system_will_not_take_stay_idle)
{
	static struct model m;
	begin(&m, ASH_CLASSES - 1);
	char *base = ash_slab_base(m.s);
	take(&m, m.capacity);
	touch(&m);
	give_back_all(&m);
	if (!lock_pages(base, ash_os.page_size))
		return;
	uint32_t idle = ash_slab_idle_pages(m.s);
	must(ash_slab_purge(m.s, idle) < ASH_UNIT);
	must(ash_slab_idle_pages(m.s) & 1);
	must(base[0] == 0x5a);
}
END_TEST

START_TEST(test_without_memory_no_slab_and_nothing_lost)
{
	if (SANITIZED)
		return; /* its shadow does not live under such a limit */
	struct ash_region_stats before, after;
	struct slab *last = NULL, *s;
	struct rlimit all;
	must(getrlimit(RLIMIT_AS, &all) == 0);
	limit_address_space(8 * MIB);
	size_t n = 0;
	while ((s = ash_slab_create(ASH_ENTRY_OF(0, n % ASH_CLASSES), NULL))) {
		s->next = last;
		last = s;
		n++;
	}
	must_f(n >= 64 && n < 128, "%zu slabs in 8 MiB", n);
	ash_chunk_stats(&before);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must(ash_slab_create(ASH_ENTRY_OF(0, c), NULL) == NULL);
	ash_chunk_stats(&after);
	must(before.free == after.free);
	for (; last; last = s) {
		s = last->next;
		ash_slab_destroy(last);
	}
	ash_chunk_stats(&after);
	must(after.free == after.mapped);
	must(setrlimit(RLIMIT_AS, &all) == 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_a_new_slab_is_free_and_known_to_the_page_map,
		test_a_destroyed_slab_is_forgotten_and_its_unit_free,
		test_every_block_comes_once_in_address_order,
		test_blocks_come_once_in_portions_of_any_size,
		test_freed_blocks_come_again_lowest_first,
		test_a_row_is_freed_at_once_or_not_at_all,
		test_the_level_changes_when_the_countdown_ends_and_not_what_is_free,
		test_idle_pages_are_those_without_a_live_block,
		test_idle_pages_are_right_for_larger_pages_too,
		test_purged_pages_cost_nothing_and_live_blocks_keep_their_content,
		test_pages_of_a_new_slab_are_named_in_rows,
		test_rows_end_where_pages_are_there,
		test_pages_of_large_blocks_are_not_named,
		test_a_purged_page_that_is_used_again_can_be_purged_again,
		test_a_slab_in_dirty_memory_counts_its_pages_as_backed,
		test_pages_the_system_will_not_take_stay_idle,
		test_without_memory_no_slab_and_nothing_lost,
	};

	unit_start();
	return run_tests("slab", 60, tests, ARRAY_LEN(tests));
}
