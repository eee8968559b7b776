/* Thread caches: the fast paths and what stands behind them, from a thread's first block to its
 * end. get() and put() do what malloc and free do with small blocks (lib/api). */
#include "unit.h"
#include "slab/nursery.h"
#include "heap/thread.h"
#include "region/meta.h"
#include "slab/large.h"

#include <pthread.h>

#define SHARDS 2

static void begin(bool caches)
{
	ash_nursery_closed = true; /* or the fast paths wait for it */
	must(ash_heap_start());
	ash_heap_init(SHARDS, caches);
	ash_heap_arm(true);
}

static void *get(size_t size)
{
	void *p = ash_cache_pop(size);
	if (p)
		return p;
	unsigned class = ash_class_of(size);
	struct cache *t = ash_thread_cache();
	p = t ? ash_cache_refill(t, class) : ash_heap_alloc_direct(NULL, class);
	must_f(p != NULL, "%zu bytes", size);
	return p;
}

static void put(void *p)
{
	if (ash_cache_push(p))
		return;
	uint32_t entry = ash_pagemap_get((uintptr_t)p);
	must(entry != 0 && entry != ASH_ENTRY_LARGE);
	struct cache *t = ash_thread_cache();
	if (t)
		ash_cache_return(t, p, entry);
	else
		ash_heap_free_direct(p, entry);
}

/* A block that the cache has room for: large classes get an array only when they are used, and as
 * the budget grows. */
static void *get_cached(size_t size)
{
	void *p = get(size);
	for (int i = 0; i < 2000 && !ash_cache_push(p); i++) {
		put(p);
		p = get(size);
	}
	void *popped = ash_cache_pop(size);
	must_f(popped != NULL, "size %zu", size);
	if (popped != p)
		put(p);
	return popped;
}

static unsigned class_at(const void *p)
{
	return ASH_ENTRY_CLASS(ash_pagemap_get((uintptr_t)p));
}

static unsigned shard_at(const void *p)
{
	return ASH_ENTRY_SHARD(ash_pagemap_get((uintptr_t)p));
}

static struct ash_heap_stats stats(void)
{
	struct ash_heap_stats s;
	ash_heap_stats(ASH_SHARDS_MAX, &s);
	return s;
}

static size_t allocated(void)
{
	struct ash_heap_stats s = stats();
	size_t n = 0;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		n += s.bin[c].curregs;
	return n;
}

static void add_to_class(void *per_class, unsigned class, size_t blocks)
{
	((size_t *)per_class)[class] += blocks;
}

static size_t cached_bytes(const struct cache *t)
{
	size_t per_class[ASH_CLASSES] = {0}, bytes = 0;
	ash_cache_count(t, ASH_SHARDS_MAX, add_to_class, per_class);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		bytes += per_class[c] * ash_class_size[c];
	return bytes;
}

static size_t cached(const struct cache *t, unsigned class)
{
	size_t per_class[ASH_CLASSES] = {0};
	ash_cache_count(t, ASH_SHARDS_MAX, add_to_class, per_class);
	return per_class[class];
}

static size_t visits(unsigned class)
{
	struct ash_heap_stats s = stats();
	return (size_t)(s.bin[class].nfills + s.bin[class].nflushes);
}

static void in_thread(void *(*body)(void *), void *arg)
{
	pthread_t id;
	must(pthread_create(&id, NULL, body, arg) == 0);
	must(pthread_join(id, NULL) == 0);
}

/* Everything came back, and the heap can prove it. */
static void must_be_empty(void)
{
	struct ash_region_stats r;
	ash_heap_trim(false);
	must_f(allocated() == 0, "%zu blocks are out", allocated());
	struct ash_heap_stats s = stats();
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must_f(s.bin[c].cached == 0 && s.bin[c].curslabs == 0,
			"class %u: %zu cached, %zu slabs", c, s.bin[c].cached, s.bin[c].curslabs);
	ash_chunk_stats(&r);
	must(r.free == r.mapped);
}

/* ---- the fast paths alone */

