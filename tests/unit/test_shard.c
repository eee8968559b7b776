/* Shards: blocks leave in batches and come home in batches, each one exactly once. */
#include "unit.h"
#include "heap/shard.h"
#include "region/meta.h"

#include <pthread.h>

static struct shard *sh;
static _Thread_local struct parcel *spare;

static void begin(void)
{
	sh = ash_shard_create(5, false);
	must(sh != NULL);
}

static size_t capacity(unsigned class)
{
	return ASH_UNIT / ash_class_size[class];
}

/* All that a bin has ever given out and not got back. */
static size_t blocks_out(unsigned class)
{
	return (size_t)(sh->bin[class].nmalloc - sh->bin[class].ndalloc);
}

static size_t slabs(void)
{
	size_t n = 0;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		n += sh->bin[c].slabs;
	return n;
}

static size_t used_units(void)
{
	struct ash_region_stats s;
	ash_chunk_stats(&s);
	return (s.mapped - s.free) / ASH_UNIT;
}

static size_t refill(unsigned class, void **block, size_t want)
{
	size_t got = ash_shard_refill(sh, class, block, want);
	must_f(got > 0 && got <= want, "%zu of %zu", got, want);
	return got;
}

/* n blocks, in as many visits as it takes. */
static void refill_all(unsigned class, void **block, size_t n)
{
	for (size_t got = 0; got < n;)
		got += refill(class, block + got, n - got);
}

static void flush(unsigned class, void **block, size_t n)
{
	ash_shard_flush(sh, &(struct batch){class, (uint32_t)n, block}, 1);
}

static void shuffle(void **block, size_t n, struct rng *r)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = rng_below(r, i);
		void *p = block[k];
		block[k] = block[i - 1];
		block[i - 1] = p;
	}
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
	return (x > y) - (x < y);
}

/* Blocks of the class and shard, each the start of one, no two the same. */
static void check_blocks(unsigned class, void **block, size_t n)
{
	static void *sorted[20000];
	must(n <= ARRAY_LEN(sorted));
	memcpy(sorted, block, n * sizeof *block);
	qsort(sorted, n, sizeof *sorted, by_address);
	for (size_t i = 0; i < n; i++) {
		uintptr_t at = (uintptr_t)sorted[i], offset = at & (ASH_UNIT - 1);
		size_t rest = offset % ash_class_size[class];
		must_f(rest == 0 && offset + ash_class_size[class] <= ASH_UNIT,
			"class %u", class);
		must(ash_pagemap_get(at) == ASH_ENTRY_OF(sh->id, class));
		must_f(i == 0 || sorted[i] != sorted[i - 1], "%p twice, class %u",
			sorted[i], class);
	}
}

/* ---- handing out and taking back */

START_TEST(test_refilled_blocks_are_of_the_class_and_each_comes_once)
{
	static void *block[20000];
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = 4 * capacity(c) + 3;
		refill_all(c, block, n);
		check_blocks(c, block, n);
		must(blocks_out(c) == n);
	}
}
END_TEST

START_TEST(test_a_refill_from_a_new_slab_ascends_from_the_top_of_the_stack)
{
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		void *block[8];
		size_t n = refill(c, block, capacity(c) < 8 ? capacity(c) : 8);
		for (size_t i = 1; i < n; i++)
			must_f((char *)block[i - 1] ==
					(char *)block[i] + ash_class_size[c],
				"class %u", c);
	}
}
END_TEST

START_TEST(test_flushed_blocks_are_handed_out_again_before_much_new_memory_is_taken)
{
	static void *block[20000];
	struct rng r = rng_start("shard", 0);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = 3 * capacity(c);
		refill_all(c, block, n);
		size_t units = used_units();
		for (int round = 0; round < 5; round++) {
			size_t part = 1 + rng_below(&r, n);
			shuffle(block, n, &r);
			flush(c, block, part);
			must(blocks_out(c) == n - part);
			refill_all(c, block, part);
			check_blocks(c, block, n);
			/* Slabs with next to nothing free are not searched: one more may be needed. */
			must_f(used_units() <= units + 1, "class %u", c);
		}
	}
}
END_TEST

