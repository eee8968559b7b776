/* Memory for records: aligned, zeroed, used again by size, and never handed out twice. */
#include "unit.h"
#include "region/meta.h"

#include <pthread.h>

#define MOST 4000

struct record {
	unsigned char *at;
	size_t bytes;
};
static struct record records[MOST];

static size_t random_bytes(struct rng *r)
{
	return rng_below(r, 20) ? 1 + rng_below(r, 600) : 1 + rng_below(r, ASH_META_MAX);
}

static struct record take(size_t bytes)
{
	struct record r = {ash_meta_alloc(bytes), bytes};
	must_f(r.at != NULL, "%zu bytes", bytes);
	must_f(all_zero(r.at, bytes), "%zu bytes at %p", bytes, (void *)r.at);
	fill(r.at, 0, bytes, (uintptr_t)r.at);
	return r;
}

static void give(struct record r)
{
	must_f(holds(r.at, r.bytes, (uintptr_t)r.at), "%zu bytes at %p", r.bytes,
		(void *)r.at);
	ash_meta_free(r.at, r.bytes);
}

START_TEST(test_records_of_64_bytes_and_more_have_a_cache_line_of_their_own)
{
	for (size_t bytes = 1; bytes <= ASH_META_MAX;
		bytes = bytes < 300 ? bytes + 1 : bytes + 97) {
		uintptr_t at = (uintptr_t)ash_meta_alloc(bytes);
		uintptr_t grain = bytes >= 64 ? 64 : 16, rest = at & (grain - 1);
		must_f(at && rest == 0, "%zu bytes at %lx", bytes, (long)at);
	}
}
END_TEST

START_TEST(test_records_are_zeroed_and_apart)
{
	struct rng r = rng_start("meta", 0);
	for (size_t i = 0; i < MOST; i++)
		records[i] = take(random_bytes(&r));
	for (size_t i = 0; i < MOST; i++)
		give(records[i]);
}
END_TEST

START_TEST(test_a_freed_record_is_the_next_of_its_size)
{
	for (size_t bytes = 1; bytes <= ASH_META_MAX; bytes += 61) {
		struct record a = take(bytes);
		give(a);
		must_f(take(bytes).at == a.at, "%zu bytes", bytes);
	}
}
END_TEST

START_TEST(test_records_live_and_die_in_any_order)
{
	struct rng r = rng_start("meta", 0);
	for (int i = 0; i < 100000; i++) {
		struct record *one = &records[rng_below(&r, MOST)];
		if (one->at) {
			give(*one);
			one->at = NULL;
		} else {
			*one = take(random_bytes(&r));
		}
	}
}
END_TEST

START_TEST(test_steady_use_takes_no_more_from_the_system)
{
	for (size_t i = 0; i < 1000; i++)
		records[i] = take(200);
	size_t before = ash_meta_bytes();
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < 1000; i++)
			give(records[i]);
		for (size_t i = 0; i < 1000; i++)
			records[i] = take(200);
	}
	ck_assert_uint_eq(ash_meta_bytes(), before);
}
END_TEST

START_TEST(test_what_it_takes_from_the_system_is_little_more_than_what_it_hands_out)
{
	size_t sum = 0;
	for (size_t i = 0; i < 20000; i++) {
		take(500);
		sum += 512;
	}
	ck_assert_uint_ge(ash_meta_bytes(), sum);
	ck_assert_uint_le(ash_meta_bytes(), sum + sum / 8 + (512 << 10));
}
END_TEST

START_TEST(test_given_memory_is_handed_out_before_the_system_is_asked)
{
	static unsigned char given[16384] __attribute__((aligned(64)));
	ash_meta_give(given, sizeof given);
	size_t before = ash_meta_bytes();
	for (size_t i = 0; i < sizeof given / 64; i++) {
		unsigned char *p = take(64).at;
		must(p >= given && p + 64 <= given + sizeof given);
	}
	ck_assert_uint_eq(ash_meta_bytes(), before);
	take(64);
	ck_assert_uint_gt(ash_meta_bytes(), before);
}
END_TEST

START_TEST(test_given_scraps_do_not_replace_a_larger_rest)
{
	static unsigned char scrap[64] __attribute__((aligned(64)));
	take(64); /* leaves most of a step */
	size_t before = ash_meta_bytes();
	ash_meta_give(scrap, sizeof scrap);
	ck_assert_uint_eq(ash_meta_bytes(), before);
	unsigned char *p = take(64).at;
	must(p != scrap);
	ck_assert_uint_eq(ash_meta_bytes(), before);
}
END_TEST

START_TEST(test_without_memory_it_says_null_and_works_again_later)
{
	if (SANITIZED)
		return; /* its shadow does not live under such a limit */
	struct rlimit all;
	must(getrlimit(RLIMIT_AS, &all) == 0);
	limit_address_space(4 * MIB);
	size_t n = 0;
	struct record last = {NULL, 0};
	for (void *p; (p = ash_meta_alloc(1024)); n++)
		last = (struct record){p, 1024};
	must_f(n >= 3 * 1024 && n <= 4 * 1024 + 64, "%zu records in 4 MiB", n);
	must(ash_meta_alloc(1024) == NULL);
	ash_meta_free(last.at, last.bytes);
	must(ash_meta_alloc(1024) == last.at);
	must(setrlimit(RLIMIT_AS, &all) == 0);
	must(ash_meta_alloc(1024) != NULL);
}
END_TEST

static void *live_and_die(void *stream)
{
	struct rng r = rng_start("meta", (unsigned)(uintptr_t)stream);
	struct record mine[100] = {{NULL, 0}};
	for (int i = 0; i < 20000; i++) {
		struct record *one = &mine[rng_below(&r, ARRAY_LEN(mine))];
		if (one->at) {
			give(*one);
			one->at = NULL;
		} else {
			*one = take(random_bytes(&r));
		}
	}
	return NULL;
}

START_TEST(test_threads_never_share_a_record)
{
	pthread_t id[4];
	for (uintptr_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_create(&id[i], NULL, live_and_die, (void *)i) == 0);
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		must(pthread_join(id[i], NULL) == 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_records_of_64_bytes_and_more_have_a_cache_line_of_their_own,
		test_records_are_zeroed_and_apart,
		test_a_freed_record_is_the_next_of_its_size,
		test_records_live_and_die_in_any_order,
		test_steady_use_takes_no_more_from_the_system,
		test_what_it_takes_from_the_system_is_little_more_than_what_it_hands_out,
		test_given_memory_is_handed_out_before_the_system_is_asked,
		test_given_scraps_do_not_replace_a_larger_rest,
		test_without_memory_it_says_null_and_works_again_later,
		test_threads_never_share_a_record,
	};

	unit_start();
	return run_tests("meta", 60, tests, ARRAY_LEN(tests));
}