START_TEST(test_before_it_is_armed_every_call_goes_the_slow_way)
{
	must(ash_heap_start());
	void *p = ash_heap_alloc_direct(NULL, 3);
	must(p != NULL && class_at(p) == 3);
	must(ash_cache_pop(64) == NULL);
	must(!ash_cache_push(p));
	must(!ash_cache_push(NULL));
	ash_heap_free_direct(p, ash_pagemap_get((uintptr_t)p));
	must(allocated() == 0);
}
END_TEST

START_TEST(test_disarmed_every_call_goes_the_slow_way)
{
	begin(true);
	void *p = get(64), *q = get(64);
	must(ash_cache_push(p));
	ash_heap_arm(false);
	must(ash_cache_pop(64) == NULL && !ash_cache_push(q));
	ash_heap_arm(true);
	must(ash_cache_pop(64) == p && ash_cache_push(q));
}
END_TEST

START_TEST(test_a_thread_without_a_cache_goes_the_slow_way)
{
	begin(true);
	must(ash_thread_cache_or_null() == NULL);
	for (size_t size = 1; size <= ASH_SMALL_MAX; size++)
		must(ash_cache_pop(size) == NULL);
	void *p = ash_heap_alloc_direct(NULL, 3);
	must(!ash_cache_push(p));
	must(ash_thread_cache_or_null() == NULL);
}
END_TEST

/* Of the class it has now, or, while its group of classes was closed, of one up to seven above. */
static void check_class(const void *p, size_t size)
{
	unsigned c = class_at(p);
	must_f(ash_class_size[c] >= size && c >= ash_class_of(size), "size %zu, class %u",
		size, c);
	must_f(c < ash_class_of(size) + 8, "size %zu, class %u", size, c);
}

START_TEST(test_every_size_pops_a_block_of_its_class)
{
	begin(true);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		if (ash_class_group(c))
			ash_sizeclass_open(c);
	for (size_t size = 1; size <= ASH_SMALL_MAX; size++) {
		void *p = get_cached(size);
		must_f(class_at(p) == ash_class_of(size), "size %zu", size);
		must_f(ash_cache_push(p), "size %zu", size);
		must_f(ash_cache_pop(size) == p, "size %zu", size);
		must_f(ash_cache_push(p), "size %zu", size);
	}
}
END_TEST

START_TEST(test_sizes_get_smaller_classes_when_many_blocks_are_out)
{
	begin(true);
	void *block[2000];
	must(class_at(get(272)) == ash_class_of(384));
	for (size_t i = 0; i < ARRAY_LEN(block); i++) {
		block[i] = get(272);
		check_class(block[i], 272);
	}
	must(ash_class_size[class_at(get(272))] == 288);
	for (size_t i = 0; i < ARRAY_LEN(block); i++)
		put(block[i]);
	must(ash_class_size[class_at(get(272))] == 288); /* for good */
}
END_TEST

START_TEST(test_sizes_that_are_no_class_go_the_slow_way)
{
	begin(true);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		put(get(ash_class_size[c]));
	must(ash_cache_pop(opaque(0)) == NULL);
	must(ash_cache_pop(opaque(ASH_SMALL_MAX + 1)) == NULL);
	for (unsigned bit = 16; bit < sizeof(size_t) * 8; bit++) {
		must(ash_cache_pop(opaque((size_t)1 << bit)) == NULL);
		must(ash_cache_pop(opaque(((size_t)1 << bit) + 16)) == NULL);
	}
	must(ash_cache_pop(opaque(SIZE_MAX)) == NULL);
}
END_TEST

START_TEST(test_the_last_block_in_is_the_first_out)
{
	begin(true);
	void *block[8];
	for (size_t i = 0; i < ARRAY_LEN(block); i++)
		block[i] = get(100);
	for (size_t i = 0; i < 3; i++)
		put(block[i]);
	for (size_t i = 3; i-- > 0;)
		must(get(100) == block[i]);
}
END_TEST