START_TEST(test_one_flush_takes_batches_of_several_classes)
{
	void *block[ASH_CLASSES][4];
	struct batch batch[ASH_CLASSES];
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		refill_all(c, block[c], 4);
		batch[c] = (struct batch){c, 4, block[c]};
	}
	ash_shard_flush(sh, batch, ASH_CLASSES);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must(blocks_out(c) == 0);
}
END_TEST

START_TEST(test_a_refill_asks_for_nothing_while_a_slab_has_blocks)
{
	void *block[4096];
	refill_all(0, block, 1);
	must(sh->bin[0].slabs == 1);
	refill_all(0, block + 1, capacity(0) - 1);
	must(sh->bin[0].slabs == 1);
	check_blocks(0, block, capacity(0));
}
END_TEST

/* ---- empty slabs */

START_TEST(test_a_bin_whose_blocks_all_came_back_keeps_few_slabs)
{
	static void *block[20000];
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = 4 * capacity(c);
		refill_all(c, block, n);
		must(sh->bin[c].slabs >= 4);
		flush(c, block, n);
		must(blocks_out(c) == 0);
		must_f(sh->bin[c].slabs <= 2, "class %u keeps %u", c, sh->bin[c].slabs);
	}
	must(used_units() == slabs());
}
END_TEST

START_TEST(test_trim_destroys_every_slab_without_live_blocks)
{
	static void *block[20000];
	struct rng r = rng_start("shard", 0);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = 3 * capacity(c);
		refill_all(c, block, n);
		shuffle(block, n, &r);
		for (size_t i = 0; i < n; i += 64) {
			size_t part = n - i < 64 ? n - i : 64;
			if (rng_below(&r, 2))
				flush(c, block + i, part);
			else
				ash_shard_post(sh, c, block + i, part, &spare);
		}
	}
	ash_shard_trim(sh);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must_f(sh->bin[c].slabs == 0 && blocks_out(c) == 0, "class %u", c);
	must(used_units() == 0);
}
END_TEST

START_TEST(test_a_bin_that_breathes_does_not_make_slabs_again_and_again)
{
	static void *block[20000];
	unsigned c = 20;
	size_t n = 6 * capacity(c);
	struct ash_region_stats s;
	for (int round = 0; round < 40; round++) {
		refill_all(c, block, n);
		flush(c, block, n);
	}
	must(sh->bin[c].slabs >= 1 && sh->bin[c].slabs <= 7);
	ash_shard_trim(sh);
	must(sh->bin[c].slabs == 0);
	ash_chunk_stats(&s);
	must(s.mapped == s.free);
}
END_TEST

/* Blocks of each class in turn, all freed before the next: what one leaves the other takes. */
START_TEST(test_empty_slabs_of_one_class_serve_another)
{
	static void *block[8 * 4096];
	size_t units = 0;
	for (int round = 0; round < 2; round++) {
		for (unsigned c = 0; c < ASH_CLASSES; c++) {
			size_t n = 8 * capacity(c);
			refill_all(c, block, n);
			flush(c, block, n);
		}
		if (round == 0)
			units = used_units();
	}
	must_f(units <= 16 && used_units() <= units, "%zu, then %zu units", units, used_units());
}
END_TEST

START_TEST(test_a_slab_with_one_live_block_stays)
{
	static void *block[20000];
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = 2 * capacity(c);
		refill_all(c, block, n);
		char *kept = block[n / 3];
		fill(kept, 0, ash_class_size[c], c);
		block[n / 3] = block[n - 1];
		flush(c, block, n - 1);
		ash_shard_trim(sh);
		ash_chunk_trim();
		must_f(sh->bin[c].slabs == 1, "class %u", c);
		must(holds(kept, ash_class_size[c], c));
		void *last = kept;
		flush(c, &last, 1);
	}
	ash_shard_trim(sh);
	must(used_units() == 0);
}
END_TEST

/* ---- pages inside slabs */

