/* Arenas and caches that programs make themselves, and what a thread may ask for itself. */
#include "unit.h"
#include "heap/arena.h"
#include "slab/large.h"
#include "slab/nursery.h"

#include <pthread.h>

#define SHARDS 2

static void begin(void)
{
	ash_nursery_closed = true; /* or the fast paths wait for it */
	must(ash_heap_start());
	ash_heap_init(SHARDS, true);
	ash_heap_arm(true);
}

static unsigned create(void)
{
	unsigned index = 0;
	must(ash_arena_create(&index, NULL) == 0);
	return index;
}

static void *get(unsigned index, size_t size)
{
	void *p = size <= ASH_SMALL_MAX
			  ? ash_heap_alloc_direct(ash_arena_get(index), ash_class_of(size))
			  : ash_large_alloc(size, 16, false, (struct ash_owner){(uint16_t)index, true, NULL});
	must(p);
	memset(p, 1, size);
	return p;
}

static unsigned arena_of(const void *p)
{
	unsigned index = UINT_MAX;
	must(ash_arena_lookup(p, &index) == 0);
	return index;
}

static struct ash_heap_stats stats(void)
{
	struct ash_heap_stats s;
	ash_heap_stats(ASH_SHARDS_MAX, &s);
	return s;
}

static size_t slabs(void)
{
	struct ash_heap_stats s = stats();
	size_t n = 0;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		n += s.bin[c].curslabs;
	return n;
}

static void in_thread(void *(*body)(void *), void *arg)
{
	pthread_t id;
	must(pthread_create(&id, NULL, body, arg) == 0);
	must(pthread_join(id, NULL) == 0);
}

/* ---- arenas */

START_TEST(test_new_arenas_come_after_the_automatic_ones)
{
	begin();
	must(ash_arena_count() == SHARDS);
	must(create() == SHARDS && create() == SHARDS + 1);
	must(ash_arena_count() == SHARDS + 2);
}
END_TEST

/* A cache sends blocks of arenas below that number home some at a time; of those that may be discarded, at once. */
START_TEST(test_new_arenas_are_no_caches_outboxes)
{
	begin();
	struct cache *t = ash_thread_cache();
	must(t);
	ash_heap_limit_shards(1);
	unsigned index = create();
	ck_assert_uint_ge(index, t->noutbox);
	void *p = get(index, 64);
	ash_cache_return(t, p, ash_pagemap_get((uintptr_t)p));
	must(get(index, 64) == p);
}
END_TEST

START_TEST(test_fewer_automatic_arenas_leave_their_numbers)
{
	begin();
	ash_heap_limit_shards(1);
	ck_assert_uint_eq(create(), 1);
}
END_TEST

/* Also where those before it were not. */
START_TEST(test_an_arena_that_was_used_keeps_its_number)
{
	begin();
	ash_heap_init(4, true);
	void *p = get(3, 64);
	ash_heap_limit_shards(1);
	ck_assert_uint_eq(create(), 4);
	ck_assert_uint_eq(arena_of(p), 3);
}
END_TEST

START_TEST(test_none_before_the_library_is_initialised)
{
	unsigned index;
	must(ash_arena_create(&index, NULL) == EAGAIN);
	must(ash_thread_allocatedp() == NULL);
}
END_TEST

START_TEST(test_there_are_as_many_as_flags_can_name)
{
	unsigned index = 0;
	begin();
	for (unsigned i = SHARDS; i < ASH_SHARDS_MAX; i++)
		must(create() == i);
	must(ash_arena_create(&index, NULL) == EAGAIN && ash_arena_count() == ASH_SHARDS_MAX);
	must(arena_of(get(ASH_SHARDS_MAX - 1, 100)) == ASH_SHARDS_MAX - 1);
	must(ash_arena_destroy(ASH_SHARDS_MAX - 1) == 0 && create() == ASH_SHARDS_MAX - 1);
}
END_TEST

START_TEST(test_arenas_share_no_unit)
{
	begin();
	unsigned a = create(), b = create();
	for (int i = 0; i < 10000; i++) {
		uintptr_t p = (uintptr_t)get(a, 16), q = (uintptr_t)get(b, 16);
		must(arena_of((void *)p) == a && arena_of((void *)q) == b);
		must(p >> ASH_UNIT_SHIFT != q >> ASH_UNIT_SHIFT);
	}
}
END_TEST

