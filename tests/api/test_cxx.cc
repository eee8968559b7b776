/*
 * operator new and delete: all twenty forms of C++17 share malloc's heap, and what
 * happens out of memory is the program's own C++ runtime's business (new_handler,
 * std::bad_alloc).
 */
#include "support.h"

#include <ashlar/ashlar.h>
#include <dlfcn.h>

#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#ifndef __cpp_sized_deallocation /* clang declares these only when asked */
void operator delete(void *p, std::size_t n) noexcept;
void operator delete[](void *p, std::size_t n) noexcept;
void operator delete(void *p, std::size_t n, std::align_val_t a) noexcept;
void operator delete[](void *p, std::size_t n, std::align_val_t a) noexcept;
#endif

namespace
{

const std::align_val_t wide{256};
const std::nothrow_t &quiet = std::nothrow;

void *touched(void *p, size_t n, size_t alignment)
{
	must(p);
	must((uintptr_t)p % alignment == 0);
	must(malloc_usable_size(p) >= n);
	fill(p, 0, n, n);
	must(holds(p, n, n));
	return p;
}

/* Not PTRDIFF_MAX itself: the compiler would know the answer. */
size_t too_much()
{
	return opaque(PTRDIFF_MAX);
}

template <typename F> bool throws_bad_alloc(F allocate)
{
	try {
		free(allocate());
	} catch (const std::bad_alloc &) {
		return true;
	}
	return false;
}

} // namespace

START_TEST(test_all_forms_of_new_and_delete_pair_up)
{
	for (size_t n = 1; n <= 3 * MIB; n = n * 3 + 1) {
		::operator delete(touched(::operator new(n), n, 8));
		::operator delete(touched(::operator new(n), n, 8), n);
		::operator delete(touched(::operator new(n, quiet), n, 8), quiet);
		::operator delete[](touched(::operator new[](n), n, 8));
		::operator delete[](touched(::operator new[](n), n, 8), n);
		::operator delete[](touched(::operator new[](n, quiet), n, 8), quiet);
		::operator delete(touched(::operator new(n, wide), n, 256), wide);
		::operator delete(touched(::operator new(n, wide), n, 256), n, wide);
		::operator delete(
			touched(::operator new(n, wide, quiet), n, 256), wide, quiet);
		::operator delete[](touched(::operator new[](n, wide), n, 256), wide);
		::operator delete[](touched(::operator new[](n, wide), n, 256), n, wide);
		::operator delete[](
			touched(::operator new[](n, wide, quiet), n, 256), wide, quiet);
	}
}
END_TEST

START_TEST(test_deleted_memory_is_given_back)
{
	size_t before = bytes_in_use();

	for (int i = 0; i < 300000; i++) {
		::operator delete(::operator new(1000));
		::operator delete[](::operator new[](1000, wide), wide);
		::operator delete(::operator new(1000, quiet), 1000);
	}
	must_f(growth(bytes_in_use(), before) < MIB, "%zu",
		growth(bytes_in_use(), before));
}
END_TEST

START_TEST(test_new_of_nothing_gives_distinct_blocks)
{
	void *a = ::operator new(0), *b = ::operator new[](0),
	     *c = ::operator new(0, wide);

	must(a && b && c && a != b && b != c && a != c);
	::operator delete(a);
	::operator delete[](b);
	::operator delete(c, wide);
}
END_TEST

START_TEST(test_delete_null_does_nothing)
{
	::operator delete(nullptr);
	::operator delete[](nullptr);
	::operator delete(nullptr, (size_t)8);
	::operator delete[](nullptr, (size_t)8);
	::operator delete(nullptr, quiet);
	::operator delete[](nullptr, quiet);
	::operator delete(nullptr, wide);
	::operator delete[](nullptr, wide);
	::operator delete(nullptr, (size_t)8, wide);
	::operator delete[](nullptr, (size_t)8, wide);
	::operator delete(nullptr, wide, quiet);
	::operator delete[](nullptr, wide, quiet);
}
END_TEST

START_TEST(test_aligned_new_honours_every_alignment)
{
	for (size_t align = 1; align <= 16 * MIB; align *= 2) {
		for (size_t n = 1; n <= 100000; n = n * 7 + 1) {
			std::align_val_t a{align};
			void *p = touched(::operator new(n, a), n, align);

			::operator delete(p, n, a);
			p = touched(::operator new[](n, a, quiet), n, align);
			::operator delete[](p, a);
		}
	}
}
END_TEST

