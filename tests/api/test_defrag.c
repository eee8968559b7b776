/* Active defragmentation, as a server does it: it asks of each of its blocks whether that lies among few, and copies
 * those into new ones, past the thread's cache. Memory must come back, soon, and nothing be lost. */
#include "support.h"

#include <ashlar/ashlar.h>
#include <pthread.h>

#define COUNT 1000000

static void *block[COUNT];
static uint32_t size_of[COUNT];

static uint32_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)random_state * n >> 32);
}

/* A million blocks: of one size, or of sizes up to it. */
static void fill_all(uint32_t size, bool all_sizes)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		size_of[i] = all_sizes ? 1 + random_below(size) : size;
		block[i] = malloc(size_of[i]);
		must(block[i]);
		fill(block[i], 0, size_of[i], i);
	}
}

/* Leaves one in five; returns the bytes of these. */
static size_t thin(void)
{
	size_t live = 0;

	for (uint32_t i = 0; i < COUNT; i++) {
		if (random_below(5)) {
			free(block[i]);
			block[i] = NULL;
		} else {
			live += malloc_usable_size(block[i]);
		}
	}
	return live;
}

/* One pass over all blocks; returns how many moved. */
static unsigned long move(void)
{
	unsigned long moved = 0;

	for (uint32_t i = 0; i < COUNT; i++) {
		if (!block[i] || !ashlar_get_defrag_hint(block[i]))
			continue;
		void *to = ashlar_mallocx(malloc_usable_size(block[i]), ASHLAR_MALLOCX_TCACHE_NONE);
		must(to);
		memcpy(to, block[i], size_of[i]);
		ashlar_dallocx(block[i], ASHLAR_MALLOCX_TCACHE_NONE);
		block[i] = to;
		moved++;
	}
	return moved;
}

/* Thins what there is, moves what is left, and looks at the memory: empty is what the process had without. */
static void defragment(size_t empty)
{
	size_t live = thin(), before, after;
	unsigned long left = 0, moved = 0, last, passes = 0;

	malloc_trim(0);
	before = growth(rss_now(), empty);
	for (uint32_t i = 0; i < COUNT; i++)
		left += block[i] != NULL;
	do {
		last = move();
		moved += last;
	} while (++passes < 10 && last > left / 100);
	malloc_trim(0);
	after = growth(rss_now(), empty);
	for (uint32_t i = 0; i < COUNT; i++)
		must(!block[i] || holds(block[i], size_of[i], i));
	must_f(SANITIZED || before > 2 * live, "%zu resident: %zu live have no need to be moved", before, live);
	must_f(SANITIZED || after < live + live / 8 + MIB, "%zu resident for %zu, and %zu before", after, live, before);
	must_f(moved > left / 2 && moved < left + left / 4, "%lu moves of %lu blocks", moved, left);
	must_f(passes < 10, "no end: %lu in the last pass", last);
}

/* What the test itself has is there from the start. */
static size_t touch_arrays(void)
{
	memset(block, 1, sizeof(block));
	memset(size_of, 1, sizeof(size_of));
	random_state = 1;
	return rss_now();
}

START_TEST(test_blocks_of_one_size)
{
	size_t empty = touch_arrays();

	fill_all(150, false);
	defragment(empty);
}
END_TEST

START_TEST(test_blocks_of_many_sizes)
{
	size_t empty = touch_arrays();

	fill_all(400, true);
	defragment(empty);
}
END_TEST

static void *fill_in_thread(void *arg)
{
	(void)arg;
	fill_all(150, false);
	return NULL;
}

/* The blocks belong to the arena of a thread that is gone; who moves them takes them into its own. */
START_TEST(test_blocks_of_another_thread)
{
	size_t empty = touch_arrays();
	pthread_t thread;

	must(!pthread_create(&thread, NULL, fill_in_thread, NULL));
	pthread_join(thread, NULL);
	defragment(empty);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_blocks_of_one_size,
		test_blocks_of_many_sizes,
		test_blocks_of_another_thread,
	};

	return run_tests("defrag", 60, tests, ARRAY_LEN(tests));
}
