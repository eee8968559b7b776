/* The arithmetic of how much freed memory to keep: no memory, no clock, only numbers. */
#include "unit.h"
#include "region/decay.h"

static struct decay fresh(void)
{
	return (struct decay)ASH_DECAY_INIT;
}

START_TEST(test_dirty_memory_up_to_the_cap_is_kept)
{
	struct decay d = fresh();
	ck_assert(!ash_decay_over_cap(&d, 0));
	ck_assert(!ash_decay_over_cap(&d, ASH_DECAY_CAP_MIN));
	ck_assert(ash_decay_over_cap(&d, ASH_DECAY_CAP_MIN + 1));
}
END_TEST

START_TEST(test_a_bounded_cap_starts_rises_and_sinks_below_its_bound)
{
	struct decay d = fresh();
	ash_decay_bound(&d, ASH_DECAY_CAP_MIN + 100);
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN);
	ash_decay_purged_for_cap(&d, 1000, 50);
	ash_decay_took_clean(&d, 1000, 60);
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN + 100);
	ash_decay_bound(&d, 40);
	ck_assert_uint_eq(d.cap, 40);
	ash_decay_purged_for_cap(&d, 1000, 70);
	ash_decay_took_clean(&d, 1000, 80);
	ash_decay_sink(&d, 5000);
	ck_assert_uint_eq(d.cap, 40);
	ck_assert(ash_decay_over_cap(&d, 41) && !ash_decay_over_cap(&d, 40));
}
END_TEST

START_TEST(test_memory_is_old_from_the_decay_time_on)
{
	struct decay d = fresh();
	ck_assert(!ash_decay_is_old(&d, 1000, 1, 1000));
	ck_assert(!ash_decay_is_old(&d, 1000, 1, 1000 + ASH_DECAY_AGE_MS - 1));
	ck_assert(ash_decay_is_old(&d, 1000, 1, 1000 + ASH_DECAY_AGE_MS));
}
END_TEST

START_TEST(test_memory_that_is_kept_longer_is_old_after_some_decay_times)
{
	struct decay d = fresh();
	ck_assert(!ash_decay_is_old(&d, 1000, 3, 1000 + 3 * ASH_DECAY_AGE_MS - 1));
	ck_assert(ash_decay_is_old(&d, 1000, 3, 1000 + 3 * ASH_DECAY_AGE_MS));
}
END_TEST

START_TEST(test_age_survives_the_wrap_of_the_clock)
{
	struct decay d = fresh();
	ck_assert(!ash_decay_is_old(&d, UINT32_MAX - 10, 1, ASH_DECAY_AGE_MS - 12));
	ck_assert(ash_decay_is_old(&d, UINT32_MAX - 10, 1, ASH_DECAY_AGE_MS - 11));
}
END_TEST

/* Two threads read the clock, then take the lock in the other order. */
START_TEST(test_a_stamp_from_the_future_is_young)
{
	struct decay d = fresh();
	ck_assert(!ash_decay_is_old(&d, 1001, 1, 1000));
	ck_assert(!ash_decay_is_old(&d, 5, 1, UINT32_MAX - 5));
}
END_TEST

START_TEST(test_decay_time_zero_makes_everything_old_at_once)
{
	struct decay d = fresh();
	d.age_ms = 0;
	ck_assert(ash_decay_is_old(&d, 1000, 1, 1000));
}
END_TEST

START_TEST(test_decay_time_minus_one_keeps_everything)
{
	struct decay d = fresh();
	d.age_ms = -1;
	ck_assert(!ash_decay_is_old(&d, 0, 1, INT32_MAX));
	ck_assert(!ash_decay_over_cap(&d, SIZE_MAX));
}
END_TEST

START_TEST(test_taking_clean_memory_without_a_purge_before_changes_nothing)
{
	struct decay d = fresh();
	ash_decay_took_clean(&d, 1000, 50);
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN);
}
END_TEST

START_TEST(test_memory_asked_back_soon_after_a_purge_raises_the_cap)
{
	struct decay d = fresh();
	ash_decay_purged_for_cap(&d, 100, 1000);
	ash_decay_took_clean(&d, 30, 1000 + ASH_DECAY_REGRET_MS);
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN + 60);
	ck_assert_uint_eq(d.regret, 70);
}
END_TEST