START_TEST(test_reset_takes_back_every_block)
{
	struct ash_large_stats large;
	begin();
	unsigned a = create(), other = create();
	void *stays = get(other, 100), *stays_too = get(other, 100000);
	unsigned its_class = ASH_ENTRY_CLASS(ash_pagemap_get((uintptr_t)stays));
	for (int round = 0; round < 3; round++) {
		for (size_t size = 16; size < 50 * MIB; size += size / 4) {
			for (int i = 0; i < (size <= ASH_SMALL_MAX ? 300 : 2); i++)
				must(arena_of(get(a, size)) == a);
		}
		must(ash_arena_reset(a) == 0);
		struct ash_heap_stats s = stats();
		for (unsigned c = 0; c < ASH_CLASSES; c++)
			must_f(s.bin[c].curregs == (c == its_class), "class %u: %zu", c, s.bin[c].curregs);
		must(slabs() == 1);
		ash_large_stats(&large);
		must(large.live == 1 && large.huge == 0);
	}
	must(arena_of(stays) == other && arena_of(stays_too) == other);
}
END_TEST

START_TEST(test_reset_takes_back_blocks_that_wait_in_the_inbox)
{
	struct parcel *spare = NULL;
	void *block[ASH_BATCH];
	begin();
	unsigned a = create(), class = ash_class_of(64);
	struct shard *sh = ash_arena_get(a);
	for (int i = 0; i < ASH_BATCH; i++)
		block[i] = get(a, 64);
	ash_shard_post(sh, class, block, ASH_BATCH, &spare);
	must(sh->bin[class].parked == ASH_BATCH);
	must(ash_arena_reset(a) == 0);
	must(sh->bin[class].parked == 0 && stats().bin[class].curregs == 0 && slabs() == 0);
	void *p = get(a, 64);
	must(arena_of(p) == a && stats().bin[class].curregs == 1);
}
END_TEST

START_TEST(test_automatic_arenas_cannot_be_discarded)
{
	begin();
	must(ash_arena_reset(0) == EFAULT && ash_arena_destroy(0) == EFAULT);
	must(ash_arena_reset(99) == EFAULT && ash_arena_destroy(99) == EFAULT);
}
END_TEST

START_TEST(test_an_index_comes_again_only_after_its_arena_is_destroyed)
{
	begin();
	unsigned a = create(), b = create();
	must(ash_arena_set_name(a, "first") == 0);
	get(a, 100);
	must(ash_arena_destroy(a) == 0 && !ash_arena_exists(a) && ash_arena_exists(b));
	must(ash_arena_destroy(a) == EFAULT && ash_arena_reset(a) == EFAULT && !ash_arena_get(a));
	must(slabs() == 0);
	must(create() == a && ash_arena_exists(a));
	char name[32];
	must(ash_arena_name(a, name) == 0 && name[0] == '\0');
	must(arena_of(get(a, 100)) == a);
}
END_TEST

START_TEST(test_names_are_short)
{
	char name[32];
	begin();
	unsigned a = create();
	must(ash_arena_set_name(a, "0123456789012345678901234567890") == 0);
	must(ash_arena_set_name(a, "01234567890123456789012345678901") == EINVAL);
	must(ash_arena_name(a, name) == 0 && strcmp(name, "0123456789012345678901234567890") == 0);
	must(ash_arena_name(77, name) == EFAULT && ash_arena_set_name(77, "x") == EFAULT);
}
END_TEST

static void *free_it(void *p)
{
	struct cache *t = ash_thread_cache();
	ash_cache_return(t, p, ash_pagemap_get((uintptr_t)p));
	return NULL;
}

START_TEST(test_a_block_that_another_thread_frees_goes_home)
{
	begin();
	unsigned a = create();
	void *p = get(a, 100);
	in_thread(free_it, p);
	must(stats().bin[ash_class_of(100)].curregs == 0);
	must(get(a, 100) == p);
}
END_TEST

START_TEST(test_purging_returns_what_is_free_in_an_arena)
{
	static void *p[2000];
	begin();
	unsigned a = create();
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		p[i] = get(a, 4096);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		ash_heap_free_direct(p[i], ash_pagemap_get((uintptr_t)p[i]));
	size_t purged = ash_arena_purge(a);
	must_f(purged >= ARRAY_LEN(p) * 4096 - MIB, "%zu", purged);
	must(slabs() == 0);
}
END_TEST

