/* The size classes, over all sizes, classes, alignments and offsets there are. */
#include "unit.h"
#include "slab/sizeclass.h"

/* The definition, in words: the smallest class that is large enough and suitably aligned. */
static unsigned smallest(size_t size, size_t align)
{
	unsigned c = 0;
	while (c < ASH_CLASSES && (ash_class_size[c] < size || ash_class_size[c] % align))
		c++;
	return c;
}

START_TEST(test_classes_grow_in_multiples_of_16_up_to_the_largest)
{
	must(ash_class_size[0] == 16);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t rest = ash_class_size[c] % 16;
		must_f(rest == 0, "class %u", c);
		must_f(c == 0 || ash_class_size[c] > ash_class_size[c - 1], "class %u",
			c);
	}
	must(ash_class_size[ASH_CLASSES - 1] == ASH_SMALL_MAX);
}
END_TEST

static bool open_from_the_start(unsigned c)
{
	return ash_class_group(c) > 0;
}

static void open_all(void)
{
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		if (ash_class_group(c))
			ash_sizeclass_open(c);
}

START_TEST(test_at_first_every_size_gets_the_smallest_open_class_that_holds_it)
{
	for (size_t size = 1; size <= ASH_SMALL_MAX; size++) {
		unsigned c = smallest(size, 1);
		while (!open_from_the_start(c))
			c++;
		must_f(ash_class_of(size) == c, "size %zu", size);
	}
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must_f(ash_sizeclass_is_open(c) == open_from_the_start(c), "class %u", c);
}
END_TEST

START_TEST(test_with_all_open_every_size_gets_the_smallest_class_that_holds_it)
{
	open_all();
	for (size_t size = 1; size <= ASH_SMALL_MAX; size++)
		must_f(ash_class_of(size) == smallest(size, 1), "size %zu", size);
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		must_f(ash_sizeclass_is_open(c), "class %u", c);
}
END_TEST

START_TEST(test_opening_a_group_changes_the_sizes_of_its_classes_alone)
{
	static uint8_t before[ARRAY_LEN(ash_anchor.class_of)];
	for (unsigned largest = 0; largest < ASH_CLASSES; largest++) {
		if (!ash_class_group(largest))
			continue;
		memcpy(before, ash_anchor.class_of, sizeof before);
		ash_sizeclass_open(largest);
		for (size_t size = 1; size <= ASH_SMALL_MAX; size++) {
			unsigned c = smallest(size, 1);
			bool of_the_group =
				c + ash_class_group(largest) > largest && c <= largest;
			must_f(ash_class_of(size) ==
					(of_the_group ? c : before[(size - 1) / 16]),
				"size %zu, group of class %u", size, largest);
		}
	}
}
END_TEST

START_TEST(test_a_larger_size_never_gets_a_smaller_class)
{
	for (size_t size = 2; size <= ASH_SMALL_MAX; size++)
		must_f(ash_class_of(size) >= ash_class_of(size - 1), "size %zu", size);
	open_all();
	for (size_t size = 2; size <= ASH_SMALL_MAX; size++)
		must_f(ash_class_of(size) >= ash_class_of(size - 1), "size %zu", size);
}
END_TEST

START_TEST(test_groups_follow_one_another_without_a_gap)
{
	unsigned next = 0;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		if (ash_class_group(c)) {
			must_f(c + 1 - ash_class_group(c) == next, "class %u", c);
			next = c + 1;
		}
	must(next == ASH_CLASSES);
}
END_TEST

/* What blocks of a group waste before it is opened is worth some pages at most. */
START_TEST(test_a_group_is_opened_before_its_waste_is_large)
{
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		if (!ash_class_group(c))
			continue;
		size_t bytes = ash_class_open_bytes(c);
		must_f(bytes >= 4096 && bytes <= 8 * ASH_UNIT, "class %u", c);
		must_f(bytes >= 8u * ash_class_size[c], "class %u", c);
	}
}
END_TEST

/* In parts of the block; up to 15 bytes are always possible. */
static void check_waste(size_t from, size_t to, size_t part)
{
	for (size_t size = from; size <= to; size++) {
		size_t block = ash_class_size[ash_class_of(size)];
		must_f(block - size < 16 || (block - size) * part <= block, "size %zu",
			size);
	}
}

