/* The page map: any address may be asked about; nobody may be mistaken for somebody else. */
#include "unit.h"
#include "region/pagemap.h"

#define LEAF_BYTES ((uintptr_t)1 << ASH_LEAF_SHIFT)

static struct ash_leaf *leaf_for(uintptr_t addr)
{
	struct ash_leaf *leaf = ash_pagemap_ensure(addr, NULL);
	must(leaf != NULL);
	return leaf;
}

START_TEST(test_an_empty_map_knows_nobody)
{
	for (unsigned bit = 0; bit < sizeof(uintptr_t) * 8; bit++) {
		uintptr_t one = (uintptr_t)1 << bit, ones = ~(uintptr_t)0 << bit;
		must(ash_pagemap_get(one) == 0 && ash_pagemap_get(one - 1) == 0);
		must(ash_pagemap_get(ones) == 0 && ash_pagemap_get(ones + one / 2) == 0);
		must(ash_pagemap_chunk(one) == NULL && ash_pagemap_chunk(ones) == NULL);
		must(ash_pagemap_leaf(one) == NULL && ash_pagemap_leaf(ones) == NULL);
	}
}
END_TEST

START_TEST(test_an_entry_is_that_of_its_unit_alone)
{
	struct rng r = rng_start("pagemap", 0);
	for (int i = 0; i < 200; i++) {
		uintptr_t unit = align_down(rng_below(&r, ASH_ROOTS / 2) * LEAF_BYTES +
						    rng_below(&r, LEAF_BYTES),
			ASH_UNIT);
		leaf_for(unit);
		uint32_t before = ash_pagemap_get(unit - 1),
			 after = ash_pagemap_get(unit + ASH_UNIT);
		uint32_t entry = (uint32_t)rng_next(&r) | 1;
		ash_pagemap_set(unit, entry);
		must(ash_pagemap_get(unit) == entry &&
			ash_pagemap_get(unit + ASH_UNIT - 1) == entry);
		must(ash_pagemap_get(unit - 1) == before &&
			ash_pagemap_get(unit + ASH_UNIT) == after);
	}
}
END_TEST

START_TEST(test_the_same_place_in_another_leaf_is_another_place)
{
	uintptr_t a = (ASH_ROOTS > 2 ? 5 * LEAF_BYTES : 0) + 7 * ASH_UNIT, b = a + LEAF_BYTES;
	must(leaf_for(a) != leaf_for(b));
	ash_pagemap_set(a, 1);
	ash_pagemap_set(b, 2);
	must(ash_pagemap_get(a) == 1 && ash_pagemap_get(b) == 2);
	must(ASH_ROOTS == 2 || ash_pagemap_get(a + 2 * LEAF_BYTES) == 0);
}
END_TEST

START_TEST(test_a_leaf_is_made_once)
{
	uintptr_t a = 9 * LEAF_BYTES;
	struct ash_leaf *leaf = leaf_for(a);
	must(leaf_for(a + LEAF_BYTES - 1) == leaf && leaf_for(a) == leaf);
	must(ash_pagemap_leaf(a + LEAF_BYTES / 2) == leaf);
	must(ash_pagemap_leaf(a - 1) == NULL && ash_pagemap_leaf(a + LEAF_BYTES) == NULL);
}
END_TEST

START_TEST(test_given_space_becomes_one_leaf_and_no_second_one)
{
	void *space = ash_os_map(align_up(sizeof(struct ash_leaf), ash_os.page_size)),
	     *given = space;
	uintptr_t a = 11 * LEAF_BYTES, b = a + LEAF_BYTES;
	must(space != NULL && (void *)ash_pagemap_ensure(a, &given) == space);
	must(given == NULL);
	must((void *)ash_pagemap_leaf(a) == space);
	struct ash_leaf *other = ash_pagemap_ensure(b, &given);
	must(other != NULL && (void *)other != space);
}
END_TEST

START_TEST(test_given_space_that_is_not_needed_stays_with_the_giver)
{
	static struct ash_leaf unused;
	void *given = &unused;
	leaf_for(11 * LEAF_BYTES);
	must(ash_pagemap_ensure(11 * LEAF_BYTES, &given) != &unused && given == &unused);
}
END_TEST

START_TEST(test_there_is_no_leaf_beyond_the_addresses_of_programs)
{
#if UINTPTR_MAX > UINT32_MAX /* else there is nothing beyond */
	must(ash_pagemap_ensure((uintptr_t)ASH_ROOTS << ASH_LEAF_SHIFT, NULL) == NULL);
	must(ash_pagemap_ensure(UINTPTR_MAX, NULL) == NULL);
#endif
	must(ash_pagemap_ensure(((uintptr_t)ASH_ROOTS << ASH_LEAF_SHIFT) - 1, NULL) !=
		NULL);
}
END_TEST

START_TEST(test_an_entry_is_claimed_by_the_first_who_expects_it)
{
	uintptr_t a = 13 * LEAF_BYTES;
	leaf_for(a);
	ash_pagemap_set(a, ASH_ENTRY_LARGE);
	must(!ash_pagemap_claim(a, 7));
	must(ash_pagemap_get(a) == ASH_ENTRY_LARGE);
	must(ash_pagemap_claim(a, ASH_ENTRY_LARGE));
	must(ash_pagemap_get(a) == 0);
	must(!ash_pagemap_claim(a, ASH_ENTRY_LARGE));
}
END_TEST

START_TEST(test_an_entry_gives_back_its_shard_and_its_class)
{
	for (uint32_t shard = 0; shard < 256; shard++) {
		for (uint32_t class = 0; class < ASH_CLASSES; class ++) {
			uint32_t e = ASH_ENTRY_OF(shard, class);
			must(e != 0 && e != ASH_ENTRY_LARGE);
			must(ASH_ENTRY_SHARD(e) == shard && ASH_ENTRY_CLASS(e) == class);
			/* What free() makes of it: the class for the owner, nothing for others. */
			must((e ^ ASH_ENTRY_OF(shard, 0)) == class);
			must((e ^ ASH_ENTRY_OF(shard + 1, 0)) > 0xff);
		}
		must((0 ^ ASH_ENTRY_OF(shard, 0)) > 0xff);
		must((ASH_ENTRY_LARGE ^ ASH_ENTRY_OF(shard, 0)) > 0xff);
	}
}
END_TEST

START_TEST(test_without_memory_there_is_no_leaf)
{
	if (SANITIZED)
		return; /* the shadow does not live under such a limit */
	limit_address_space(0);
	must(ash_pagemap_ensure(15 * LEAF_BYTES, NULL) == NULL);
	must(ash_pagemap_get(15 * LEAF_BYTES) == 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_an_empty_map_knows_nobody,
		test_an_entry_is_that_of_its_unit_alone,
		test_the_same_place_in_another_leaf_is_another_place,
		test_a_leaf_is_made_once,
		test_given_space_becomes_one_leaf_and_no_second_one,
		test_given_space_that_is_not_needed_stays_with_the_giver,
		test_there_is_no_leaf_beyond_the_addresses_of_programs,
		test_an_entry_is_claimed_by_the_first_who_expects_it,
		test_an_entry_gives_back_its_shard_and_its_class,
		test_without_memory_there_is_no_leaf,
	};

	unit_start();
	return run_tests("pagemap", 60, tests, ARRAY_LEN(tests));
}