START_TEST(test_push_takes_nothing_but_blocks_of_ones_own)
{
	static char variable[64];
	char local[64];
	begin(true);
	void *p = get(64), *libcs = opaque_ptr(malloc(64));
	char *large = ash_large_alloc(10 * ASH_UNIT, 16, false, (struct ash_owner){0});
	must(large != NULL);
	must(ash_cache_push(p));
	must(!ash_cache_push(NULL));
	must(!ash_cache_push(variable) && !ash_cache_push(local) &&
		!ash_cache_push(libcs));
	for (size_t i = 0; i < 10; i++)
		must(!ash_cache_push(large + i * ASH_UNIT));
	must(!ash_cache_push((void *)&ash_cache_refill));
	for (unsigned bit = 0; bit < 64; bit++) {
		must(!ash_cache_push((void *)((uintptr_t)1 << bit)));
		must(!ash_cache_push((void *)(~(uintptr_t)0 << bit)));
	}
	must(ash_cache_pop(64) == p);
	free(libcs);
}
END_TEST

START_TEST(test_a_block_pushed_twice_in_a_row_is_refused)
{
	begin(true);
	void *p = get(64), *q = get(64);
	must(ash_cache_push(p) && !ash_cache_push(p));
	must(ash_cache_push(q) && !ash_cache_push(q));
}
END_TEST

static void put_twice(void *p)
{
	put(p);
	put(p);
}

START_TEST(test_a_block_freed_twice_in_a_row_stops_the_process)
{
	begin(true);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		struct child child = run_in_child(put_twice, get(ash_class_size[c]));
		must_f(died_of(&child, SIGABRT) && strstr(child.err, "double free"),
			"class %u: %s", c, child.err);
	}
}
END_TEST

/* ---- how much a cache keeps */

START_TEST(test_a_thread_that_did_little_keeps_little)
{
	begin(true);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		put(get(ash_class_size[c]));
	struct cache *t = ash_thread_cache();
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must_f(cached(t, c) <= 8 &&
				cached(t, c) * ash_class_size[c] <= 2 * ASH_SMALL_MAX,
			"class %u: %zu blocks", c, cached(t, c));
	must(ash_meta_bytes() <= 256 * KIB);
}
END_TEST

enum { BURST = 100 };

static void bursts(unsigned class, int rounds)
{
	void *block[BURST];
	for (int round = 0; round < rounds; round++) {
		for (size_t i = 0; i < BURST; i++)
			block[i] = get(ash_class_size[class]);
		for (size_t i = 0; i < BURST; i++)
			put(block[i]);
	}
}

static void must_be_steady(unsigned class)
{
	size_t before = visits(class);
	bursts(class, 500);
	must_f(visits(class) - before <= 20, "class %u: %zu visits in 500 rounds of %d",
		class, visits(class) - before, BURST);
}

static void steady_class(void *class)
{
	bursts(*(unsigned *)class, 3000);
	must_be_steady(*(unsigned *)class);
}

START_TEST(test_a_class_in_steady_use_stops_visiting_its_shard)
{
	begin(true);
	for (unsigned c = 0; c < 40; c++) { /* up to 2 KiB */
		struct child child = run_in_child(steady_class, &c);
		must_f(exited_with(&child, 0), "class %u: %s", c, child.err);
	}
}
END_TEST

START_TEST(test_a_burst_of_64_of_the_largest_blocks_stops_visiting_its_shard)
{
	enum { N = 64 };
	void *block[N];
	size_t before = 0;
	begin(true);
	unsigned class = ash_class_of(ASH_SMALL_MAX);
	for (int round = 0; round < 4500; round++) {
		if (round == 4000)
			before = visits(class);
		for (size_t i = 0; i < N; i++)
			block[i] = get(ASH_SMALL_MAX);
		for (size_t i = 0; i < N; i++)
			put(block[i]);
	}
	must_f(visits(class) - before <= 20, "%zu visits in 500 rounds of %d", visits(class) - before, N);
}
END_TEST

/* What a thread did long ago must not count for ever. */
START_TEST(test_a_class_gets_its_room_however_many_were_in_use_before)
{
	begin(true);
	for (unsigned c = 0; c < 40; c++)
		bursts(c, 500);
	bursts(20, 4000);
	must_be_steady(20);
	bursts(39, 4000);
	must_be_steady(39);
}
END_TEST