/* Sized and unsized, aligned or not, all end in the same free. */
START_TEST(test_memory_of_new_is_malloc_memory)
{
	void *p = ::operator new(100);

	p = realloc(p, 1000);
	must(p && malloc_usable_size(p) >= 1000);
	free(p);
	::operator delete(malloc(100));
}
END_TEST

/* --- out of memory */

START_TEST(test_huge_new_throws_bad_alloc)
{
	const size_t n = too_much();

	must(throws_bad_alloc([=] { return ::operator new(n); }));
	must(throws_bad_alloc([=] { return ::operator new[](n); }));
	must(throws_bad_alloc([=] { return ::operator new(n, wide); }));
	must(throws_bad_alloc([=] { return ::operator new[](n, wide); }));
	must(throws_bad_alloc([=] { return new char[n]; }));
	must(throws_bad_alloc([] { return ::operator new(opaque(SIZE_MAX)); }));
}
END_TEST

/* libstdc++ 12 rounds this size up to 0. With --disable-cxx that is what programs get. */
START_TEST(test_aligned_new_of_a_size_that_wraps_throws)
{
	Dl_info info;
	void *p = dlsym(RTLD_DEFAULT, sizeof(size_t) == sizeof(int) ? "_ZnwjSt11align_val_t" : "_ZnwmSt11align_val_t");

	must(p && dladdr(p, &info));
	if (strstr(info.dli_fname, "libashlar"))
		must(throws_bad_alloc(
			[] { return ::operator new(opaque(SIZE_MAX - 1), wide); }));
}
END_TEST

START_TEST(test_huge_nothrow_new_returns_null)
{
	const size_t n = too_much();

	must(::operator new(n, quiet) == nullptr);
	must(::operator new[](n, quiet) == nullptr);
	must(::operator new(n, wide, quiet) == nullptr);
	must(::operator new[](n, wide, quiet) == nullptr);
	must(new (quiet) char[n] == nullptr);
}
END_TEST

namespace
{

int handler_calls;
void *spare;

void give_up_at_third_call()
{
	if (++handler_calls == 3)
		std::set_new_handler(nullptr);
}

struct out_of_patience {
};

void throw_own_exception()
{
	handler_calls++;
	throw out_of_patience();
}

void throw_bad_alloc()
{
	handler_calls++;
	throw std::bad_alloc();
}

void free_spare()
{
	handler_calls++;
	free(spare);
	spare = nullptr;
	if (handler_calls == 2)
		std::set_new_handler(nullptr);
}

template <typename F> int handler_calls_of(std::new_handler handler, F allocate)
{
	handler_calls = 0;
	std::set_new_handler(handler);
	allocate();
	std::set_new_handler(nullptr);
	return handler_calls;
}

} // namespace

START_TEST(test_new_handler_runs_until_it_gives_up)
{
	const size_t n = too_much();

	must(handler_calls_of(give_up_at_third_call, [=] {
		must(throws_bad_alloc([=] { return ::operator new(n); }));
	}) == 3);
	must(handler_calls_of(give_up_at_third_call, [=] {
		must(throws_bad_alloc([=] { return ::operator new[](n); }));
	}) == 3);
	must(handler_calls_of(give_up_at_third_call, [=] {
		must(throws_bad_alloc([=] { return ::operator new(n, wide); }));
	}) == 3);
	must(handler_calls_of(give_up_at_third_call, [=] {
		must(throws_bad_alloc([=] { return ::operator new[](n, wide); }));
	}) == 3);
	must(handler_calls_of(give_up_at_third_call,
		     [=] { must(::operator new(n, quiet) == nullptr); }) == 3);
	must(handler_calls_of(give_up_at_third_call,
		     [=] { must(::operator new[](n, wide, quiet) == nullptr); }) == 3);
}
END_TEST

START_TEST(test_an_alignment_that_is_none_is_refused)
{
	for (size_t odd : {0, 3, 6, 24, 100}) {
		const std::align_val_t align{opaque(odd)};
		must(throws_bad_alloc([=] { return ::operator new(100, align); }));
		must(throws_bad_alloc([=] { return ::operator new[](100, align); }));
		must(::operator new(100, align, quiet) == nullptr);
		must(::operator new[](100000, align, quiet) == nullptr);
	}
}
END_TEST