START_TEST(test_lookup_knows_whose_a_pointer_is)
{
	unsigned index;
	int local;
	begin();
	unsigned a = create();
	char *large = get(a, 200000);
	must(arena_of(large) == a);
	must(ash_arena_lookup(large + ASH_UNIT, &index) == EINVAL);
	must(ash_arena_lookup(&local, &index) == EINVAL);
	must(ash_arena_lookup(NULL, &index) == EINVAL);
	ash_large_free(large);
	must(ash_arena_lookup(large, &index) == EINVAL);
}
END_TEST

/* ---- threads */

START_TEST(test_a_bound_thread_allocates_there)
{
	begin();
	unsigned a = create(), before = ash_thread_arena();
	void *old = ash_cache_refill(ash_thread_cache(), 5);
	must(ash_arena_threads(before) == 1 && ash_arena_threads(a) == 0);
	must(ash_thread_set_arena(a) == 0 && ash_thread_arena() == a);
	must(ash_arena_threads(before) == 0 && ash_arena_threads(a) == 1);
	must(ash_cache_pop(ash_class_size[5]) == NULL); /* its cache was emptied */
	must(arena_of(ash_cache_refill(ash_thread_cache(), 5)) == a);
	void *p = ash_cache_pop(ash_class_size[5]);
	must(arena_of(p) == a && ash_cache_push(p) && !ash_cache_push(old));
	must(ash_arena_destroy(a) == EFAULT);
	must(ash_thread_set_arena(before) == 0 && ash_arena_destroy(a) == 0);
	must(ash_thread_set_arena(a) == EFAULT && ash_thread_set_arena(99) == EFAULT);
}
END_TEST

static void *end_bound(void *arena)
{
	must(ash_thread_set_arena(*(unsigned *)arena) == 0);
	void *p = ash_cache_refill(ash_thread_cache(), 5);
	must(ash_arena_threads(*(unsigned *)arena) == 1 && ash_cache_push(p));
	return NULL;
}

START_TEST(test_a_bound_thread_that_ends_leaves_the_arena)
{
	begin();
	unsigned a = create();
	in_thread(end_bound, &a);
	must(ash_arena_threads(a) == 0 && stats().bin[5].cached == 0);
	must(ash_arena_destroy(a) == 0 && slabs() == 0);
}
END_TEST

START_TEST(test_a_thread_that_counts_comes_the_slow_way)
{
	begin();
	struct cache *t = ash_thread_cache();
	void *p = ash_cache_refill(t, 5);
	must(ash_cache_push(p) && ash_cache_pop(ash_class_size[5]) == p);
	must(ash_thread_counted() == NULL);
	uint64_t *allocated = ash_thread_allocatedp(), *freed = ash_thread_deallocatedp();
	must(allocated && freed && allocated != freed && *allocated == 0 && *freed == 0);
	must(ash_thread_allocatedp() == allocated);
	must(ash_cache_pop(ash_class_size[5]) == NULL && !ash_cache_push(p));
	must(ash_thread_counted() == t && ash_thread_cache() == t && ash_thread_cache_or_null() == t);
}
END_TEST

static void *counts_nothing_yet(void *unused)
{
	uint64_t *allocated = ash_thread_allocatedp();
	must(allocated && *allocated == 0);
	*allocated = 5; /* as if it had */
	return unused;
}

START_TEST(test_a_threads_counters_begin_at_zero)
{
	begin();
	in_thread(counts_nothing_yet, NULL);
	in_thread(counts_nothing_yet, NULL); /* with the same cache */
}
END_TEST

START_TEST(test_a_thread_can_do_without_a_cache)
{
	begin();
	unsigned class = ash_class_of(100);
	struct cache *t = ash_thread_cache();
	void *p = ash_cache_refill(t, class);
	must(ash_cache_push(p) && stats().bin[class].cached > 0 && ash_thread_caching());
	must(ash_thread_set_caching(false) && !ash_thread_caching());
	must(stats().bin[class].cached == 0 && ash_cache_pop(100) == NULL && t->bypassed);
	must(!ash_thread_set_caching(true) && ash_thread_caching());
	must(arena_of(ash_cache_refill(t, class)) == ash_thread_arena());
	must(ash_cache_pop(100) != NULL);
}
END_TEST

START_TEST(test_flushing_sends_all_home)
{
	begin();
	void *p = ash_cache_refill(ash_thread_cache(), 5);
	must(ash_cache_push(p) && stats().bin[5].cached > 0);
	ash_thread_flush();
	must(stats().bin[5].cached == 0 && stats().bin[5].curregs == 0);
}
END_TEST

