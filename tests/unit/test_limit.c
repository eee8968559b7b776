/* Limits on the physical size: what is counted, what is refused, what is given back, who tells. */
#include "unit.h"
#include "heap/thread.h"
#include "os/os.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/pages.h"
#include "slab/nursery.h"

#include <pthread.h>
#include <unistd.h>

#define UNITS(n) ((n) * ASH_UNIT)

static size_t physical(void)
{
	return ash_limit_physical();
}

static char *alloc(size_t units)
{
	return ash_chunk_alloc(units, 1, false, NULL);
}

static void begin(void)
{
	ash_chunk_set_decay(1000000); /* nothing goes by age */
	must(ash_chunk_start());
	ash_chunk_free(alloc(ASH_RUN_MAX), ASH_RUN_MAX);
	ash_chunk_trim();
}

/* ---- what is counted */

START_TEST(test_runs_count_until_they_are_purged)
{
	begin();
	size_t before = physical();
	char *p = alloc(8), *q;
	ck_assert_uint_eq(physical(), before + UNITS(8));
	ash_chunk_free(p, 8);
	ck_assert_uint_eq(physical(), before + UNITS(8));
	q = alloc(8);
	ck_assert_ptr_eq(p, q);
	ck_assert_uint_eq(physical(), before + UNITS(8));
	ash_chunk_free(p, 8);
	ash_chunk_trim();
	ck_assert_uint_eq(physical(), before);
}
END_TEST

START_TEST(test_address_space_does_not_count)
{
	begin();
	size_t before = physical();
	char *p[4];
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		p[i] = alloc(ASH_RUN_MAX);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		ash_chunk_free(p[i], ASH_RUN_MAX);
	ash_chunk_trim();
	must(physical() - before < MIB); /* records of chunks */
}
END_TEST

/* Records of chunks wherever the system puts a mapping are apart. */
static size_t without_records(void)
{
	return physical() - ash_meta_bytes();
}

START_TEST(test_mappings_count_while_they_are_there)
{
	begin();
	size_t before = without_records();
	char *p = ash_chunk_map(40 * MIB, 1, false);
	size_t mapped = without_records();
	ck_assert_uint_eq(mapped - before, 40 * MIB);
	p = ash_chunk_remap(p, 40 * MIB, 70 * MIB);
	must(p);
	ck_assert_uint_eq(without_records() - mapped, 30 * MIB);
	p = ash_chunk_remap(p, 70 * MIB, 34 * MIB);
	ck_assert_uint_eq(mapped - without_records(), 6 * MIB);
	ash_region.decay.cap = 0;
	ash_chunk_unmap(p, 34 * MIB);
	ck_assert_uint_eq(without_records(), mapped - 40 * MIB);
	/* what is kept counts, and is not counted twice when it is used again */
	ash_region.decay.cap = 100000;
	p = ash_chunk_map(40 * MIB, 1, false);
	ash_chunk_unmap(p, 40 * MIB);
	ck_assert_uint_eq(ash_region.kept_units, 40 * MIB / ASH_UNIT);
	ck_assert_uint_eq(without_records(), mapped);
	p = ash_chunk_map(36 * MIB, 1, false);
	ck_assert_uint_eq(without_records(), mapped - 4 * MIB);
	ash_chunk_unmap(p, 36 * MIB);
	ash_chunk_trim();
	ck_assert_uint_eq(without_records(), mapped - 40 * MIB);
}
END_TEST

START_TEST(test_the_nursery_counts)
{
	size_t before = physical();
	must(ash_nursery_alloc(16, 16));
	ck_assert_uint_eq(physical(), before + ASH_NURSERY);
}
END_TEST

START_TEST(test_pages_of_slabs_count_once_blocks_of_them_are_out)
{
	if (one_page_slabs())
		return;
	begin();
	struct shard *sh = ash_shard_create(0, false);
	void *block[16];
	unsigned class = ash_class_of(4096);
	must(ash_shard_refill(sh, class, block, 1) == 1);
	size_t before = physical();
	for (int i = 1; i < 16; i++) {
		must(ash_shard_refill(sh, class, &block[i], 1) == 1);
		ck_assert_uint_eq(physical() - before, (size_t)i * 4096);
	}
	ash_shard_flush(sh, &(struct batch){class, 14, block}, 1);
	ck_assert_uint_eq(physical() - before, 15 * 4096);
	ck_assert_uint_eq(ash_shard_trim(sh), 14 * 4096);
	ck_assert_uint_eq(physical(), before + 4096); /* two pages are left; then it was one */
	must(ash_shard_refill(sh, class, block, 2) == 2);
	ck_assert_uint_eq(physical() - before, 3 * 4096);
	ash_shard_flush(sh, &(struct batch){class, 2, block}, 1);
	ash_shard_flush(sh, &(struct batch){class, 2, block + 14}, 1);
	ash_shard_trim(sh);
	ash_chunk_trim();
	ck_assert_uint_eq(ash_limits.absent, 0);
}
END_TEST

