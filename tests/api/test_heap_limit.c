/* Soft and hard limits on the heap's physical size, as programs see them. */
#include "support.h"

#include <ashlar/ashlar.h>
#include <pthread.h>

#define CHUNK (2 * MIB)

struct block {
	struct block *next;
	size_t size;
};

/* Takes and fills blocks until they are `bytes`, or there is none. */
static size_t take(struct block **list, size_t size, size_t bytes)
{
	size_t taken = 0;

	while (taken < bytes) {
		struct block *b;

		errno = 0;
		b = malloc(size);
		if (!b) {
			must(errno == ENOMEM);
			break;
		}
		memset(b, 0x5a, size);
		b->next = *list;
		b->size = size;
		*list = b;
		taken += size;
	}
	return taken;
}

static void give_back(struct block **list)
{
	while (*list) {
		struct block *b = *list;

		*list = b->next;
		free(b);
	}
}

/* One in 64 stays. */
static void thin(struct block **list)
{
	size_t i = 0;

	while (*list) {
		struct block *b = *list;

		if (i++ % 64 == 0) {
			list = &b->next;
		} else {
			*list = b->next;
			free(b);
		}
	}
}

static void set(int which, size_t bytes)
{
	must(ashlar_set_limit(which, bytes) == 0);
}

/* --- the functions */

START_TEST(test_there_is_no_limit_at_first)
{
	ck_assert_uint_eq(ashlar_get_limit(ASHLAR_LIMIT_SOFT), 0);
	ck_assert_uint_eq(ashlar_get_limit(ASHLAR_LIMIT_HARD), 0);
}
END_TEST

START_TEST(test_limits_are_told_as_they_were_set)
{
	set(ASHLAR_LIMIT_SOFT, 64 * MIB + 1);
	set(ASHLAR_LIMIT_HARD, 80 * MIB);
	ck_assert_uint_eq(ashlar_get_limit(ASHLAR_LIMIT_SOFT), 64 * MIB + 1);
	ck_assert_uint_eq(ashlar_get_limit(ASHLAR_LIMIT_HARD), 80 * MIB);
	set(ASHLAR_LIMIT_HARD, 0);
	ck_assert_uint_eq(ashlar_get_limit(ASHLAR_LIMIT_HARD), 0);
	ck_assert_uint_eq(ashlar_get_limit(ASHLAR_LIMIT_SOFT), 64 * MIB + 1);
}
END_TEST

START_TEST(test_another_limit_is_refused)
{
	ck_assert_int_eq(ashlar_set_limit(0, MIB), EINVAL);
	ck_assert_int_eq(ashlar_set_limit(3, MIB), EINVAL);
	ck_assert_int_eq(ashlar_set_limit(-1, MIB), EINVAL);
	ck_assert_uint_eq(ashlar_get_limit(3), 0);
}
END_TEST

static size_t control(const char *name)
{
	size_t v, n = sizeof v;

	must(ashlar_mallctl(name, &v, &n, NULL, 0) == 0);
	return v;
}

START_TEST(test_control_names_are_the_same_limits)
{
	size_t soft = 48 * MIB, hard = 64 * MIB, none = 0;
	void *p;

	must(ashlar_mallctl("ashlar.limit_soft", NULL, NULL, &soft, sizeof soft) == 0);
	must(ashlar_mallctl("ashlar.limit_hard", NULL, NULL, &hard, sizeof hard) == 0);
	ck_assert_uint_eq(ashlar_get_limit(ASHLAR_LIMIT_SOFT), soft);
	ck_assert_uint_eq(ashlar_get_limit(ASHLAR_LIMIT_HARD), hard);
	must(malloc(70 * MIB) == NULL);
	set(ASHLAR_LIMIT_SOFT, 8 * MIB);
	ck_assert_uint_eq(control("ashlar.limit_soft"), 8 * MIB);
	ck_assert_uint_eq(control("ashlar.physical"), ashlar_physical_bytes());
	must(ashlar_mallctl("ashlar.limit_hard", NULL, NULL, &none, sizeof none) == 0);
	ck_assert_uint_eq(control("ashlar.limit_hard"), 0);
	p = malloc(70 * MIB);
	must(p);
	free(p);
	must(ashlar_mallctl("ashlar.physical", NULL, NULL, &none, sizeof none) == EPERM);
	must(ashlar_mallctl("ashlar.limit_soft", NULL, NULL, &none, 1) == EINVAL);
}
END_TEST