/* ---- explicit caches */

START_TEST(test_an_explicit_cache_keeps_what_is_put_there)
{
	unsigned id = 99;
	begin();
	must(ash_tcache_create(&id) == 0 && id == 0);
	struct cache *t = ash_tcache_get(id, NULL);
	void *p = ash_cache_refill(t, 5);
	ash_cache_return(t, p, ash_pagemap_get((uintptr_t)p));
	must(stats().bin[5].cached > 0 && stats().bin[5].curregs == 0 && stats().threads == 1);
	must(ash_tcache_flush(id) == 0 && stats().bin[5].cached == 0);
	must(ash_tcache_destroy(id) == 0 && ash_tcache_destroy(id) == EFAULT);
	must(ash_tcache_flush(id) == EFAULT && !ash_tcache_get(id, NULL) && !ash_tcache_get(5000, NULL));
	must(ash_tcache_create(&id) == 0 && id == 0);
}
END_TEST

START_TEST(test_an_explicit_cache_serves_the_arena_that_is_named)
{
	unsigned id;
	begin();
	unsigned a = create();
	must(ash_tcache_create(&id) == 0);
	ash_cache_refill(ash_tcache_get(id, NULL), 5);
	struct cache *t = ash_tcache_get(id, ash_arena_get(a));
	must(t->fast.top[5][-1] == NULL);
	must(arena_of(ash_cache_refill(t, 5)) == a);
	must(ash_arena_reset(a) == 0 && t->fast.top[5][-1] == NULL);
	must(ash_arena_destroy(a) == 0);
	must(arena_of(ash_cache_refill(t, 5)) == 0);
}
END_TEST

START_TEST(test_no_thread_inherits_an_explicit_cache)
{
	unsigned id;
	begin();
	must(ash_tcache_create(&id) == 0);
	must(ash_thread_cache() != ash_tcache_get(id, NULL));
}
END_TEST

START_TEST(test_arenas_and_caches_are_the_childs_too)
{
	unsigned id;
	begin();
	unsigned a = create();
	must(ash_tcache_create(&id) == 0);
	void *p = get(a, 100);
	ash_heap_fork_prepare();
	pid_t pid = fork();
	if (pid == 0) {
		ash_heap_fork_child();
		bool ok = arena_of(get(a, 100)) == a && ash_arena_reset(a) == 0 &&
			  ash_cache_refill(ash_tcache_get(id, NULL), 5) != NULL && ash_arena_destroy(a) == 0;
		_exit(!ok);
	}
	ash_heap_fork_parent();
	int status;
	must(waitpid(pid, &status, 0) == pid && status == 0);
	must(arena_of(p) == a);
}
END_TEST

/* ---- memory from hooks */

static struct {
	int alloc, dalloc, destroy, lazy, forced;
	size_t bytes, purged;
	bool refuse;      /* memory */
	bool keep;        /* what is given back */
	unsigned arena;
	char *at[64];
	size_t size[64];
} hooked;

static void *hook_alloc(struct ash_extent_hooks *h, void *new_addr, size_t size, size_t align, bool *zero, bool *commit,
			unsigned arena)
{
	must(arena == hooked.arena && !new_addr && *commit && size % ASH_CHUNK == 0 && align >= ASH_CHUNK);
	if (hooked.refuse)
		return NULL;
	void *p = ash_supply_default()->alloc(h, new_addr, size, align, zero, commit, arena);
	must(p && (uintptr_t)p % align == 0 && hooked.alloc < 64);
	hooked.at[hooked.alloc] = p;
	hooked.size[hooked.alloc++] = size;
	hooked.bytes += size;
	*zero = false;
	memset(p, 0xee, size); /* or what is not written to by the library could be clean by chance */
	return p;
}

static bool hook_dalloc(struct ash_extent_hooks *h, void *addr, size_t size, bool committed, unsigned arena)
{
	must(arena == hooked.arena && committed);
	hooked.dalloc++;
	if (hooked.keep)
		return true;
	hooked.bytes -= size;
	return ash_supply_default()->dalloc(h, addr, size, committed, arena);
}

static void hook_destroy(struct ash_extent_hooks *h, void *addr, size_t size, bool committed, unsigned arena)
{
	hooked.destroy++;
	hooked.bytes -= size;
	ash_supply_default()->destroy(h, addr, size, committed, arena);
}