/* ---- the hard limit */

START_TEST(test_nothing_beyond_the_hard_limit)
{
	begin();
	ash_limit_set(ASH_LIMIT_HARD, physical() + UNITS(100));
	char *p = alloc(60);
	must(p && !alloc(41));
	char *q = alloc(40);
	must(q && !alloc(1));
	must(!ash_chunk_map(40 * MIB, 1, false));
	must(!ash_chunk_extend(q, 40, 41, false, NULL));
	ash_chunk_free(p + UNITS(20), 40);
	must(ash_chunk_extend(p, 20, 60, false, NULL));
	must(!ash_chunk_extend(p, 60, 61, false, NULL));
	must(!ash_limit_allows(1) && ash_limit_allows(0));
}
END_TEST

START_TEST(test_a_mapping_grows_up_to_the_limit)
{
	begin();
	char *p = ash_chunk_map(40 * MIB, 1, false);
	size_t at = physical();
	ash_limit_set(ASH_LIMIT_HARD, at + 10 * MIB);
	must(!ash_chunk_remap(p, 40 * MIB, 51 * MIB));
	ck_assert_uint_eq(physical(), at);
	p = ash_chunk_remap(p, 40 * MIB, 50 * MIB - UNITS(8));
	must(p);
	ash_chunk_unmap(p, 50 * MIB - UNITS(8));
}
END_TEST

START_TEST(test_dirty_memory_makes_room)
{
	begin();
	char *p = alloc(64), *q = alloc(64);
	ash_limit_set(ASH_LIMIT_HARD, physical() + UNITS(1));
	must(!alloc(32));
	ash_chunk_free(q, 64);
	q = alloc(64); /* the same pages */
	must(q);
	ash_chunk_free(p, 64);
	ash_chunk_free(q, 64);
	must(ash_chunk_map(UNITS(100), 1, true)); /* others */
	must(physical() <= ash_limit_get(ASH_LIMIT_HARD));
}
END_TEST

START_TEST(test_kept_mappings_make_room)
{
	begin();
	ash_region.decay.cap = 100000;
	ash_limit_set(ASH_LIMIT_HARD, physical() + 50 * MIB);
	char *p = ash_chunk_map(40 * MIB, 1, false);
	must(p && !alloc(ASH_RUN_MAX));
	ash_chunk_unmap(p, 40 * MIB);
	must(ash_region.kept_units);
	must(alloc(ASH_RUN_MAX));
	must(!ash_region.kept_units);
}
END_TEST

/* Another thread purges a chunk, or unmaps, which takes a while. */
static struct {
	pthread_barrier_t begun;
	struct chunk *purged;
} other;

static void *return_slowly(void *unused)
{
	struct chunk *c = other.purged;
	struct away *a = NULL;
	uint32_t m = c ? c->dirty : 0;
	ash_lock(&ash_region.lock);
	if (c)
		a = ash_pages_leave(c, m);
	else
		ash_region.unmapping++;
	ash_unlock(&ash_region.lock);
	pthread_barrier_wait(&other.begun);
	bool waited = false;
	for (int i = 0; i < 10000 && !waited; i++) {
		ash_lock(&ash_region.lock);
		waited = ash_region.waits != 0;
		ash_unlock(&ash_region.lock);
		usleep(10);
	}
	ash_lock(&ash_region.lock);
	if (a) {
		a->chunk = NULL;
		ash_units_give(c, m, false, 0);
	} else {
		ash_region.unmapping--;
		ash_region.own_units -= 8;
	}
	ash_unlock(&ash_region.lock);
	return unused;
}

static void wait_for_other(struct chunk *purged)
{
	pthread_t t;
	other.purged = purged;
	pthread_barrier_init(&other.begun, NULL, 2);
	must(pthread_create(&t, NULL, return_slowly, NULL) == 0);
	pthread_barrier_wait(&other.begun);
	must(ash_chunk_map(UNITS(8), 1, true));
	pthread_join(t, NULL);
}