START_TEST(test_a_cache_never_holds_more_than_some_mebibytes)
{
	begin(true);
	struct rng r = rng_start("cache", 0);
	static void *block[3000];
	for (int i = 0; i < 300000; i++) {
		size_t k = rng_below(&r, ARRAY_LEN(block));
		if (block[k]) {
			put(block[k]);
			block[k] = NULL;
		} else {
			block[k] = get(1 + rng_below(&r, ASH_SMALL_MAX));
		}
		if (i % 64 == 0)
			must_f(cached_bytes(ash_thread_cache()) <= 4 * MIB,
				"%zu bytes after %d calls",
				cached_bytes(ash_thread_cache()), i);
	}
	must(cached_bytes(ash_thread_cache()) > 0);
	for (size_t k = 0; k < ARRAY_LEN(block); k++)
		if (block[k])
			put(block[k]);
	must_be_empty();
}
END_TEST

START_TEST(test_a_class_no_longer_used_is_emptied_by_visits_of_others)
{
	begin(true);
	static void *block[1000];
	struct cache *t;
	for (int round = 0; round < 100; round++) {
		for (size_t i = 0; i < 200; i++)
			block[i] = get(48);
		for (size_t i = 0; i < 200; i++)
			put(block[i]);
	}
	t = ash_thread_cache();
	must(cached(t, ash_class_of(48)) >= 100);
	for (int round = 0; round < 2000 && cached(t, ash_class_of(48)); round++) {
		for (size_t i = 0; i < ARRAY_LEN(block); i++)
			block[i] = get(400);
		for (size_t i = 0; i < ARRAY_LEN(block); i++)
			put(block[i]);
	}
	must(cached(t, ash_class_of(48)) == 0);
	must(cached(t, ash_class_of(400)) > 0);
}
END_TEST

START_TEST(test_a_trim_elsewhere_empties_the_cache_at_the_next_visit)
{
	begin(true);
	void *p[100];
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		p[i] = get(64);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		put(p[i]);
	struct cache *t = ash_thread_cache();
	must(cached(t, 3) > 0);
	ash_cache_empty_asked++;
	void *q = get(20000); /* of a class with an empty array */
	must_f(cached(t, 3) == 0, "%zu blocks are left", cached(t, 3));
	put(q);
	put(get(64));
	must(cached(t, 3) > 0); /* once, not again and again */
	must_be_empty();
}
END_TEST

START_TEST(test_flush_empties_the_cache_and_loses_nothing)
{
	begin(true);
	static void *block[ASH_CLASSES * 50];
	for (size_t i = 0; i < ARRAY_LEN(block); i++)
		block[i] = get(ash_class_size[i % ASH_CLASSES]);
	for (size_t i = 0; i < ARRAY_LEN(block); i++)
		put(block[i]);
	ash_cache_flush(ash_thread_cache());
	must(cached_bytes(ash_thread_cache()) == 0);
	must(allocated() == 0);
	must_be_empty();
}
END_TEST

START_TEST(test_without_caches_every_call_is_served_by_the_shards)
{
	begin(false);
	void *p = get(64), *q = get(ASH_SMALL_MAX);
	must(ash_thread_cache() == NULL);
	must(allocated() == 2);
	put(p);
	put(q);
	must(allocated() == 0);
	must_be_empty();
}
END_TEST

/* A cache without memory for its arrays still hands out and takes back, block by block. */
START_TEST(test_without_memory_for_arrays_blocks_come_one_at_a_time)
{
	if (SANITIZED)
		return; /* the shadow does not live under such a limit */
	begin(true);
	static const unsigned char open[] = {19, 31, 43, 55, 71};
	void *first = get(64), *block[ARRAY_LEN(open)];
	for (size_t i = 0; i < ARRAY_LEN(open); i++) { /* slabs for them, but no arrays */
		block[i] = ash_heap_alloc_direct(NULL, open[i]);
		must(block[i] != NULL);
	}
	limit_address_space(0);
	while (ash_meta_alloc(64))
		;
	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		unsigned c = open[i];
		if (shard_at(block[i]) != shard_at(first))
			continue;
		void *p = get(ash_class_size[c]), *q = get(ash_class_size[c]);
		must(p != q && class_at(p) == c && class_at(q) == c);
		put(p);
		put(q);
		put(block[i]);
	}
	must(allocated() == 1);
}
END_TEST

