/* What is asked of the operating system, and what it promises. */
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>

#define PAGE (ash_os.page_size)

static _Atomic uint32_t word; /* what threads wait for */

START_TEST(test_facts_agree_with_libcs)
{
	must(ash_os.page_size == (size_t)sysconf(_SC_PAGESIZE));
	must((size_t)1 << ash_os.page_shift == ash_os.page_size);
	must(ash_os.cpus >= 1 && ash_os.cpus <= (unsigned)sysconf(_SC_NPROCESSORS_CONF));
	must(!ash_os.secure);
}
END_TEST

START_TEST(test_mapped_memory_is_zero_writable_and_gone_when_unmapped)
{
	for (size_t pages = 1; pages < 1000; pages *= 3) {
		char *p = ash_os_map(pages * PAGE);
		must(p != NULL && all_zero(p, pages * PAGE));
		memset(p, 1, pages * PAGE);
		ash_os_unmap(p, pages * PAGE);
		must(all_unmapped(p, pages * PAGE));
	}
}
END_TEST

START_TEST(test_aligned_memory_is_aligned_and_leaves_nothing_around_it)
{
	for (size_t align = 2 * PAGE; align <= 64 * MIB; align *= 2) {
		for (size_t pages = 1; pages < 100; pages *= 7) {
			size_t before = vsz_now();
			char *p = ash_os_map_aligned(pages * PAGE, align);
			must(p != NULL);
			uintptr_t rest = (uintptr_t)p & (align - 1);
			must_f(rest == 0, "align %zu", align);
			must_f(SANITIZED || vsz_now() - before == pages * PAGE,
				"%zu pages at %zu: %zu bytes", pages, align,
				vsz_now() - before);
			memset(p, 1, pages * PAGE);
			ash_os_unmap(p, pages * PAGE);
		}
	}
}
END_TEST

/* Where the kernel, left to itself, goes beyond what the page map knows. */
START_TEST(test_memory_is_where_the_page_map_knows_it)
{
	static char *p[300];
	char *usual = ash_os_map(PAGE);
	must(usual != NULL);
	if (SANITIZED)
		return; /* the runtime's shadow lies there */
	ash_os.last = (uintptr_t)usual / 2;
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		size_t len = (1 + i * i % 97) * PAGE;
		p[i] = i % 3 ? ash_os_map(len) : ash_os_map_aligned(len, MIB);
		must_f(p[i] != NULL, "%zu", i);
		must_f((uintptr_t)p[i] + len - 1 <= ash_os.last, "%zu: %p", i, (void *)p[i]);
		must(i % 3 || (uintptr_t)p[i] % MIB == 0);
		p[i][0] = p[i][len - 1] = 1;
		if (i % 5 == 4)
			ash_os_unmap(p[i - 2], (1 + (i - 2) * (i - 2) % 97) * PAGE);
	}
	ash_os.last = PAGE; /* nothing can be there */
	must(ash_os_map(PAGE) == NULL && ash_os_map(2 * PAGE) == NULL);
}
END_TEST

START_TEST(test_sizes_that_nobody_has_are_refused)
{
	must(ash_os_map(TOO_MUCH) == NULL);
	must(ash_os_map(align_down(SIZE_MAX, PAGE)) == NULL);
	must(ash_os_map_aligned(TOO_MUCH, MIB) == NULL);
	must(ash_os_map_aligned(align_down(SIZE_MAX, PAGE), MIB) == NULL);
#if SIZE_MAX > UINT32_MAX /* else there may be such an address */
	must(ash_os_map_aligned(PAGE, TOP_BIT) == NULL);
#endif
}
END_TEST

START_TEST(test_purged_memory_is_zero_and_costs_nothing)
{
	char *p = ash_os_map(16 * PAGE);
	must(p != NULL);
	memset(p, 1, 16 * PAGE);
	must(ash_os_purge(p + 4 * PAGE, 8 * PAGE));
	must(resident_pages(p, 16 * PAGE) == 8);
	must(all_zero(p + 4 * PAGE, 8 * PAGE));
	must(p[4 * PAGE - 1] == 1 && p[12 * PAGE] == 1);
}
END_TEST

START_TEST(test_populated_memory_is_there_and_keeps_its_content)
{
	char *p = ash_os_map(16 * PAGE);
	must(p != NULL);
	p[5 * PAGE] = 1;
	ash_os_populate(p + 4 * PAGE, 8 * PAGE);
	size_t n = resident_pages(p, 16 * PAGE);
	must(n == 8 || n == 1); /* Linux before 5.14 does not know how */
	must(p[5 * PAGE] == 1);
}
END_TEST

/* A hint: no memory there, and then it is off. */
START_TEST(test_populating_a_hole_fails_in_silence)
{
	char *p = ash_os_map(2 * PAGE);
	must(p != NULL);
	ash_os_unmap(p + PAGE, PAGE);
	ash_os_populate(p, 2 * PAGE);
	p[0] = 1;
	ash_os_populate(p, PAGE);
	must(p[0] == 1);
}
END_TEST

START_TEST(test_locked_memory_is_not_purged_and_stays_as_it_is)
{
	char *p = ash_os_map(4 * PAGE);
	must(p != NULL);
	memset(p, 1, 4 * PAGE);
	if (!lock_pages(p, 4 * PAGE))
		return;
	must(!ash_os_purge(p, 4 * PAGE));
	must(p[0] == 1 && p[4 * PAGE - 1] == 1);
}
END_TEST