START_TEST(test_trim_returns_the_pages_between_live_blocks)
{
	if (one_page_slabs())
		return;
	static void *block[20000];
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = capacity(c), size = ash_class_size[c], page = ash_os.page_size;
		refill_all(c, block, n);
		char *base = (char *)align_down((uintptr_t)block[0], ASH_UNIT);
		memset(base, 0x5a, ASH_UNIT);
		/* Keep the first block of the slab; the rest of its pages is free. */
		size_t first = 0;
		while (block[first] != base)
			first++;
		block[first] = block[n - 1];
		flush(c, block, n - 1);
		fill(base, 0, size, c);
		size_t live = (size + page - 1) / page;
		size_t bytes = ash_shard_trim(sh);
		must_f(resident_pages(base, ASH_UNIT) <= live + (n * size < ASH_UNIT),
			"class %u", c);
		must(bytes >= ASH_UNIT - (live + 1) * page);
		must(holds(base, size, c));
		/* The pages come back as they are needed. */
		refill_all(c, block, n - 1);
		for (size_t i = 0; i < n - 1; i++)
			fill(block[i], 0, size, i);
		must(holds(base, size, c));
		block[n - 1] = base;
		flush(c, block, n);
	}
}
END_TEST

/* Slabs that have become sparse just now may be wanted again: visits leave them their pages for a
 * while, and take them when nobody came. */
START_TEST(test_visits_return_idle_pages_of_slabs_that_stayed_sparse)
{
	if (one_page_slabs())
		return;
	enum { CLASS = 63 }; /* 16 KiB */
	void *block[16], *other[4];
	size_t n = 4 * capacity(CLASS);
	must(n <= ARRAY_LEN(block));
	refill_all(CLASS, block, n);
	for (size_t i = 0; i < n; i++)
		memset(block[i], 1, ash_class_size[CLASS]);
	/* One block of each slab stays. */
	qsort(block, n, sizeof *block, by_address);
	for (size_t i = 0; i < n; i += capacity(CLASS))
		flush(CLASS, block + i + 1, capacity(CLASS) - 1);
	uint32_t start = ash_os_now_ms();
	for (int i = 0; i < 50; i++) {
		refill_all(CLASS, other, 1);
		flush(CLASS, other, 1);
		if (ash_os_now_ms() - start < 50)
			must(sh->purged_bytes == 0);
	}
	for (int i = 0; i < 100 && !sh->purged_bytes; i++) {
		sleep_ms(10);
		refill_all(CLASS, other, 1);
		flush(CLASS, other, 1);
	}
	must(sh->purged_bytes >= ash_class_size[CLASS]);
	for (size_t i = 0; i < n; i += capacity(CLASS))
		must(*(char *)block[i] == 1);
}
END_TEST

START_TEST(test_visits_come_to_every_sparse_slab)
{
	enum { CLASS = 39, SLABS = 200 }; /* 2 KiB */
	static void *block[SLABS * 32], *other[2];
	size_t n = SLABS * capacity(CLASS);
	must(n <= ARRAY_LEN(block));
	for (size_t i = 0; i < n; i += 32)
		refill_all(CLASS, block + i, 32);
	for (size_t i = 0; i < n; i++)
		memset(block[i], 1, ash_class_size[CLASS]);
	qsort(block, n, sizeof *block, by_address);
	for (size_t i = 0; i < n; i += capacity(CLASS)) /* one block of each stays */
		flush(CLASS, block + i + 1, capacity(CLASS) - 1);
	size_t all = SLABS * (ASH_UNIT - ash_os.page_size);
	for (int i = 0; i < 2000 && sh->purged_bytes < all / 10 * 9; i++) {
		sleep_ms(5);
		refill_all(CLASS, other, 1);
		flush(CLASS, other, 1);
	}
	must_f(sh->purged_bytes >= all / 10 * 9, "%zu of %zu", sh->purged_bytes, all);
}
END_TEST

/* 200 slabs of 512 bytes of which one block in 64 stays; then as much memory in another size. Returns
 * the bytes that the first gave back meanwhile; `visits`: while somebody asks for it, too. */