/* ---- threads */

static void *bind(void *shard)
{
	*(uint32_t *)shard = ash_thread_cache()->shard->id;
	return NULL;
}

START_TEST(test_threads_are_spread_over_the_shards)
{
	uint32_t mine, other = 99, next = 99;
	begin(true);
	bind(&mine);
	in_thread(bind, &other);
	in_thread(bind, &next);
	must(other == 1 - mine && next == other); /* the other one's thread is gone */
	must(stats().shards == SHARDS);
}
END_TEST

static void *allocate_some(void *arg)
{
	void **block = arg;
	for (size_t i = 0; i < 1000; i++) {
		block[i] = get(100);
		fill(block[i], 0, 100, i);
	}
	return NULL;
}

static void *free_some(void *arg)
{
	void **block = arg;
	for (size_t i = 0; i < 1000; i++) {
		must(holds(block[i], 100, i));
		put(block[i]);
		/* Those of another shard are on their way there before they are many. */
		must(cached_bytes(ash_thread_cache()) <= 64 * 112 + 300 * 112);
	}
	return NULL;
}

START_TEST(test_blocks_go_home_to_the_shard_they_came_from)
{
	static void *block[1000];
	begin(true);
	get(1); /* this thread's shard is 0 */
	in_thread(allocate_some, block);
	must(shard_at(block[0]) != ash_thread_cache()->shard->id);
	free_some(block);
	must(cached(ash_thread_cache(), ash_class_of(100)) < ASH_BATCH);
	must(allocated() == 1);
	ash_cache_flush(ash_thread_cache());
	must(cached_bytes(ash_thread_cache()) == 0);
	must_f(allocated() == 1, "%zu", allocated());
}
END_TEST

START_TEST(test_large_blocks_of_others_do_not_wait_for_many)
{
	void *block[64];
	begin(true);
	get(1);
	struct cache *t = ash_thread_cache();
	struct shard *other = ash_shard_create(1, false);
	must(other != NULL && t->shard->id == 0);
	ash_shards[1] = other;
	for (size_t got = 0; got < ARRAY_LEN(block);)
		got += ash_shard_refill(
			other, ASH_CLASSES - 1, block + got, ARRAY_LEN(block) - got);
	for (size_t i = 0; i < ARRAY_LEN(block); i++) {
		put(block[i]);
		must(cached(t, ASH_CLASSES - 1) <= 2);
	}
}
END_TEST

/* Few blocks of another shard must not stay for ever with a thread that goes on with its own. */
START_TEST(test_single_blocks_of_others_go_home_with_later_visits)
{
	static void *block[1000], *own[2000];
	begin(true);
	get(1);
	in_thread(allocate_some, block);
	put(block[0]);
	put(block[1]);
	must(cached(ash_thread_cache(), class_at(block[0])) == 2);
	for (int round = 0; round < 10; round++) {
		for (size_t i = 0; i < ARRAY_LEN(own); i++)
			own[i] = get(500);
		for (size_t i = 0; i < ARRAY_LEN(own); i++)
			put(own[i]);
	}
	must(cached(ash_thread_cache(), class_at(block[0])) == 0);
}
END_TEST

static void *use_all_classes(void *unused)
{
	void *block[ASH_CLASSES];
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		block[c] = get(ash_class_size[c]);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		put(block[c]);
	return unused;
}

START_TEST(test_a_thread_that_ends_leaves_nothing_behind)
{
	begin(true);
	in_thread(use_all_classes, NULL);
	struct ash_heap_stats s = stats();
	must(s.threads == 0);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must(s.bin[c].cached == 0 && s.bin[c].curregs == 0);
	must_be_empty();
}
END_TEST