START_TEST(test_physical_follows_what_is_resident)
{
	static const size_t sizes[] = {48, 1000, 20000, 320000, 40 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct block *list = NULL;
		size_t rss = rss_now(), physical = ashlar_physical_bytes(), more, counted;

		take(&list, sizes[i], 80 * MIB);
		more = growth(rss_now(), rss);
		counted = growth(ashlar_physical_bytes(), physical);
		if (!SANITIZED)
			must_f(counted + CHUNK >= more && counted <= more + more / 20 + CHUNK,
				"blocks of %zu: %zu resident, %zu counted", sizes[i], more, counted);
		give_back(&list);
		malloc_trim(0);
		must(ashlar_physical_bytes() < physical + 8 * MIB);
	}
}
END_TEST

/* --- the hard limit */

START_TEST(test_beyond_the_hard_limit_malloc_fails)
{
	static const size_t sizes[] = {64, 3000, 20000, 130000, 3 * MIB, 40 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct block *list = NULL;
		size_t limit = 100 * MIB, taken;

		set(ASHLAR_LIMIT_HARD, limit);
		taken = take(&list, sizes[i], SIZE_MAX);
		must_f(ashlar_physical_bytes() <= limit, "%zu", sizes[i]);
		must_f(taken <= limit && taken >= (sizes[i] > MIB ? 75 : 85) * MIB,
			"blocks of %zu: %zu", sizes[i], taken);
		give_back(&list);
	}
}
END_TEST

static void *use_memory(void *seed_ptr)
{
	uint64_t seed = (uint64_t)(uintptr_t)seed_ptr;
	struct block *lists[8] = {NULL};

	for (int i = 0; i < 4000; i++) {
		struct block **list;

		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		list = &lists[seed >> 40 & 7];
		if ((seed >> 45 & 7) == 0)
			give_back(list);
		else if ((seed >> 45 & 7) < 3)
			take(list, 100000 + (seed >> 20 & 0xfffff), 1);
		else
			take(list, 16 + (seed >> 20 & 0x3fff), 100000);
	}
	for (int i = 0; i < 8; i++)
		give_back(&lists[i]);
	return NULL;
}

static volatile bool stop_watching;

static void *watch(void *most)
{
	while (!stop_watching) {
		size_t now = rss_now();

		if (*(size_t *)most < now)
			*(size_t *)most = now;
	}
	return NULL;
}