START_TEST(test_what_others_are_returning_is_waited_for)
{
	begin();
	char *p = alloc(8);
	ash_limit_set(ASH_LIMIT_HARD, physical());
	ash_chunk_free(p, 8);
	wait_for_other(ash_pagemap_chunk((uintptr_t)p));
	ash_region.own_units += 8;
	ash_limit_set(ASH_LIMIT_HARD, physical());
	wait_for_other(NULL);
}
END_TEST

START_TEST(test_waiting_for_a_thread_that_is_no_more_ends)
{
	begin();
	must(alloc(8));
	ash_region.unmapping++; /* as in a child of fork */
	ash_limit_set(ASH_LIMIT_HARD, physical());
	must(!ash_chunk_map(UNITS(8), 1, true) && !alloc(8));
}
END_TEST

/* ---- what is counted, after all that can happen */

/* The counters of the region, from every chunk and slab. */
static void check_counters(void)
{
	uintptr_t at = 0;
	size_t backed = 0, absent = 0;
	for (struct chunk *c; (c = ash_pagemap_next_chunk(&at));) {
		if (c->huge && (c->free != UINT32_MAX || c->dirty))
			backed += (size_t)__builtin_popcount(c->free & ~c->dirty);
		for (unsigned u = 0; u < ASH_CHUNK_UNITS; u++) {
			uint32_t entry = ash_pagemap_get(c->base + u * ASH_UNIT);
			const struct slab *s = (const struct slab *)c->unit[u];
			if (!entry || entry == ASH_ENTRY_LARGE)
				continue;
			absent += (size_t)__builtin_popcount(s->absent) << ash_os.page_shift;
			must(!(s->absent & ~s->purged) && !(s->absent && c->huge));
		}
	}
	ck_assert_uint_eq(ash_region.backed, backed);
	ck_assert_uint_eq(ash_limits.absent, absent);
}

struct held {
	void *p;
	size_t units; /* 0: a block of the class */
	unsigned class;
};

static void let_go(struct shard *sh, struct held *h)
{
	if (!h->p)
		return;
	if (!h->units)
		ash_shard_flush(sh, &(struct batch){h->class, 1, &h->p}, 1);
	else if (h->units <= ASH_RUN_MAX)
		ash_chunk_free(h->p, h->units);
	else
		ash_chunk_unmap(h->p, UNITS(h->units));
	h->p = NULL;
}

static void take_some(struct shard *sh, struct held *h, uint32_t r)
{
	*h = (struct held){.class = ash_class_of(r & 64 ? 32768 : r & 128 ? 5000 : 16384)};
	if (r % 256 >= 3) {
		ash_shard_refill(sh, h->class, &h->p, 1);
		return;
	}
	h->units = r % 256 == 2 && r & 1024 ? ASH_RUN_MAX + 1 + (r >> 12) % 64 : 1 + (r >> 12) % 100;
	h->p = h->units > ASH_RUN_MAX ? ash_chunk_map(UNITS(h->units), 1, r & 2048) : alloc(h->units);
}

static void mix(size_t limit)
{
	static struct held held[16000];
	struct shard *sh = ash_shard_create(0, false);
	uint32_t r = 1;
	size_t live = 0, missed = 0, seen = 0;
	must(ash_chunk_start());
	ash_limit_set(ASH_LIMIT_HARD, limit);
	for (unsigned i = 0; i < 200000; i++) {
		r = r * 1664525 + 1013904223;
		struct held *h = &held[(r >> 8) % ARRAY_LEN(held)];
		let_go(sh, h);
		if (r >> 30 || i % 40000 < 20000) {
			take_some(sh, h, r >> 16 ^ r);
			missed += !h->p;
		}
		if (i % 1000 == 0) {
			check_counters();
			seen |= ash_region.backed;
			must(physical() <= limit);
			if (i % 10000 == 0)
				i % 30000 ? ash_shard_trim(sh) : ash_chunk_trim();
			check_counters();
		}
	}
	size_t own = 0;
	for (size_t i = 0; i < ARRAY_LEN(held); i++) {
		own += held[i].p && held[i].units > ASH_RUN_MAX ? held[i].units : 0;
		live += held[i].p != NULL;
	}
	must(live);
	must((limit == ASH_NO_LIMIT) == !missed); /* it was reached */
	must(ash_conf.thp != ASH_THP_ALWAYS || seen);
	ck_assert_uint_eq(ash_region.own_units, own);
	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		let_go(sh, &held[i]);
	ash_shard_trim(sh);
	ash_chunk_trim();
	check_counters();
	ck_assert_uint_eq(ash_limits.absent, 0);
	must(without_records() == 0);
}

