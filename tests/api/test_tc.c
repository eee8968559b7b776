/*
 * gperftools' C functions: those of malloc under other names, figures of the heap
 * that add up and move with what the program does, and what it can make happen.
 */
#include "support.h"

#include <pthread.h>

#include <ashlar/ashlar.h>
#include <ashlar/tcmalloc.h>

#define SLACK (64 * KIB) /* what other threads, Check and the first use of things may allocate */

static size_t property(const char *name)
{
	size_t v = SIZE_MAX;

	must_f(MallocExtension_GetNumericProperty(name, &v) == 1, "%s", name);
	must_f(v != SIZE_MAX, "%s", name);
	return v;
}

static bool near(size_t a, size_t b, size_t by)
{
	return a > b ? a - b <= by : b - a <= by;
}

static bool owned(const void *p)
{
	return MallocExtension_GetOwnership(p) == MallocExtension_kOwned;
}

START_TEST(test_blocks_of_either_name_go_to_the_other)
{
	for (size_t n = 1; n < 5 * MIB; n = n * 3 + 1) {
		void *p = tc_malloc(n), *q = malloc(n), *r = NULL;

		must(p && q && owned(p) && owned(q));
		memset(p, 1, n);
		must(tc_malloc_size(p) >= n && tc_malloc_size(p) == malloc_usable_size(p));
		must(MallocExtension_GetAllocatedSize(p) == malloc_usable_size(p));
		free(p);
		tc_free(q);
		p = tc_malloc_skip_new_handler(n);
		q = tc_calloc(n, 1);
		must(p && q && ((char *)q)[n - 1] == 0);
		p = tc_realloc(p, n + 100);
		q = realloc(q, n + 100);
		must(p && q);
		tc_cfree(p);
		tc_free_sized(q, n + 100);
		p = tc_memalign(4096, n);
		must(tc_posix_memalign(&r, 256, n) == 0);
		must(p && (uintptr_t)p % 4096 == 0 && r && (uintptr_t)r % 256 == 0);
		tc_free_aligned_sized(p, 4096, n);
		free(r);
		p = tc_valloc(n);
		q = tc_pvalloc(n);
		must(p && (uintptr_t)p % 4096 == 0 && malloc_usable_size(q) >= 4096);
		free(p);
		free(q);
	}
}
END_TEST

START_TEST(test_failures_are_mallocs)
{
	void *p = &p;

	errno = 0;
	must(!tc_malloc(opaque(PTRDIFF_MAX)) && errno == ENOMEM);
	errno = 0;
	must(!tc_calloc(opaque(SIZE_MAX), 2) && errno == ENOMEM);
	must(!tc_malloc_skip_new_handler(opaque(PTRDIFF_MAX)));
	must(tc_posix_memalign(&p, 3, 1) == EINVAL && p == &p);
	tc_free(NULL);
	tc_cfree(NULL);
	must(tc_malloc_size(NULL) == 0 && MallocExtension_GetAllocatedSize(NULL) == 0);
}
END_TEST

START_TEST(test_the_size_that_a_block_would_have)
{
	for (size_t n = 0; n < 5 * MIB; n = n * 2 + 1) {
		size_t told = MallocExtension_GetEstimatedAllocatedSize(n);
		void *p = ashlar_mallocx(n ? n : 1, 0);

		must_f(told == malloc_usable_size(p), "%zu: %zu", n, told);
		must(told == tc_nallocx(n ? n : 1, 0));
		free(p);
	}
	must(MallocExtension_GetEstimatedAllocatedSize(opaque(SIZE_MAX)) == 0);
}
END_TEST

START_TEST(test_glibcs_functions_by_these_names)
{
	struct mallinfo2 a = tc_mallinfo2(), b = mallinfo2();

	must(near(a.uordblks, b.uordblks, SLACK) && a.uordblks > 0);
	must((size_t)(unsigned)tc_mallinfo().uordblks == (unsigned)a.uordblks);
	must(tc_mallopt(M_MMAP_MAX, 1) == 1 && tc_mallopt(-99, 1) == 0);
}
END_TEST