START_TEST(test_the_hard_limit_holds_with_many_threads)
{
	size_t before = rss_now(), limit = 48 * MIB, most = 0, own = ashlar_physical_bytes();
	pthread_t t[4], watcher;

	set(ASHLAR_LIMIT_HARD, limit);
	must(pthread_create(&watcher, NULL, watch, &most) == 0);
	for (uintptr_t i = 0; i < 4; i++)
		must(pthread_create(&t[i], NULL, use_memory, (void *)(i + 1)) == 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	stop_watching = true;
	pthread_join(watcher, NULL);
	must(most > before + 30 * MIB); /* it was reached */
	if (!SANITIZED) /* stacks of the threads, tables of libc: 1 MiB */
		must_f(most <= before + limit - own + CHUNK + MIB, "%zu of %zu", most - before, limit);
}
END_TEST

START_TEST(test_what_is_free_in_one_size_serves_another_at_the_limit)
{
	struct block *list = NULL;

	set(ASHLAR_LIMIT_HARD, 64 * MIB);
	for (int i = 0; i < 3; i++) {
		must(take(&list, 200, SIZE_MAX) > 50 * MIB);
		give_back(&list);
		must(take(&list, 5000, SIZE_MAX) > 50 * MIB);
		give_back(&list);
		must(take(&list, 500000, SIZE_MAX) > 50 * MIB);
		give_back(&list);
		must(take(&list, 48 * MIB, SIZE_MAX) == 48 * MIB);
		give_back(&list);
	}
}
END_TEST

START_TEST(test_pages_inside_sparse_slabs_make_room)
{
	struct block *list = NULL, *large = NULL;

	if (one_page_slabs())
		return;
	set(ASHLAR_LIMIT_HARD, 64 * MIB);
	take(&list, 256, 48 * MIB);
	thin(&list);
	must(take(&large, 24 * MIB, 24 * MIB) == 24 * MIB);
	/* and the slabs, if used again, do not break the limit */
	take(&list, 256, SIZE_MAX);
	must_f(ashlar_physical_bytes() <= 64 * MIB, "%zu", ashlar_physical_bytes());
}
END_TEST

START_TEST(test_realloc_beyond_the_limit_keeps_the_block)
{
	static const size_t sizes[] = {1000, 100000, 3 * MIB, 40 * MIB};

	set(ASHLAR_LIMIT_HARD, 64 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *p = malloc(sizes[i]);

		must(p);
		fill(p, 0, sizes[i], i);
		errno = 0;
		must(realloc(p, 70 * MIB) == NULL && errno == ENOMEM);
		must(holds(p, sizes[i], i));
		free(p);
	}
}
END_TEST

START_TEST(test_a_block_can_grow_up_to_the_limit)
{
	char *p = malloc(40 * MIB);

	set(ASHLAR_LIMIT_HARD, 64 * MIB);
	p = realloc(p, 60 * MIB);
	must(p);
	p = realloc(p, 1000);
	must(p);
	free(p);
	p = malloc(60 * MIB);
	must(p);
	free(p);
}
END_TEST

START_TEST(test_a_limit_below_what_is_in_use)
{
	struct block *list = NULL, *more = NULL;

	take(&list, 1000, 40 * MIB);
	take(&list, MIB, 40 * MIB);
	set(ASHLAR_LIMIT_HARD, 20 * MIB);
	errno = 0;
	must(malloc(MIB) == NULL && errno == ENOMEM);
	must(malloc(50 * MIB) == NULL);
	for (struct block *b = list; b; b = b->next)
		must(((unsigned char *)b)[b->size - 1] == 0x5a);
	give_back(&list);
	must(take(&more, MIB, 10 * MIB) == 10 * MIB);
	give_back(&more);
	set(ASHLAR_LIMIT_HARD, 0);
	must(take(&more, MIB, 100 * MIB) == 100 * MIB);
	give_back(&more);
}
END_TEST

START_TEST(test_at_the_limit_pairs_go_on)
{
	struct block *list = NULL;

	set(ASHLAR_LIMIT_HARD, 32 * MIB);
	take(&list, 512, SIZE_MAX);
	for (int i = 0; i < 1000; i++) {
		struct block *b = list;

		list = b->next;
		free(b);
		b = malloc(512);
		must(b);
		b->next = list;
		list = b;
	}
	give_back(&list);
}
END_TEST

/* --- the soft limit */

START_TEST(test_below_the_soft_limit_free_memory_stays)
{
	char *p = malloc(8 * MIB);
	size_t rss;

	set(ASHLAR_LIMIT_SOFT, 64 * MIB);
	memset(p, 1, 8 * MIB);
	rss = rss_now();
	free(p);
	if (!SANITIZED)
		must(rss_now() > rss - MIB);
}
END_TEST

START_TEST(test_above_the_soft_limit_free_memory_goes_at_once)
{
	static const size_t sizes[] = {300, 20000, 400000, 8 * MIB, 35 * MIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct block *list = NULL, *keep = NULL;
		size_t rss;

		set(ASHLAR_LIMIT_SOFT, 16 * MIB);
		take(&keep, MIB, 20 * MIB);
		rss = rss_now();
		take(&list, sizes[i], 35 * MIB);
		must(SANITIZED || rss_now() >= rss + 34 * MIB);
		give_back(&list);
		if (!SANITIZED)
			must_f(rss_now() <= rss + 4 * MIB, "blocks of %zu: %zu more", sizes[i],
				growth(rss_now(), rss));
		give_back(&keep);
	}
}
END_TEST

START_TEST(test_above_the_soft_limit_sparse_slabs_return_pages)
{
	struct block *list = NULL;
	size_t before;

	if (one_page_slabs())
		return;
	set(ASHLAR_LIMIT_SOFT, 8 * MIB);
	take(&list, 256, 40 * MIB);
	before = rss_now();
	thin(&list);
	for (int i = 0; i < 300; i++) { /* some activity, for three rounds */
		for (int k = 0; k < 500; k++)
			free(malloc(40000));
		usleep(1000);
	}
	if (!SANITIZED)
		must_f(before - rss_now() >= 24 * MIB, "%zu went", before - rss_now());
}
END_TEST

START_TEST(test_a_new_soft_limit_returns_free_memory)
{
	char *p = malloc(8 * MIB);
	size_t rss;

	memset(p, 1, 8 * MIB);
	free(p);
	rss = rss_now();
	set(ASHLAR_LIMIT_SOFT, MIB);
	if (!SANITIZED)
		must(rss_now() < rss - 7 * MIB);
}
END_TEST

/* --- the callback */

static unsigned calls, depth;
static size_t told_bytes, told_limit;
static bool nested;

static void count(void *arg, size_t bytes, size_t limit)
{
	must(arg == &calls);
	calls++;
	told_bytes = bytes;
	told_limit = limit;
}

START_TEST(test_the_callback_comes_once_for_each_time)
{
	struct block *list = NULL;

	set(ASHLAR_LIMIT_SOFT, 16 * MIB);
	must(ashlar_set_limit_callback(count, &calls) == 0);
	for (unsigned round = 1; round <= 3; round++) {
		take(&list, 10000, 12 * MIB);
		ck_assert_uint_eq(calls, round - 1);
		take(&list, 10000, 12 * MIB);
		ck_assert_uint_eq(calls, round);
		ck_assert_uint_eq(told_limit, 16 * MIB);
		ck_assert_uint_gt(told_bytes, 16 * MIB);
		take(&list, 10000, 12 * MIB);
		take(&list, MIB, 12 * MIB);
		ck_assert_uint_eq(calls, round);
		give_back(&list);
		malloc_trim(0);
	}
	must(ashlar_set_limit_callback(NULL, NULL) == 0);
	take(&list, MIB, 40 * MIB);
	ck_assert_uint_eq(calls, 3);
	give_back(&list);
}
END_TEST

START_TEST(test_around_the_limit_the_callback_is_not_repeated)
{
	struct block *list = NULL;

	set(ASHLAR_LIMIT_SOFT, 32 * MIB);
	ashlar_set_limit_callback(count, &calls);
	take(&list, 100000, 33 * MIB);
	for (int i = 0; i < 100; i++) {
		char *p = malloc(2 * MIB), *q = (char *)list;

		must(p);
		list = list->next;
		free(q);
		free(p);
	}
	ck_assert_uint_eq(calls, 1);
	give_back(&list);
}
END_TEST

START_TEST(test_a_new_limit_below_what_is_in_use_is_told_at_once)
{
	struct block *list = NULL;
	size_t limit = 8 * MIB;

	ashlar_set_limit_callback(count, &calls);
	take(&list, 1000, 20 * MIB);
	ck_assert_uint_eq(calls, 0);
	set(ASHLAR_LIMIT_SOFT, limit);
	ck_assert_uint_eq(calls, 1);
	must(ashlar_mallctl("ashlar.limit_soft", NULL, NULL, &limit, sizeof limit) == 0);
	ck_assert_uint_eq(calls, 2);
	give_back(&list);
}
END_TEST

static struct block *cache_of_the_program;

static void make_room(void *unused, size_t bytes, size_t limit)
{
	struct block *mine = NULL;

	(void)unused;
	must(bytes > limit);
	nested |= depth++ != 0;
	calls++;
	give_back(&cache_of_the_program);
	take(&mine, 5000, 24 * MIB); /* above the limit again */
	give_back(&mine);
	errno = EXDEV;
	depth--;
}

START_TEST(test_the_callback_may_allocate_and_free)
{
	struct block *list = NULL;

	set(ASHLAR_LIMIT_SOFT, 16 * MIB);
	ashlar_set_limit_callback(make_room, NULL);
	take(&cache_of_the_program, 3000, 12 * MIB);
	errno = 0;
	must(take(&list, 700, 8 * MIB) >= 8 * MIB);
	must(errno == 0);
	ck_assert_uint_eq(calls, 1);
	must(!nested);
	must(cache_of_the_program == NULL);
	give_back(&list);
}
END_TEST

static void exceed(void *unused)
{
	(void)unused;
	for (int i = 0; i < 50; i++) {
		struct block *list = NULL;

		take(&list, 30000, 6 * MIB);
		give_back(&list);
	}
}

static void *exceed_in_thread(void *unused)
{
	exceed(unused);
	return NULL;
}

START_TEST(test_threads_are_not_in_the_callback_at_the_same_time)
{
	pthread_t t[4];

	set(ASHLAR_LIMIT_SOFT, 12 * MIB);
	ashlar_set_limit_callback(make_room, NULL);
	for (int i = 0; i < 4; i++)
		must(pthread_create(&t[i], NULL, exceed_in_thread, NULL) == 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	must(!nested);
}
END_TEST

/* --- fork */

static void in_child(void *unused)
{
	struct block *list = NULL;

	(void)unused;
	must(ashlar_get_limit(ASHLAR_LIMIT_HARD) == 64 * MIB);
	must(ashlar_get_limit(ASHLAR_LIMIT_SOFT) == 48 * MIB);
	must(take(&list, 100000, SIZE_MAX) <= 64 * MIB);
	must(calls == 1);
	give_back(&list);
	set(ASHLAR_LIMIT_HARD, 128 * MIB);
	must(take(&list, 40 * MIB, SIZE_MAX) == 120 * MIB);
}

START_TEST(test_a_child_has_the_limits_of_its_parent)
{
	char *p = malloc(40 * MIB);
	struct child c;

	must(p);
	set(ASHLAR_LIMIT_HARD, 64 * MIB);
	set(ASHLAR_LIMIT_SOFT, 48 * MIB);
	ashlar_set_limit_callback(count, &calls);
	free(p);
	c = run_in_child(in_child, NULL);
	must_f(exited_with(&c, 0), "%s", c.err);
	must(ashlar_get_limit(ASHLAR_LIMIT_HARD) == 64 * MIB);
}
END_TEST

static void fork_inside(void *unused, size_t bytes, size_t limit)
{
	struct child c;

	(void)unused, (void)bytes, (void)limit;
	calls++;
	ashlar_set_limit_callback(count, &calls);
	c = run_in_child(exceed, NULL);
	must(exited_with(&c, 0));
}

START_TEST(test_the_callback_may_fork)
{
	struct block *list = NULL;

	set(ASHLAR_LIMIT_SOFT, 8 * MIB);
	ashlar_set_limit_callback(fork_inside, NULL);
	take(&list, 10000, 12 * MIB);
	ck_assert_uint_eq(calls, 1);
	give_back(&list);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_there_is_no_limit_at_first,
		test_limits_are_told_as_they_were_set,
		test_another_limit_is_refused,
		test_control_names_are_the_same_limits,
		test_physical_follows_what_is_resident,
		test_beyond_the_hard_limit_malloc_fails,
		test_the_hard_limit_holds_with_many_threads,
		test_what_is_free_in_one_size_serves_another_at_the_limit,
		test_pages_inside_sparse_slabs_make_room,
		test_realloc_beyond_the_limit_keeps_the_block,
		test_a_block_can_grow_up_to_the_limit,
		test_a_limit_below_what_is_in_use,
		test_at_the_limit_pairs_go_on,
		test_below_the_soft_limit_free_memory_stays,
		test_above_the_soft_limit_free_memory_goes_at_once,
		test_above_the_soft_limit_sparse_slabs_return_pages,
		test_a_new_soft_limit_returns_free_memory,
		test_the_callback_comes_once_for_each_time,
		test_around_the_limit_the_callback_is_not_repeated,
		test_a_new_limit_below_what_is_in_use_is_told_at_once,
		test_the_callback_may_allocate_and_free,
		test_threads_are_not_in_the_callback_at_the_same_time,
		test_a_child_has_the_limits_of_its_parent,
		test_the_callback_may_fork,
	};

	return run_tests("heap_limit", 60, tests, ARRAY_LEN(tests));
}