static bool hook_purge(struct ash_extent_hooks *h, void *addr, size_t size, size_t offset, size_t len, unsigned arena)
{
	int i = 0;
	while (hooked.at[i] != addr)
		must(++i < 64);
	must(hooked.size[i] == size && offset + len <= size && len && arena == hooked.arena);
	hooked.forced++;
	hooked.purged += len;
	return ash_supply_default()->purge_forced(h, addr, size, offset, len, arena);
}

static struct ash_extent_hooks hooks = {
	.alloc = hook_alloc, .dalloc = hook_dalloc, .destroy = hook_destroy, .purge_forced = hook_purge};

static unsigned create_hooked(void)
{
	begin();
	create();
	hooked.arena = create();
	must(ash_arena_set_hooks(hooked.arena, &hooks) == 0);
	return hooked.arena;
}

static bool is_provided(const void *p, size_t size)
{
	for (int i = 0; i < hooked.alloc; i++)
		if ((const char *)p >= hooked.at[i] && (const char *)p + size <= hooked.at[i] + hooked.size[i])
			return true;
	return false;
}

static void *take(size_t size, bool zero)
{
	struct shard *sh = ash_arena_get(hooked.arena);
	void *p = size <= ASH_SMALL_MAX
			  ? ash_heap_alloc_direct(sh, ash_class_of(size))
			  : ash_large_alloc(size, 16, zero, (struct ash_owner){(uint16_t)sh->id, true, sh->supply});
	return p;
}

START_TEST(test_hooks_provide_all_memory_of_an_arena)
{
	unsigned a = create_hooked();
	for (size_t size = 16; size < 80 * MIB; size *= 3)
		for (int i = 0; i < 5; i++) {
			char *p = take(size, size > ASH_SMALL_MAX);
			must(p && is_provided(p, size) && arena_of(p) == a);
			must(size <= ASH_SMALL_MAX || (p[0] == 0 && p[size - 1] == 0));
			memset(p, 1, size);
		}
	must(ash_arena_destroy(a) == 0);
	must(hooked.bytes == 0 && hooked.dalloc == hooked.alloc && hooked.destroy == 0);
}
END_TEST

START_TEST(test_free_extents_go_back_but_for_one)
{
	create_hooked();
	void *p[5], *large = take(10 * MIB, false);
	for (int i = 0; i < 5; i++)
		p[i] = take(2 * MIB, false);
	must(hooked.alloc == 6);
	for (int i = 0; i < 5; i++)
		must(ash_large_free(p[i]));
	must(hooked.dalloc == 4 && ash_large_free(large) && hooked.dalloc == 5 && hooked.bytes == 2 * MIB);
	must(is_provided(take(100, false), 100) && hooked.alloc == 6);
}
END_TEST

START_TEST(test_what_hooks_keep_is_used_again)
{
	unsigned a = create_hooked();
	hooked.keep = true;
	for (int i = 0; i < 20; i++) {
		char *p = take(8 * MIB, true);
		must(is_provided(p, 8 * MIB) && p[0] == 0 && p[8 * MIB - 1] == 0);
		memset(p, 1, 8 * MIB);
		must(ash_large_free(p));
	}
	must(hooked.alloc == 1 && hooked.dalloc == 20); /* asked each time */
	must(hooked.purged == 20 * 8 * MIB);            /* and what they keep has no pages */
	for (int i = 0; i < 4; i++)
		must(is_provided(take(2 * MIB, false), 2 * MIB));
	must(hooked.alloc == 1);
	must(ash_arena_destroy(a) == 0 && hooked.destroy == 1 && hooked.bytes == 0);
}
END_TEST

START_TEST(test_what_hooks_keep_is_not_offered_again)
{
	unsigned a = create_hooked();
	hooked.keep = true;
	must(ash_large_free(take(8 * MIB, false)));
	must(hooked.dalloc == 1);
	ash_arena_purge(a);
	must(hooked.dalloc == 1 && hooked.forced == 4);
}
END_TEST

START_TEST(test_no_memory_from_hooks_is_no_memory)
{
	create_hooked();
	hooked.refuse = true;
	must(!take(100, false) && !take(100000, false) && !take(100 * MIB, false));
	hooked.refuse = false;
	must(take(100, false));
}
END_TEST