START_TEST(test_threads_that_come_and_go_share_one_cache)
{
	begin(true);
	for (int i = 0; i < 400; i++) /* till its arrays have grown */
		in_thread(use_all_classes, NULL);
	size_t before = ash_meta_bytes();
	for (int i = 0; i < 400; i++)
		in_thread(use_all_classes, NULL);
	must_f(ash_meta_bytes() == before, "%zu bytes more", ash_meta_bytes() - before);
}
END_TEST

/* A destructor that runs behind ours: C libraries call them in the order of their keys. */
static pthread_key_t late;

static void late_destructor(void *p)
{
	put(p);
	void *q = get(200);
	fill(q, 0, 200, 5);
	must(holds(q, 200, 5));
	put(q);
	must(ash_thread_cache() == NULL);
}

static void *with_late_destructor(void *unused)
{
	must(pthread_setspecific(late, get(77)) == 0);
	return unused;
}

START_TEST(test_calls_after_the_end_of_a_cache_are_served_without_one)
{
	begin(true);
	must(pthread_key_create(&late, late_destructor) == 0);
	for (int i = 0; i < 10; i++)
		in_thread(with_late_destructor, NULL);
	must(stats().threads == 0);
	must_be_empty();
}
END_TEST

/* ---- random calls of several threads, which free what others made */

enum { SLOTS = 4000 };
static _Atomic(uint64_t *) slot[SLOTS];

static void *random_calls(void *stream)
{
	struct rng r = rng_start("cache", (unsigned)(uintptr_t)stream);
	for (int i = 0; i < (SANITIZED ? 10000 : 60000); i++) {
		uint64_t *p = NULL;
		if (rng_below(&r, 8) < 5) {
			size_t size = 16 + rng_below(&r, rng_below(&r, 10)
								 ? 400
								 : ASH_SMALL_MAX - 15);
			p = get(size);
			p[0] = size;
			p[1] = (uintptr_t)p ^ size;
			fill((char *)p + size - size % 16, 0, size % 16, size);
		}
		p = atomic_exchange(&slot[rng_below(&r, SLOTS)], p);
		if (!p)
			continue;
		size_t size = p[0];
		must_f(p[1] == ((uintptr_t)p ^ size), "%p was written to", (void *)p);
		check_class(p, size);
		must(holds((char *)p + size - size % 16, size % 16, size));
		p[0] = p[1] = 0;
		put(p);
	}
	return NULL;
}

START_TEST(test_random_calls_of_several_threads_lose_and_share_nothing)
{
	pthread_t id[4];
	begin(true);
	for (uintptr_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_create(&id[i], NULL, random_calls, (void *)i) == 0);
	for (int i = 0; i < 50; i++) {
		sleep_ms(1);
		must(stats().threads <= ARRAY_LEN(id));
		if (i % 10 == 0)
			ash_heap_trim(false);
	}
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_join(id[i], NULL) == 0);
	size_t live[ASH_CLASSES] = {0};
	for (size_t i = 0; i < SLOTS; i++)
		if (slot[i])
			live[class_at(slot[i])]++;
	struct ash_heap_stats s = stats();
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must_f(s.bin[c].curregs == live[c], "class %u: %zu, not %zu", c,
			s.bin[c].curregs, live[c]);
	for (size_t i = 0; i < SLOTS; i++)
		if (slot[i])
			put(slot[i]);
	must_be_empty();
}
END_TEST

/* ---- fork */

static void *wait_for_end(void *end)
{
	get(64);
	while (!*(_Atomic bool *)end)
		sleep_ms(1);
	return NULL;
}