START_TEST(test_reports_are_cut_to_the_buffer)
{
	char large[40000], small[100];

	memset(small, 'x', sizeof(small));
	memset(large, 'x', sizeof(large));
	MallocExtension_GetStats(large, sizeof(large));
	must(memchr(large, '\0', sizeof(large)) && strstr(large, "Allocated: ") && strstr(large, "End ashlar statistics"));
	MallocExtension_GetStats(small, 50);
	must(strlen(small) == 49 && strncmp(small, large, 49) == 0 && small[50] == 'x');
	MallocExtension_GetStats(small, 1);
	must(small[0] == '\0' && small[1] != '\0');
	small[0] = 'y';
	MallocExtension_GetStats(small, 0);
	MallocExtension_GetStats(small, -1);
	must(small[0] == 'y');
}
END_TEST

START_TEST(test_allocated_bytes_move_with_the_program)
{
	size_t before = property("generic.current_allocated_bytes"), with, all = 0;
	void *p[1000];

	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		p[i] = opaque_ptr(malloc(i * 30 + 1));
		all += malloc_usable_size(p[i]);
	}
	with = property("generic.current_allocated_bytes");
	must_f(near(with, before + all, SLACK), "%zu, %zu + %zu", with, before, all);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		free(p[i]);
	with = property("generic.current_allocated_bytes");
	must_f(near(with, before, SLACK), "%zu, %zu", with, before);
}
END_TEST

START_TEST(test_figures_add_up)
{
	void *p[2000];

	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		memset(p[i] = opaque_ptr(malloc(i * 20 + 1)), 1, i * 20 + 1);
	for (int round = 0; round < 3; round++) {
		size_t heap = property("generic.heap_size"), allocated = property("generic.current_allocated_bytes");
		size_t unmapped = property("tcmalloc.pageheap_unmapped_bytes");
		size_t unused = property("tcmalloc.pageheap_free_bytes");
		size_t caches = property("tcmalloc.thread_cache_free_bytes");
		size_t central = property("tcmalloc.central_cache_free_bytes");
		size_t transfer = property("tcmalloc.transfer_cache_free_bytes");
		size_t physical = property("generic.total_physical_bytes");

		must_f(heap == allocated + unmapped + unused + caches + central + transfer,
			"%zu, %zu + %zu + %zu + %zu + %zu + %zu", heap, allocated, unmapped, unused, caches, central,
			transfer);
		must(property("tcmalloc.pageheap_committed_bytes") == heap - unmapped);
		must(property("tcmalloc.slack_bytes") == unused + unmapped);
		must(property("tcmalloc.current_total_thread_cache_bytes") == caches);
		must(physical >= heap - unmapped && physical < heap - unmapped + 8 * MIB);
		for (size_t i = (size_t)round; i < ARRAY_LEN(p); i += 3)
			free(p[i]);
	}
}
END_TEST

START_TEST(test_freed_memory_can_be_released)
{
	size_t n = 20 * MIB, unmapped, decommitted, free_bytes, released;
	void *p;

	must(MallocExtension_SetNumericProperty("tcmalloc.aggressive_memory_decommit", 0) == 1 ||
	     property("tcmalloc.aggressive_memory_decommit") == 1);
	p = opaque_ptr(malloc(n));
	memset(p, 1, n);
	unmapped = property("tcmalloc.pageheap_unmapped_bytes");
	decommitted = property("tcmalloc.pageheap_total_decommit_bytes");
	free(p);
	free_bytes = property("tcmalloc.pageheap_free_bytes");
	MallocExtension_ReleaseToSystem(0);
	must(near(property("tcmalloc.pageheap_free_bytes"), free_bytes, n / 2));
	MallocExtension_ReleaseToSystem(n / 2);
	released = property("tcmalloc.pageheap_total_decommit_bytes") - decommitted;
	must_f(released >= n / 2, "%zu", released);
	MallocExtension_ReleaseFreeMemory();
	must(property("tcmalloc.pageheap_free_bytes") < n / 10);
	must(property("tcmalloc.pageheap_unmapped_bytes") >= unmapped + n - n / 10);
	must(property("tcmalloc.pageheap_decommit_count") > 0 && property("tcmalloc.pageheap_scavenge_count") > 0);
}
END_TEST