START_TEST(test_memory_asked_back_late_does_not_raise_the_cap)
{
	struct decay d = fresh();
	ash_decay_purged_for_cap(&d, 100, 1000);
	ash_decay_took_clean(&d, 30, 1000 + ASH_DECAY_REGRET_MS + 1);
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN);
	ck_assert_uint_eq(d.regret, 0);
	ash_decay_took_clean(
		&d, 30, 1000); /* the regret is over, whatever the clock says */
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN);
}
END_TEST

START_TEST(test_regret_ends_when_all_that_was_purged_came_back)
{
	struct decay d = fresh();
	ash_decay_purged_for_cap(&d, 100, 1000);
	ash_decay_took_clean(&d, 150, 1001);
	size_t cap = d.cap;
	ck_assert_uint_eq(d.regret, 0);
	ash_decay_took_clean(&d, 150, 1002);
	ck_assert_uint_eq(d.cap, cap);
}
END_TEST

START_TEST(test_the_cap_never_rises_above_its_maximum)
{
	struct decay d = fresh();
	for (uint32_t i = 0; i < 100; i++) {
		ash_decay_purged_for_cap(&d, 1u << 20, 1000);
		ash_decay_took_clean(&d, 1u << 20, 1000);
	}
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MAX);
}
END_TEST

START_TEST(test_the_cap_sinks_at_most_once_a_second)
{
	struct decay d = fresh();
	d.cap = ASH_DECAY_CAP_MIN + 800;
	d.sunk_at = 5000;
	ash_decay_sink(&d, 5999);
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN + 800);
	ash_decay_sink(&d, 6000);
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN + 700);
	ash_decay_sink(&d, 6500);
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN + 700);
}
END_TEST

START_TEST(test_the_cap_sinks_down_to_its_minimum_and_no_further)
{
	struct decay d = fresh();
	d.cap = ASH_DECAY_CAP_MAX;
	uint32_t now = 1000;
	for (int i = 0; i < 200; i++, now += 1000) {
		size_t before = d.cap;
		ash_decay_sink(&d, now);
		ck_assert(d.cap < before || before == ASH_DECAY_CAP_MIN);
		ck_assert_uint_ge(d.cap, ASH_DECAY_CAP_MIN);
	}
	ck_assert_uint_eq(d.cap, ASH_DECAY_CAP_MIN);
}
END_TEST

START_TEST(test_a_risen_cap_stays_for_a_second)
{
	struct decay d = fresh();
	ash_decay_sink(&d, 1000);
	ash_decay_purged_for_cap(&d, 100, 1900);
	ash_decay_took_clean(&d, 100, 1950);
	size_t cap = d.cap;
	ash_decay_sink(&d, 2100);
	ck_assert_uint_eq(d.cap, cap);
	ash_decay_sink(&d, 2950);
	ck_assert_uint_lt(d.cap, cap);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_dirty_memory_up_to_the_cap_is_kept,
		test_a_bounded_cap_starts_rises_and_sinks_below_its_bound,
		test_memory_is_old_from_the_decay_time_on,
		test_memory_that_is_kept_longer_is_old_after_some_decay_times,
		test_age_survives_the_wrap_of_the_clock,
		test_a_stamp_from_the_future_is_young,
		test_decay_time_zero_makes_everything_old_at_once,
		test_decay_time_minus_one_keeps_everything,
		test_taking_clean_memory_without_a_purge_before_changes_nothing,
		test_memory_asked_back_soon_after_a_purge_raises_the_cap,
		test_memory_asked_back_late_does_not_raise_the_cap,
		test_regret_ends_when_all_that_was_purged_came_back,
		test_the_cap_never_rises_above_its_maximum,
		test_the_cap_sinks_at_most_once_a_second,
		test_the_cap_sinks_down_to_its_minimum_and_no_further,
		test_a_risen_cap_stays_for_a_second,
	};

	return run_tests("decay", 60, tests, ARRAY_LEN(tests));
}