START_TEST(test_a_child_goes_on_alone)
{
	static _Atomic bool end;
	pthread_t id[3];
	int status;
	begin(true);
	void *p = get(64);
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_create(&id[i], NULL, wait_for_end, &end) == 0);
	while (stats().threads < 1 + ARRAY_LEN(id))
		sleep_ms(1);
	ash_heap_fork_prepare();
	pid_t pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		alarm(20);
		ash_heap_fork_child();
		put(p);
		for (int i = 0; i < 1000; i++)
			put(get(1 + i));
		if (!THREAD_SANITIZED) /* there, a child may have no threads */
			in_thread(use_all_classes, NULL);
		_exit(stats().threads == 1 ? 0 : 2);
	}
	ash_heap_fork_parent();
	must(waitpid(pid, &status, 0) == pid);
	must_f(status != 2 << 8, "the child counts threads that it does not have");
	must_f(status == 0, "the child ended with %x", (unsigned)status);
	put(p);
	end = true;
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_join(id[i], NULL) == 0);
}
END_TEST

/* Visits to all classes again and again, as a busy thread makes them; returns what its arrays grew to hold. */
static size_t grown_to(void)
{
	static void *block[400];
	for (int round = 0; round < 300; round++) {
		unsigned class = (unsigned)round % 40;
		size_t n = 8000 / ash_class_size[class];
		n = n > ARRAY_LEN(block) ? ARRAY_LEN(block) : n < 3 ? 3 : n;
		for (size_t i = 0; i < n; i++)
			block[i] = get(ash_class_size[class]);
		for (size_t i = 0; i < n; i++)
			put(block[i]);
	}
	return ash_thread_cache()->held_bytes;
}

static void *grow_in_thread(void *held)
{
	*(size_t *)held = grown_to();
	return NULL;
}

START_TEST(test_what_caches_grow_to_is_bounded_in_all)
{
	size_t alone, beside;
	pthread_t t;
	begin(true);
	ash_heap_bound_caches(1, 60000);
	alone = grown_to();
	must_f(alone > 30000 && alone <= 60000, "%zu", alone);
	must(pthread_create(&t, NULL, grow_in_thread, &beside) == 0);
	pthread_join(t, NULL);
	must_f(beside > 15000 && beside <= 30000, "%zu", beside);
}
END_TEST

START_TEST(test_caches_without_a_bound_grow_as_they_are_used)
{
	begin(true);
	must(grown_to() > 60000);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_before_it_is_armed_every_call_goes_the_slow_way,
		test_disarmed_every_call_goes_the_slow_way,
		test_a_thread_without_a_cache_goes_the_slow_way,
		test_every_size_pops_a_block_of_its_class,
		test_sizes_get_smaller_classes_when_many_blocks_are_out,
		test_sizes_that_are_no_class_go_the_slow_way,
		test_the_last_block_in_is_the_first_out,
		test_push_takes_nothing_but_blocks_of_ones_own,
		test_a_block_pushed_twice_in_a_row_is_refused,
		test_a_block_freed_twice_in_a_row_stops_the_process,
		test_a_thread_that_did_little_keeps_little,
		test_a_class_in_steady_use_stops_visiting_its_shard,
		test_a_burst_of_64_of_the_largest_blocks_stops_visiting_its_shard,
		test_a_class_gets_its_room_however_many_were_in_use_before,
		test_a_cache_never_holds_more_than_some_mebibytes,
		test_a_class_no_longer_used_is_emptied_by_visits_of_others,
		test_a_trim_elsewhere_empties_the_cache_at_the_next_visit,
		test_flush_empties_the_cache_and_loses_nothing,
		test_without_caches_every_call_is_served_by_the_shards,
		test_without_memory_for_arrays_blocks_come_one_at_a_time,
		test_threads_are_spread_over_the_shards,
		test_blocks_go_home_to_the_shard_they_came_from,
		test_large_blocks_of_others_do_not_wait_for_many,
		test_single_blocks_of_others_go_home_with_later_visits,
		test_a_thread_that_ends_leaves_nothing_behind,
		test_threads_that_come_and_go_share_one_cache,
		test_calls_after_the_end_of_a_cache_are_served_without_one,
		test_random_calls_of_several_threads_lose_and_share_nothing,
		test_a_child_goes_on_alone,
		test_what_caches_grow_to_is_bounded_in_all,
		test_caches_without_a_bound_grow_as_they_are_used,
	};

	unit_start();
	return run_tests("cache", 60, tests, ARRAY_LEN(tests));
}