static size_t grow_beside_sparse_slabs(bool visits)
{
	enum { SPARSE = 23, GROWING = 20, SLABS = 200, KEEP = 64 };
	static void *sparse[SLABS * 128], *growing[SLABS * 180], *other[2];
	size_t n = SLABS * capacity(SPARSE), m = SLABS * capacity(GROWING);
	must(n <= ARRAY_LEN(sparse) && m <= ARRAY_LEN(growing));
	for (size_t i = 0; i < n; i += 32)
		refill_all(SPARSE, sparse + i, 32);
	qsort(sparse, n, sizeof *sparse, by_address);
	for (size_t i = 0; i < n; i++)
		fill(sparse[i], 0, ash_class_size[SPARSE], i);
	for (size_t i = 0; i < n; i += KEEP)
		flush(SPARSE, sparse + i + 1, KEEP - 1);
	size_t before = sh->purged_bytes;
	for (size_t i = 0, k; i < m; i += k) {
		k = m - i < 32 ? m - i : 32;
		refill_all(GROWING, growing + i, k);
		if (visits) {
			refill_all(SPARSE, other, 1);
			flush(SPARSE, other, 1);
		}
	}
	size_t purged = sh->purged_bytes - before;
	flush(GROWING, growing, m);
	for (size_t i = 0; i < n; i += KEEP) {
		must(holds(sparse[i], ash_class_size[SPARSE], i));
		flush(SPARSE, sparse + i, 1);
	}
	ash_shard_trim(sh);
	return purged;
}

START_TEST(test_growth_is_made_up_for_by_sparse_slabs_of_other_classes)
{
	if (one_page_slabs())
		return;
	size_t sparse = 200 * (size_t)ASH_UNIT, purged = grow_beside_sparse_slabs(false);
	must_f(purged >= sparse / 2, "%zu of %zu", purged, sparse);
}
END_TEST

START_TEST(test_growth_leaves_classes_alone_that_are_asked_for)
{
	size_t purged = grow_beside_sparse_slabs(true);
	must_f(purged == 0, "%zu bytes", purged);
}
END_TEST

/* ---- parcels */

START_TEST(test_a_parcel_is_handed_on_whole)
{
	void *block[ASH_BATCH], *again[ASH_BATCH];
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		refill_all(c, block, ASH_BATCH);
		ash_shard_post(sh, c, block, ASH_BATCH, &spare);
		must(sh->bin[c].parked == ASH_BATCH);
		must(refill(c, again, ASH_BATCH) == ASH_BATCH);
		must(sh->bin[c].parked == 0);
		qsort(block, ASH_BATCH, sizeof *block, by_address);
		qsort(again, ASH_BATCH, sizeof *again, by_address);
		must(memcmp(block, again, sizeof block) == 0);
		must(blocks_out(c) == ASH_BATCH);
	}
}
END_TEST

START_TEST(test_what_a_receiver_has_no_room_for_goes_to_the_slabs)
{
	void *block[ASH_BATCH], *again[ASH_BATCH];
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		refill_all(c, block, ASH_BATCH);
		ash_shard_post(sh, c, block, ASH_BATCH, &spare);
		must(refill(c, again, 5) == 5);
		must(sh->bin[c].parked == 0);
		must(blocks_out(c) == 5);
		refill_all(c, again + 5, ASH_BATCH - 5);
		check_blocks(c, again, ASH_BATCH);
	}
}
END_TEST

START_TEST(test_an_inbox_that_nobody_empties_does_not_grow)
{
	static void *block[64 * ASH_BATCH];
	refill_all(3, block, ARRAY_LEN(block));
	for (size_t i = 0; i < ARRAY_LEN(block); i += ASH_BATCH) {
		ash_shard_post(sh, 3, block + i, ASH_BATCH, &spare);
		must_f(sh->bin[3].parked <= 16 * ASH_BATCH, "%u blocks", sh->bin[3].parked);
	}
	refill_all(3, block, ARRAY_LEN(block));
	check_blocks(3, block, ARRAY_LEN(block));
	must(blocks_out(3) == ARRAY_LEN(block));
}
END_TEST