START_TEST(test_aggressive_decommit_is_a_decay_time_of_zero)
{
	ssize_t ms = 77;
	size_t n = sizeof(ms), was = property("tcmalloc.aggressive_memory_decommit");

	must(MallocExtension_SetNumericProperty("tcmalloc.aggressive_memory_decommit", 1) == 1);
	must(property("tcmalloc.aggressive_memory_decommit") == 1);
	must(ashlar_mallctl("arenas.dirty_decay_ms", &ms, &n, NULL, 0) == 0 && ms == 0);
	/* back to the option's value, if that is another */
	must(MallocExtension_SetNumericProperty("tcmalloc.aggressive_memory_decommit", 0) == (was ? 0 : 1));
	must(property("tcmalloc.aggressive_memory_decommit") == was);
	ms = 1234;
	must(ashlar_mallctl("arenas.dirty_decay_ms", NULL, NULL, &ms, sizeof(ms)) == 0);
	must(MallocExtension_SetNumericProperty("tcmalloc.aggressive_memory_decommit", 0) == 1);
	must(ashlar_mallctl("arenas.dirty_decay_ms", &ms, &n, NULL, 0) == 0 && ms == 1234);
}
END_TEST

START_TEST(test_what_is_no_property_says_so)
{
	static const char *const names[] = {"", "generic", "generic.", "generic.heap_siz", "generic.heap_sizes",
		"tcmalloc.max_total_thread_cache_bytes", "tcmalloc.heap_limit_mb", "heap_size", "GENERIC.HEAP_SIZE"};
	size_t v = 77;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		must_f(MallocExtension_GetNumericProperty(names[i], &v) == 0 && v == 77, "%s", names[i]);
		must_f(MallocExtension_SetNumericProperty(names[i], 1) == 0, "%s", names[i]);
	}
	must(MallocExtension_GetNumericProperty(NULL, &v) == 0 && v == 77);
	must(MallocExtension_GetNumericProperty("generic.heap_size", NULL) == 0);
	must(MallocExtension_SetNumericProperty("generic.heap_size", 1) == 0);
	must(MallocExtension_SetNumericProperty(NULL, 1) == 0);
	must(property("tcmalloc.sample_parameter") == 0);
}
END_TEST

START_TEST(test_blocks_are_counted_by_size)
{
	int blocks, more, before[kMallocExtensionHistogramSize], after[kMallocExtensionHistogramSize];
	size_t total, grown, all = 0;
	void *p[300];

	for (size_t i = 0; i < 2000; i++) /* the nursery closes: its blocks are in no class */
		tc_free(opaque_ptr(tc_malloc(100)));
	must(MallocExtension_MallocMemoryStats(&blocks, &total, before) == 1);
	must(blocks >= 0 && total > 0);
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		p[i] = ashlar_mallocx(i < 200 ? 256 : i < 280 ? 4096 : 3 * MIB, 0);
		all += malloc_usable_size(p[i]);
	}
	must(MallocExtension_MallocMemoryStats(&more, &grown, after) == 1);
	must_f(near((size_t)more, (size_t)blocks + 300, 50), "%d, %d", blocks, more);
	must_f(near(grown, total + all, SLACK), "%zu, %zu + %zu", grown, total, all);
	must(near((size_t)after[8], (size_t)before[8] + 200, 20));  /* 320 */
	must(near((size_t)after[12], (size_t)before[12] + 80, 10));
	must(near((size_t)after[21], (size_t)before[21] + 20, 2));
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		free(p[i]);
}
END_TEST