START_TEST(test_memory_is_told_from_holes)
{
	char *p = ash_os_map(3 * PAGE);
	must(p != NULL);
	ash_os_unmap(p + PAGE, PAGE);
	must(ash_os_is_mapped(p) && ash_os_is_mapped(p + PAGE - 1));
	must(!ash_os_is_mapped(p + PAGE) && !ash_os_is_mapped(p + 2 * PAGE - 1));
	must(ash_os_is_mapped(p + 2 * PAGE));
	must(!ash_os_is_mapped(NULL));
	must(ash_os_is_mapped(&p));
}
END_TEST

START_TEST(test_a_mapping_grows_where_it_stands_if_it_can)
{
	char *p = ash_os_map(8 * PAGE);
	must(p != NULL);
	p[0] = 1;
	ash_os_unmap(p + 4 * PAGE, 4 * PAGE);
	if (emulated() && sizeof(void *) == 4)
		return; /* all that qemu may give to a 32-bit program is mapped already */
	must(ash_os_grow(p, 4 * PAGE, 8 * PAGE) == 0);
	must(p[0] == 1 && all_zero(p + 4 * PAGE, 4 * PAGE));
	ash_os_unmap(p + 5 * PAGE, PAGE);
	must(ash_os_grow(p, 5 * PAGE, 7 * PAGE) == -ENOMEM);
	must(p[0] == 1 && p[4 * PAGE] == 0);
}
END_TEST

START_TEST(test_a_mapping_moves_with_its_pages)
{
	char *p = ash_os_map(4 * PAGE), *to = ash_os_map_aligned(10 * PAGE, MIB);
	must(p != NULL && to != NULL);
	memset(p, 1, 4 * PAGE);
	memset(to, 2, 10 * PAGE);
	must(ash_os_move(p, 4 * PAGE, to, 10 * PAGE) == 0);
	must(all_unmapped(p, 4 * PAGE));
	for (size_t i = 0; i < 10 * PAGE; i++)
		must(to[i] == (i < 4 * PAGE));
}
END_TEST

START_TEST(test_a_move_that_fails_changes_nothing)
{
	char *p = ash_os_map(8 * PAGE);
	must(p != NULL);
	memset(p, 1, 8 * PAGE);
	must(ash_os_move(p, 4 * PAGE, p + 2 * PAGE, 6 * PAGE) < 0); /* onto itself */
	for (size_t i = 0; i < 8 * PAGE; i++)
		must(p[i] == 1);
}
END_TEST

START_TEST(test_no_call_touches_errno)
{
	errno = 1234;
	char *p = ash_os_map(4 * PAGE);
	ash_os_map(TOO_MUCH);
	ash_os_map_aligned(TOO_MUCH, MIB);
	ash_os_purge(p, PAGE);
	ash_os_purge(NULL, PAGE);
	ash_os_is_mapped(NULL);
	ash_os_advise_huge(p, PAGE, true);
	ash_os_grow(p, 4 * PAGE, TOO_MUCH);
	ash_os_move(p, 4 * PAGE, p + PAGE, 4 * PAGE);
	ash_os_unmap(p, 4 * PAGE);
	ash_os_now_ms();
	ash_os_wake_one(&word);
	ash_os_wait(&word, 1);
	must(errno == 1234);
}
END_TEST

START_TEST(test_the_clock_runs_forwards)
{
	uint32_t start = ash_os_now_ms(), last = start;
	for (int i = 0; i < 100000; i++) {
		uint32_t now = ash_os_now_ms();
		must((int32_t)(now - last) >= 0);
		last = now;
	}
	sleep_ms(50);
	must(ash_os_now_ms() - start >= 30);
}
END_TEST

static void *wait_for_word(void *unused)
{
	while (atomic_load(&word) == 0)
		ash_os_wait(&word, 0);
	return unused;
}

START_TEST(test_a_waiting_thread_wakes_when_it_is_woken)
{
	pthread_t id;
	must(pthread_create(&id, NULL, wait_for_word, NULL) == 0);
	sleep_ms(20);
	atomic_store(&word, 1);
	ash_os_wake_one(&word);
	must(pthread_join(id, NULL) == 0);
}
END_TEST

START_TEST(test_nobody_waits_for_a_value_that_is_gone)
{
	word = 7;
	ash_os_wait(&word, 6); /* returns, or the test times out */
}
END_TEST

static void abort_now(void *unused)
{
	(void)unused;
	ash_os_abort();
}

START_TEST(test_abort_sends_sigabrt)
{
	struct child c = run_in_child(abort_now, NULL);
	must(died_of(&c, SIGABRT) && c.err[0] == '\0');
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_facts_agree_with_libcs,
		test_mapped_memory_is_zero_writable_and_gone_when_unmapped,
		test_aligned_memory_is_aligned_and_leaves_nothing_around_it,
		test_memory_is_where_the_page_map_knows_it,
		test_sizes_that_nobody_has_are_refused,
		test_purged_memory_is_zero_and_costs_nothing,
		test_populated_memory_is_there_and_keeps_its_content,
		test_populating_a_hole_fails_in_silence,
		test_locked_memory_is_not_purged_and_stays_as_it_is,
		test_memory_is_told_from_holes,
		test_a_mapping_grows_where_it_stands_if_it_can,
		test_a_mapping_moves_with_its_pages,
		test_a_move_that_fails_changes_nothing,
		test_no_call_touches_errno,
		test_the_clock_runs_forwards,
		test_a_waiting_thread_wakes_when_it_is_woken,
		test_nobody_waits_for_a_value_that_is_gone,
		test_abort_sends_sigabrt,
	};

	unit_start();
	return run_tests("os", 60, tests, ARRAY_LEN(tests));
}