START_TEST(test_counters_are_what_a_walk_finds)
{
	mix(ASH_NO_LIMIT);
}
END_TEST

START_TEST(test_counters_are_what_a_walk_finds_at_the_limit)
{
	mix(150 * MIB);
}
END_TEST

START_TEST(test_counters_are_what_a_walk_finds_with_huge_pages)
{
	ash_conf.thp = ASH_THP_ALWAYS;
	mix(150 * MIB);
}
END_TEST

START_TEST(test_a_huge_page_that_is_nearly_full_makes_room)
{
	bool clean, huge = true;
	ash_conf.thp = ASH_THP_ALWAYS;
	begin();
	char *p = NULL;
	for (size_t i = 0; i < 64; i++) /* one of the chunks is full */
		must((p = ash_chunk_alloc_dense(&clean, &huge)) && huge);
	p = (char *)align_down((uintptr_t)p, ASH_CHUNK) - ASH_CHUNK;
	size_t at = physical();
	ash_limit_set(ASH_LIMIT_HARD, at);
	for (size_t i = 0; i < 8; i++)
		ash_chunk_free_dense(p + UNITS(i), false);
	ck_assert_uint_eq(physical(), at);
	must(ash_chunk_map(UNITS(8), 1, true));
	ck_assert_uint_eq(ash_region.huge, 1);
}
END_TEST

START_TEST(test_a_huge_page_counts_as_a_whole)
{
	bool clean, huge = true;
	ash_conf.thp = ASH_THP_ALWAYS;
	begin();
	size_t before = physical();
	must(ash_chunk_alloc_dense(&clean, &huge) && huge);
	ck_assert_uint_eq(physical() - before, ASH_CHUNK);
	ash_limit_set(ASH_LIMIT_HARD, physical());
	for (size_t i = 1; i < ASH_CHUNK_UNITS; i++)
		must(ash_chunk_alloc_dense(&clean, &huge) && huge);
	must(!ash_chunk_alloc_dense(&clean, &huge));
	ck_assert_uint_eq(physical() - before, ASH_CHUNK);
}
END_TEST

START_TEST(test_memory_that_the_system_keeps_makes_no_room)
{
	begin();
	char *p = alloc(32);
	memset(p, 1, UNITS(32));
	if (!lock_pages(p, UNITS(32)))
		return;
	ash_limit_set(ASH_LIMIT_HARD, physical() + UNITS(1));
	ash_chunk_free(p, 32);
	must(!ash_chunk_map(UNITS(10), 1, true));
	must(alloc(32) == p);
}
END_TEST

START_TEST(test_at_the_limit_blocks_of_pages_that_are_there_serve)
{
	if (one_page_slabs())
		return;
	begin();
	struct shard *sh = ash_shard_create(0, false);
	void *block[64], *more[64];
	unsigned class = ash_class_of(1024);
	must(ash_shard_refill(sh, class, block, 64) == 64); /* a slab, lowest address last */
	void *flushed[62];
	size_t n = 0;
	for (int i = 0; i < 64; i++) /* of the last page one block stays, and one of the first */
		if (i != 0 && i != 63)
			flushed[n++] = block[i];
	ash_shard_flush(sh, &(struct batch){class, 62, flushed}, 1);
	ck_assert_uint_eq(ash_shard_trim(sh), 14 * 4096);
	ash_limit_set(ASH_LIMIT_HARD, physical());
	size_t got = ash_shard_refill(sh, class, more, 64), again;
	while ((again = ash_shard_refill(sh, class, more + got, 64 - got)) != 0)
		got += again;
	ck_assert_uint_eq(got, 6);
	must(physical() <= ash_limit_get(ASH_LIMIT_HARD));
	ash_limit_set(ASH_LIMIT_HARD, ASH_NO_LIMIT);
	while (got < 62)
		got += ash_shard_refill(sh, class, more + got, 62 - got);
	for (size_t i = 0; i < 62; i++)
		for (size_t k = 0; k < i; k++)
			must(more[i] != more[k] && more[i] != block[0] && more[i] != block[63]);
	ash_shard_flush(sh, &(struct batch){class, 62, more}, 1); /* each is a block that was out */
}
END_TEST

/* ---- the soft limit */