static void *idle(void *counts)
{
	size_t *n = counts;
	void *p[200];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LEN(p); i++)
			p[i] = opaque_ptr(malloc(1000));
		for (size_t i = 0; i < ARRAY_LEN(p); i++)
			free(p[i]);
	}
	n[0] = MallocExtension_GetThreadCacheSize();
	n[1] = property("tcmalloc.impl.thread_cache_count");
	MallocExtension_MarkThreadIdle();
	n[2] = MallocExtension_GetThreadCacheSize();
	MallocExtension_MarkThreadBusy();
	free(opaque_ptr(malloc(1000)));
	MallocExtension_MarkThreadTemporarilyIdle();
	n[3] = MallocExtension_GetThreadCacheSize();
	return NULL;
}

START_TEST(test_idle_threads_give_their_caches_back)
{
	size_t n[4] = {0}, none = 0, len = sizeof(bool);
	bool caches = false;
	pthread_t t;

	must(ashlar_mallctl("opt.tcache", &caches, &len, NULL, 0) == 0);
	must(pthread_create(&t, NULL, idle, n) == 0);
	must(pthread_join(t, NULL) == 0);
	must_f(n[2] == none && n[3] == none, "%zu, %zu", n[2], n[3]);
	if (caches)
		must_f(n[0] >= 1000 && n[1] > 0, "%zu, %zu", n[0], n[1]);
}
END_TEST

START_TEST(test_any_address_has_an_owner)
{
	static int variable;
	int local;
	char *p = malloc(100000);

	must(owned(p) && owned(opaque_ptr(p)));
	must(MallocExtension_GetOwnership(&variable) == MallocExtension_kNotOwned);
	must(MallocExtension_GetOwnership(&local) == MallocExtension_kNotOwned);
	must(MallocExtension_GetOwnership(NULL) == MallocExtension_kNotOwned);
	must(MallocExtension_GetOwnership((void *)-1) == MallocExtension_kNotOwned);
	must(MallocExtension_GetOwnership((void *)(uintptr_t)TOP_BIT) == MallocExtension_kNotOwned);
	free(p);
}
END_TEST

START_TEST(test_what_is_in_order_is_verified)
{
	void *p = malloc(100), *q = malloc(100 * KIB);

	must(MallocExtension_VerifyMallocMemory(p) == 1 && MallocExtension_VerifyMallocMemory(q) == 1);
	must(MallocExtension_VerifyNewMemory(p) == 1 && MallocExtension_VerifyArrayNewMemory(q) == 1);
	must(MallocExtension_VerifyMallocMemory(NULL) == 1);
	free(p);
	free(q);
	must(MallocExtension_VerifyAllMemory() == 1);
}
END_TEST

static void verify_inside(void *unused)
{
	char *p = ashlar_mallocx(100, 0);

	(void)unused;
	MallocExtension_VerifyMallocMemory(p + 16);
}

/* Freed again behind another: seen when the cache is emptied. */
static void verify_freed_twice(void *unused)
{
	void *p = ashlar_mallocx(100, 0), *q = ashlar_mallocx(100, 0);

	(void)unused;
	free(p);
	free(q);
	free(p);
	MallocExtension_VerifyAllMemory();
}

START_TEST(test_damage_ends_the_process)
{
	struct child inside = run_in_child(verify_inside, NULL), twice = run_in_child(verify_freed_twice, NULL);

	must_f(died_of(&inside, SIGABRT) && strstr(inside.err, "ashlar: MallocExtension_VerifyMallocMemory(0x"), "%s",
		inside.err);
	must_f(died_of(&twice, SIGABRT) && strstr(twice.err, "double free"), "%s", twice.err);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_blocks_of_either_name_go_to_the_other,
		test_failures_are_mallocs,
		test_the_size_that_a_block_would_have,
		test_glibcs_functions_by_these_names,
		test_reports_are_cut_to_the_buffer,
		test_allocated_bytes_move_with_the_program,
		test_figures_add_up,
		test_freed_memory_can_be_released,
		test_aggressive_decommit_is_a_decay_time_of_zero,
		test_what_is_no_property_says_so,
		test_blocks_are_counted_by_size,
		test_idle_threads_give_their_caches_back,
		test_any_address_has_an_owner,
		test_what_is_in_order_is_verified,
		test_damage_ends_the_process,
	};
	return run_tests("tc", 60, tests, ARRAY_LEN(tests));
}