/* 63 units, of which two are in use at the end: both lie in the first extent. The second is given back whole. */
START_TEST(test_pages_go_back_only_through_hooks)
{
	static char *p[1000];
	unsigned a = create_hooked();
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		memset(p[i] = take(4096, false), 7, 4096);
	must(hooked.alloc == 2);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		if (i % 500)
			ash_heap_free_direct(p[i], ash_pagemap_get((uintptr_t)p[i]));
	must(hooked.forced == 0);
	size_t purged = ash_arena_purge(a);
	must(hooked.dalloc == 1 && hooked.bytes == 2 * MIB);
	must_f(hooked.purged == 30 * ASH_UNIT, "%zu", hooked.purged); /* nothing inside those in use */
	must(purged == 2 * MIB + hooked.purged);
	must(p[0][100] == 7 && p[500][4000] == 7);
	must(ash_arena_purge(a) == 0 && hooked.purged == 30 * ASH_UNIT);
}
END_TEST

START_TEST(test_hooks_can_be_asked_for_and_changed)
{
	struct ash_extent_hooks *h = NULL;
	begin();
	unsigned a = create();
	must(ash_arena_hooks(a, &h) == 0 && h == ash_supply_default() && h->alloc);
	hooked.arena = a;
	void *common = take(100, false);
	must(ash_arena_set_hooks(a, &hooks) == 0 && ash_arena_hooks(a, &h) == 0 && h == &hooks);
	must(!is_provided(common, 100) && is_provided(take(5000, false), 5000));
	must(ash_arena_hooks(99, &h) == EFAULT && ash_arena_set_hooks(99, &hooks) == EFAULT);
	must(ash_arena_destroy(a) == 0 && hooked.bytes == 0);
	must(create() == a && ash_arena_hooks(a, &h) == 0 && h == ash_supply_default());
}
END_TEST

START_TEST(test_given_back_addresses_can_be_common_memory)
{
	unsigned a = create_hooked();
	for (int round = 0; round < 30; round++) {
		void *p[8], *q[8];
		hooked.alloc = 0;
		for (int i = 0; i < 8; i++)
			must((p[i] = take((i + 1) * MIB, false)) != NULL);
		must(ash_arena_reset(a) == 0 && ash_arena_purge(a) + 1);
		for (int i = 0; i < 8; i++) {
			must((q[i] = ash_large_alloc((i + 1) * MIB, 16, true, (struct ash_owner){0})) != NULL);
			must(arena_of(q[i]) == 0);
			memset(q[i], 1, (i + 1) * MIB);
		}
		for (int i = 0; i < 8; i++)
			ash_large_free(q[i]);
		ash_chunk_release();
	}
	must(hooked.bytes == 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_new_arenas_come_after_the_automatic_ones,
		test_new_arenas_are_no_caches_outboxes,
		test_fewer_automatic_arenas_leave_their_numbers,
		test_an_arena_that_was_used_keeps_its_number,
		test_none_before_the_library_is_initialised,
		test_there_are_as_many_as_flags_can_name,
		test_arenas_share_no_unit,
		test_reset_takes_back_every_block,
		test_reset_takes_back_blocks_that_wait_in_the_inbox,
		test_automatic_arenas_cannot_be_discarded,
		test_an_index_comes_again_only_after_its_arena_is_destroyed,
		test_names_are_short,
		test_a_block_that_another_thread_frees_goes_home,
		test_purging_returns_what_is_free_in_an_arena,
		test_lookup_knows_whose_a_pointer_is,
		test_a_bound_thread_allocates_there,
		test_a_bound_thread_that_ends_leaves_the_arena,
		test_a_thread_that_counts_comes_the_slow_way,
		test_a_threads_counters_begin_at_zero,
		test_a_thread_can_do_without_a_cache,
		test_flushing_sends_all_home,
		test_an_explicit_cache_keeps_what_is_put_there,
		test_an_explicit_cache_serves_the_arena_that_is_named,
		test_no_thread_inherits_an_explicit_cache,
		test_arenas_and_caches_are_the_childs_too,
		test_hooks_provide_all_memory_of_an_arena,
		test_free_extents_go_back_but_for_one,
		test_what_hooks_keep_is_used_again,
		test_what_hooks_keep_is_not_offered_again,
		test_no_memory_from_hooks_is_no_memory,
		test_pages_go_back_only_through_hooks,
		test_hooks_can_be_asked_for_and_changed,
		test_given_back_addresses_can_be_common_memory,
	};

	unit_start();
	return run_tests("arena", 60, tests, ARRAY_LEN(tests));
}