START_TEST(test_a_block_wastes_at_most_a_third_or_whole_pages_and_a_ninth_in_open_groups)
{
	check_waste(1, 4096, 3);
	check_waste(4097, ASH_SMALL_MAX, 2);
	open_all();
	check_waste(1, ASH_SMALL_MAX, 9);
}
END_TEST

START_TEST(test_every_power_of_two_is_an_open_class_and_so_aligned_to_itself)
{
	/* A slab begins at a multiple of the unit, so a block is aligned as its offset is. */
	for (size_t size = 16; size <= ASH_SMALL_MAX; size *= 2)
		must_f(ash_class_size[ash_class_of(size)] == size, "size %zu", size);
}
END_TEST

static void check_aligned_classes(void)
{
	for (size_t align = 1; align && align <= (size_t)1 << (sizeof(size_t) == 8 ? 40 : 31); align *= 2)
		for (size_t size = 0; size <= ASH_SMALL_MAX; size++) {
			size_t at_least = ash_class_size[ash_class_of(size ? size : 1)];
			must_f(ash_class_aligned(size, align) ==
					smallest(at_least, align),
				"size %zu, align %zu", size, align);
		}
}

START_TEST(test_aligned_class_is_the_smallest_that_is_large_and_aligned_enough)
{
	check_aligned_classes();
	open_all();
	check_aligned_classes();
}
END_TEST

START_TEST(test_aligned_class_of_a_large_size_is_none)
{
	for (size_t align = 1; align; align *= 2) {
		must(ash_class_aligned(ASH_SMALL_MAX + 1, align) == ASH_CLASSES);
		must(ash_class_aligned(SIZE_MAX, align) == ASH_CLASSES);
	}
}
END_TEST

START_TEST(test_reciprocal_divides_every_offset_by_every_class)
{
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		uint64_t recip = ash_class_recip[c];
		for (size_t offset = 0; offset < ASH_UNIT; offset++)
			must_f(offset * recip >> 32 == offset / ash_class_size[c],
				"class %u, offset %zu", c, offset);
	}
}
END_TEST

START_TEST(test_reciprocal_tells_every_offset_that_is_no_start_of_a_block)
{
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		uint64_t recip = ash_class_recip[c];
		for (size_t offset = 0; offset < ASH_UNIT; offset++) {
			bool start = offset % ash_class_size[c] == 0;
			bool found = (uint32_t)(offset * recip) < (uint32_t)recip;
			must_f(found == start, "class %u, offset %zu", c, offset);
			must_f(ash_class_on_grid(7 * ASH_UNIT + offset, c) == start,
				"class %u, offset %zu", c, offset);
		}
	}
}
END_TEST

/* What follows the last block must have a bit of its own in the last word, or a free of a pointer
 * there would look at memory that is not the bitmap's. */
START_TEST(test_every_offset_of_a_slab_has_a_bit_in_its_bitmap)
{
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t capacity = ASH_UNIT / ash_class_size[c],
		       words = (capacity + 63) / 64;
		size_t last = (ASH_UNIT - 1) / ash_class_size[c];
		must_f(last < words * 64, "class %u", c);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_classes_grow_in_multiples_of_16_up_to_the_largest,
		test_at_first_every_size_gets_the_smallest_open_class_that_holds_it,
		test_with_all_open_every_size_gets_the_smallest_class_that_holds_it,
		test_opening_a_group_changes_the_sizes_of_its_classes_alone,
		test_a_larger_size_never_gets_a_smaller_class,
		test_groups_follow_one_another_without_a_gap,
		test_a_group_is_opened_before_its_waste_is_large,
		test_a_block_wastes_at_most_a_third_or_whole_pages_and_a_ninth_in_open_groups,
		test_every_power_of_two_is_an_open_class_and_so_aligned_to_itself,
		test_aligned_class_is_the_smallest_that_is_large_and_aligned_enough,
		test_aligned_class_of_a_large_size_is_none,
		test_reciprocal_divides_every_offset_by_every_class,
		test_reciprocal_tells_every_offset_that_is_no_start_of_a_block,
		test_every_offset_of_a_slab_has_a_bit_in_its_bitmap,
	};

	ash_sizeclass_init();
	return run_tests("sizeclass", 60, tests, ARRAY_LEN(tests));
}