START_TEST(test_exceptions_of_the_new_handler_pass_through)
{
	bool caught = false;

	must(handler_calls_of(throw_own_exception, [&] {
		try {
			free(::operator new(too_much()));
		} catch (const out_of_patience &) {
			caught = true;
		}
	}) == 1);
	must(caught);
}
END_TEST

START_TEST(test_nothrow_new_swallows_the_handlers_bad_alloc)
{
	must(handler_calls_of(throw_bad_alloc,
		     [] { must(::operator new(too_much(), quiet) == nullptr); }) == 1);
	must(handler_calls_of(throw_bad_alloc, [] {
		must(::operator new[](too_much(), wide, quiet) == nullptr);
	}) == 1);
}
END_TEST

START_TEST(test_the_hard_limit_of_the_heap_calls_the_handler)
{
	void *p = nullptr;
	spare = malloc(30 * MIB);
	must(spare);
	must(ashlar_set_limit(ASHLAR_LIMIT_HARD, 64 * MIB) == 0);
	must(handler_calls_of(free_spare, [&] { p = ::operator new(50 * MIB); }) == 1);
	must(p);
	must(handler_calls_of(give_up_at_third_call, [] {
		must(throws_bad_alloc([] { return ::operator new(50 * MIB); }));
	}) == 3);
	::operator delete(p);
}
END_TEST

/* The handler frees 128 MiB under a 256 MiB limit: the next attempt succeeds. */
START_TEST(test_new_succeeds_when_the_handler_frees_memory)
{
	struct rlimit limit = {256 * MIB, 256 * MIB};
	char *p = nullptr;

	if (emulated())
		return; /* there are no limits */
	setrlimit(RLIMIT_AS, &limit);
	spare = malloc(128 * MIB);
	must(spare);
	must(handler_calls_of(free_spare,
		     [&] { p = static_cast<char *>(::operator new(160 * MIB)); }) == 1);
	must(p);
	p[0] = p[160 * MIB - 1] = 1;
	::operator delete(p);
}
END_TEST

/* --- the library on top of it */

START_TEST(test_containers_and_threads_work)
{
	std::vector<std::thread> threads;
	std::vector<std::unique_ptr<std::string>> made[4];

	for (int t = 0; t < 4; t++)
		threads.emplace_back([&mine = made[t], t] {
			for (int i = 0; i < 20000; i++)
				mine.push_back(std::make_unique<std::string>(
					(size_t)(i % 200), (char)('a' + t)));
		});
	for (auto &t : threads)
		t.join();
	for (int t = 0; t < 4; t++)
		for (int i = 0; i < 20000; i++)
			must(*made[t][(size_t)i] ==
				std::string((size_t)(i % 200), (char)('a' + t)));
}
END_TEST

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuse-after-free"
#endif

START_TEST(test_double_delete_aborts)
{
	struct child c = run_in_child(
		[](void *) {
			void *p = ::operator new(100);

			::operator delete(p);
			::operator delete(opaque_ptr(p));
		},
		nullptr);

	must_f(died_of(&c, SIGABRT), "status %x, stderr '%s'", (unsigned)c.status, c.err);
	must_f(strstr(c.err, "ashlar: ") && strstr(c.err, "double free"), "%s", c.err);
}
END_TEST

int main()
{
	const TTest *const tests[] = {
		test_all_forms_of_new_and_delete_pair_up,
		test_deleted_memory_is_given_back,
		test_new_of_nothing_gives_distinct_blocks,
		test_delete_null_does_nothing,
		test_aligned_new_honours_every_alignment,
		test_memory_of_new_is_malloc_memory,
		test_huge_new_throws_bad_alloc,
		test_aligned_new_of_a_size_that_wraps_throws,
		test_huge_nothrow_new_returns_null,
		test_new_handler_runs_until_it_gives_up,
		test_an_alignment_that_is_none_is_refused,
		test_exceptions_of_the_new_handler_pass_through,
		test_nothrow_new_swallows_the_handlers_bad_alloc,
		test_new_succeeds_when_the_handler_frees_memory,
		test_the_hard_limit_of_the_heap_calls_the_handler,
		test_containers_and_threads_work,
		test_double_delete_aborts,
	};

	return run_tests("cxx", 60, tests, ARRAY_LEN(tests));
}
