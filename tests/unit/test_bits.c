/* ash_bit_set, over all bits and a good many words. */
#include "unit.h"
#include "base/bits.h"

START_TEST(test_setting_a_bit_sets_it_and_no_other)
{
	struct rng r = rng_start("bits", 0);
	for (int round = 0; round < 1000; round++) {
		uint64_t word = rng_next(&r);
		for (unsigned i = 0; i < 64; i++) {
			uint64_t w = word;
			ash_bit_set(&w, i);
			must_f(w == (word | (uint64_t)1 << i), "bit %u of %llx", i,
				(unsigned long long)word);
		}
	}
}
END_TEST

START_TEST(test_setting_a_bit_tells_whether_it_was_set)
{
	struct rng r = rng_start("bits", 0);
	for (int round = 0; round < 1000; round++) {
		uint64_t word = rng_next(&r);
		for (unsigned i = 0; i < 64; i++) {
			uint64_t w = word;
			must_f(ash_bit_set(&w, i) == (word >> i & 1), "bit %u of %llx", i,
				(unsigned long long)word);
			must_f(ash_bit_set(&w, i), "bit %u of %llx", i,
				(unsigned long long)word);
		}
	}
}
END_TEST

/* Block numbers come in whole: which word they are in, the caller has worked out. */
START_TEST(test_numbers_above_63_count_modulo_64)
{
	for (uint64_t i = 0; i < 4096; i++) {
		uint64_t w = 0;
		must_f(!ash_bit_set(&w, i), "bit %llu", (unsigned long long)i);
		must_f(w == (uint64_t)1 << (i & 63), "bit %llu", (unsigned long long)i);
	}
}
END_TEST

START_TEST(test_the_words_beside_it_stay_as_they_are)
{
	uint64_t w[3] = {0, 0, 0};
	for (uint64_t i = 0; i < 4096; i++)
		ash_bit_set(&w[1], i);
	must(w[0] == 0 && w[1] == UINT64_MAX && w[2] == 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_setting_a_bit_sets_it_and_no_other,
		test_setting_a_bit_tells_whether_it_was_set,
		test_numbers_above_63_count_modulo_64,
		test_the_words_beside_it_stay_as_they_are,
	};

	return run_tests("bits", 60, tests, ARRAY_LEN(tests));
}