START_TEST(test_above_the_soft_limit_freed_runs_go)
{
	begin();
	char *p = alloc(100), *q = alloc(100);
	size_t at = physical();
	ash_limit_set(ASH_LIMIT_SOFT, at - UNITS(150));
	ash_chunk_free(p, 100);
	ck_assert_uint_eq(physical(), at - UNITS(100));
	ash_chunk_free(q, 50); /* from here on it is not exceeded */
	ash_chunk_free(q + UNITS(50), 50);
	must(physical() > at - UNITS(200) && physical() <= at - UNITS(150));
}
END_TEST

START_TEST(test_memory_taken_above_the_soft_limit_costs_dirty_memory)
{
	begin();
	char *p = alloc(100);
	ash_limit_set(ASH_LIMIT_SOFT, physical() + UNITS(10));
	ash_chunk_free(p, 100);
	must(ash_chunk_has_dirty());
	must(ash_chunk_map(UNITS(30), 1, true));
	must(physical() <= ash_limit_get(ASH_LIMIT_SOFT));
	must(!ash_limit_is_over());
}
END_TEST

static void nobody(void *arg, size_t bytes, size_t limit)
{
	(void)arg, (void)bytes, (void)limit;
}

START_TEST(test_one_tells_until_the_size_fell_an_eighth)
{
	begin();
	struct ash_limit_news news;
	size_t base = physical();
	int arg;
	ash_limit_set(ASH_LIMIT_SOFT, base + UNITS(80));
	char *p = alloc(100);
	must(!ash_limit_tell(&news)); /* there is nobody */
	ash_limit_set_callback(nobody, &arg);
	must(ash_limit_is_over() && ash_limit_tell(&news));
	must(news.callback == nobody && news.arg == &arg);
	ck_assert_uint_eq(news.bytes, base + UNITS(100));
	ck_assert_uint_eq(news.limit, base + UNITS(80));
	must(!ash_limit_tell(&news));
	ash_limit_told();
	must(!ash_limit_tell(&news));
	ash_chunk_free(p, 22); /* below, but not by an eighth */
	must(!ash_limit_relieve());
	char *q = alloc(30);
	must(ash_limit_relieve() && !ash_limit_tell(&news));
	ash_chunk_free(q, 30);
	ash_chunk_free(p + UNITS(22), 78);
	ash_chunk_trim();
	must(!ash_limit_relieve() && !ash_limit_tell(&news));
	p = alloc(100);
	must(ash_limit_tell(&news));
	/* while somebody tells, nobody else does, whatever happens */
	ash_chunk_free(p, 100);
	ash_chunk_trim();
	ash_limit_relieve();
	p = alloc(100);
	must(!ash_limit_tell(&news));
	ash_limit_told();
	must(ash_limit_tell(&news));
}
END_TEST

START_TEST(test_where_locks_are_held_nothing_is_done)
{
	begin();
	must(ash_heap_start());
	ash_limit_set(ASH_LIMIT_SOFT, UNITS(1));
	alloc(100);
	must(ash_limit_is_over());
	ash_heap_fork_prepare();
	must(!ash_heap_relieve());
	ash_heap_fork_parent();
	uint32_t asked = ash_cache_empty_asked;
	must(ash_heap_relieve());
	ck_assert_uint_eq(ash_cache_empty_asked, asked + 1); /* caches of others as well */
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_runs_count_until_they_are_purged,
		test_address_space_does_not_count,
		test_mappings_count_while_they_are_there,
		test_the_nursery_counts,
		test_pages_of_slabs_count_once_blocks_of_them_are_out,
		test_nothing_beyond_the_hard_limit,
		test_a_mapping_grows_up_to_the_limit,
		test_dirty_memory_makes_room,
		test_kept_mappings_make_room,
		test_what_others_are_returning_is_waited_for,
		test_waiting_for_a_thread_that_is_no_more_ends,
		test_counters_are_what_a_walk_finds,
		test_counters_are_what_a_walk_finds_at_the_limit,
		test_counters_are_what_a_walk_finds_with_huge_pages,
		test_a_huge_page_that_is_nearly_full_makes_room,
		test_a_huge_page_counts_as_a_whole,
		test_memory_that_the_system_keeps_makes_no_room,
		test_at_the_limit_blocks_of_pages_that_are_there_serve,
		test_above_the_soft_limit_freed_runs_go,
		test_memory_taken_above_the_soft_limit_costs_dirty_memory,
		test_one_tells_until_the_size_fell_an_eighth,
		test_where_locks_are_held_nothing_is_done,
	};
	unit_start();
	ash_sizeclass_init();
	return run_tests("limit", 60, tests, ARRAY_LEN(tests));
}