START_TEST(test_an_inbox_of_large_blocks_holds_few)
{
	static void *block[4 * ASH_BATCH];
	unsigned c = 0;
	while (ash_class_size[c] < 8192)
		c++;
	refill_all(c, block, ARRAY_LEN(block));
	for (size_t i = 0; i < ARRAY_LEN(block); i += ASH_BATCH) {
		ash_shard_post(sh, c, block + i, ASH_BATCH, &spare);
		must_f(sh->bin[c].parked <= ASH_BATCH, "%u blocks", sh->bin[c].parked);
	}
}
END_TEST

static uint64_t meta_locks(void)
{
	struct ash_lock_stats s = {0};
	ash_meta_lock_stats(&s);
	return s.taken;
}

START_TEST(test_parcels_that_go_round_leave_the_metadata_alone)
{
	void *block[ASH_BATCH];
	uint64_t before = 0;
	refill_all(3, block, ASH_BATCH);
	for (int i = 0; i < 100; i++) {
		ash_shard_post(sh, 3, block, ASH_BATCH, &spare);
		must(refill(3, block, ASH_BATCH) == ASH_BATCH);
		if (i == 10)
			before = meta_locks(); /* which takes the lock itself */
	}
	must(meta_locks() == before + 1);
}
END_TEST

START_TEST(test_parcels_use_their_records_again)
{
	void *block[ASH_BATCH];
	refill_all(3, block, ASH_BATCH);
	size_t before = 0;
	for (int i = 0; i < 10000; i++) {
		ash_shard_post(sh, 3, block, ASH_BATCH, &spare);
		must(refill(3, block, ASH_BATCH) == ASH_BATCH);
		if (i == 10)
			before = ash_meta_bytes();
	}
	must(ash_meta_bytes() == before);
}
END_TEST

/* Rows in both directions, broken off at random places, and over the ends of slabs. */
START_TEST(test_blocks_in_rows_come_back_each_once)
{
	static void *block[20000];
	struct rng r = rng_start("shard", 1);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = 3 * capacity(c) + 1;
		refill_all(c, block, n);
		for (int round = 0; round < 6; round++) {
			qsort(block, n, sizeof *block, by_address);
			for (size_t i = 0; round > 1 && i < n; i += 1 + rng_below(&r, 40))
				shuffle(block + i, n - i < 3 ? n - i : 3, &r);
			for (size_t i = 0; round % 2 && i < n / 2; i++) {
				void *p = block[i];
				block[i] = block[n - 1 - i];
				block[n - 1 - i] = p;
			}
			for (size_t i = 0, k; i < n; i += k) {
				k = 1 + rng_below(&r, n - i < 300 ? n - i : 300);
				flush(c, block + i, k);
			}
			must_f(blocks_out(c) == 0 && sh->bin[c].slabs <= 4, "class %u", c);
			refill_all(c, block, n);
			check_blocks(c, block, n);
		}
		flush(c, block, n);
	}
}
END_TEST

/* ---- errors */

static void flush_twice(void *unused)
{
	(void)unused;
	void *block[2];
	refill_all(10, block, 2);
	block[1] = block[0];
	flush(10, block, 2);
}

/* Twice in different ways: the pointer that is named is the one. */
static void flush_a_row_with_a_free_block(void *unused)
{
	(void)unused;
	void *block[100];
	must(refill(10, block, ARRAY_LEN(block)) == ARRAY_LEN(block));
	flush(10, block + 40, 1);
	fprintf(stderr, "%p ", block[40]);
	flush(10, block, ARRAY_LEN(block));
}

/* All blocks of some slabs, and those of the last once more, when it is empty and to be destroyed. */
static void flush_rows_twice(void *unused)
{
	(void)unused;
	void *block[5 * 64];
	unsigned c = 31; /* 1 KiB: 64 blocks */
	refill_all(c, block, 4 * 64);
	qsort(block, 4 * 64, sizeof *block, by_address);
	memcpy(block + 4 * 64, block + 3 * 64, 64 * sizeof *block);
	flush(c, block, 5 * 64);
}

static void flush_inside(void *unused)
{
	(void)unused;
	void *block[2];
	refill_all(10, block, 2);
	block[0] = (char *)block[0] + 16;
	flush(10, block, 1);
}

/* The end of a slab is no block when the class does not divide the unit. */
static void flush_tail(void *unused)
{
	(void)unused;
	void *block = NULL;
	unsigned c = 2;
	refill_all(c, &block, 1);
	block = (char *)align_down((uintptr_t)block, ASH_UNIT) +
		capacity(c) * ash_class_size[c];
	flush(c, &block, 1);
}

static void flush_of_a_slab_that_is_gone(void *unused)
{
	(void)unused;
	void *block[4];
	refill_all(ASH_CLASSES - 1, block, 4);
	flush(ASH_CLASSES - 1, block, 4);
	ash_shard_trim(sh);
	flush(ASH_CLASSES - 1, block, 1);
}

static void must_die(void (*body)(void *), const char *cause)
{
	struct child c = run_in_child(body, NULL);
	must_f(died_of(&c, SIGABRT), "status %x, %s", (unsigned)c.status, c.err);
	must_f(strncmp(c.err, "ashlar: free(0x", 15) == 0, "%s", c.err);
	must_f(strstr(c.err, cause) != NULL, "%s", c.err);
	must_f(strchr(c.err, '\n') == c.err + strlen(c.err) - 1, "%s", c.err);
}

START_TEST(test_a_block_flushed_twice_stops_the_process)
{
	must_die(flush_twice, "double free");
}
END_TEST

START_TEST(test_a_row_of_free_blocks_stops_the_process)
{
	must_die(flush_rows_twice, "double free");
}
END_TEST

START_TEST(test_a_free_block_in_a_row_is_named)
{
	struct child c = run_in_child(flush_a_row_with_a_free_block, NULL);
	char expected[100], *end = strchr(c.err, ' ');
	must(end);
	*end = '\0';
	snprintf(expected, sizeof expected, "ashlar: free(%s): ", c.err);
	must_f(died_of(&c, SIGABRT) && strncmp(end + 1, expected, strlen(expected)) == 0, "%s", end + 1);
	must_f(strstr(end + 1, "double free") != NULL, "%s", end + 1);
}
END_TEST

START_TEST(test_a_pointer_inside_a_block_stops_the_process)
{
	must_die(flush_inside, "inside a block");
}
END_TEST

START_TEST(test_a_pointer_behind_the_last_block_stops_the_process)
{
	must_die(flush_tail, "inside a block");
}
END_TEST

START_TEST(test_a_block_of_a_slab_that_is_gone_stops_the_process)
{
	must_die(flush_of_a_slab_that_is_gone, "double free");
}
END_TEST

/* ---- no memory */

START_TEST(test_without_memory_a_refill_gives_what_there_is_and_then_nothing)
{
	if (SANITIZED)
		return; /* its shadow does not live under such a limit */
	static void *block[20000];
	struct rlimit all;
	size_t n = 0, got;
	must(getrlimit(RLIMIT_AS, &all) == 0);
	limit_address_space(8 * MIB);
	while (n + 32 <= ARRAY_LEN(block) &&
		(got = ash_shard_refill(sh, 47, block + n, 32)))
		n += got;
	check_blocks(47, block, n);
	must_f(n * ash_class_size[47] > 5 * MIB, "%zu blocks", n);
	must(blocks_out(47) == n);
	flush(47, block, 10);
	must(ash_shard_refill(sh, 47, block, 10) == 10);
	check_blocks(47, block, n);
	must(setrlimit(RLIMIT_AS, &all) == 0);
	must(ash_shard_refill(sh, 47, block, 10) == 10);
}
END_TEST

/* ---- threads: every block has one owner at a time, who writes his name into it */

struct owner {
	unsigned id;
	struct rng r;
	size_t n;
	struct {
		void *block;
		unsigned class;
	} mine[2000];
};

static void take_some(struct owner *o)
{
	void *block[64];
	unsigned c = (unsigned)rng_below(&o->r, 6) * 13;
	size_t want = 1 + rng_below(&o->r, 64);
	if (o->n + want > ARRAY_LEN(o->mine))
		return;
	size_t got = refill(c, block, want);
	for (size_t i = 0; i < got; i++) {
		uint64_t *words = block[i];
		words[0] = o->id;
		words[1] = (uint64_t)(uintptr_t)words;
		o->mine[o->n].block = words;
		o->mine[o->n++].class = c;
	}
}

static void give_some(struct owner *o)
{
	void *block[64];
	size_t n = 0, want = 1 + rng_below(&o->r, 64);
	if (!o->n)
		return;
	unsigned c = o->mine[rng_below(&o->r, o->n)].class;
	for (size_t i = 0; i < o->n && n < want;) {
		if (o->mine[i].class != c || rng_below(&o->r, 4) == 0) {
			i++;
			continue;
		}
		uint64_t *words = o->mine[i].block;
		must_f(words[0] == o->id && words[1] == (uintptr_t)words,
			"%p is in other hands", (void *)words);
		words[0] = 0;
		block[n++] = words;
		o->mine[i] = o->mine[--o->n];
	}
	if (!n)
		return;
	if (rng_below(&o->r, 2))
		flush(c, block, n);
	else
		ash_shard_post(sh, c, block, n, &spare);
}

static void *one_owner(void *arg)
{
	struct owner *o = arg;
	for (int i = 0; i < (SANITIZED ? 1000 : 20000); i++) {
		if (rng_below(&o->r, 2))
			take_some(o);
		else
			give_some(o);
		if (rng_below(&o->r, 500) == 0)
			ash_shard_trim(sh);
	}
	while (o->n)
		give_some(o);
	return NULL;
}

START_TEST(test_several_threads_never_get_the_same_block)
{
	static struct owner owner[4];
	pthread_t id[ARRAY_LEN(owner)];
	for (unsigned i = 0; i < ARRAY_LEN(owner); i++) {
		owner[i].id = i + 1;
		owner[i].r = rng_start("shard", i);
		must(pthread_create(&id[i], NULL, one_owner, &owner[i]) == 0);
	}
	for (unsigned i = 0; i < ARRAY_LEN(owner); i++)
		must(pthread_join(id[i], NULL) == 0);
	ash_shard_trim(sh);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must_f(blocks_out(c) == 0 && sh->bin[c].slabs == 0, "class %u", c);
	must(used_units() == 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_refilled_blocks_are_of_the_class_and_each_comes_once,
		test_a_refill_from_a_new_slab_ascends_from_the_top_of_the_stack,
		test_flushed_blocks_are_handed_out_again_before_much_new_memory_is_taken,
		test_one_flush_takes_batches_of_several_classes,
		test_a_refill_asks_for_nothing_while_a_slab_has_blocks,
		test_a_bin_whose_blocks_all_came_back_keeps_few_slabs,
		test_trim_destroys_every_slab_without_live_blocks,
		test_a_bin_that_breathes_does_not_make_slabs_again_and_again,
		test_empty_slabs_of_one_class_serve_another,
		test_a_slab_with_one_live_block_stays,
		test_trim_returns_the_pages_between_live_blocks,
		test_visits_return_idle_pages_of_slabs_that_stayed_sparse,
		test_visits_come_to_every_sparse_slab,
		test_growth_is_made_up_for_by_sparse_slabs_of_other_classes,
		test_growth_leaves_classes_alone_that_are_asked_for,
		test_a_parcel_is_handed_on_whole,
		test_what_a_receiver_has_no_room_for_goes_to_the_slabs,
		test_an_inbox_that_nobody_empties_does_not_grow,
		test_an_inbox_of_large_blocks_holds_few,
		test_parcels_that_go_round_leave_the_metadata_alone,
		test_parcels_use_their_records_again,
		test_blocks_in_rows_come_back_each_once,
		test_a_block_flushed_twice_stops_the_process,
		test_a_row_of_free_blocks_stops_the_process,
		test_a_free_block_in_a_row_is_named,
		test_a_pointer_inside_a_block_stops_the_process,
		test_a_pointer_behind_the_last_block_stops_the_process,
		test_a_block_of_a_slab_that_is_gone_stops_the_process,
		test_without_memory_a_refill_gives_what_there_is_and_then_nothing,
		test_several_threads_never_get_the_same_block,
	};

	unit_start();
	begin();
	return run_tests("shard", 60, tests, ARRAY_LEN(tests));
}
