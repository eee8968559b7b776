/*
 * A program that replaces operator new(size_t) and operator delete(void *) alone, as many
 * do, gets every form through its own: what it made must never come to another's delete.
 */
#include "support.h"

#include <new>

#ifndef __cpp_sized_deallocation /* clang declares these only when asked */
void operator delete(void *p, std::size_t n) noexcept;
void operator delete[](void *p, std::size_t n) noexcept;
#endif

namespace
{

/* A heap of its own, so that a block that goes astray is found. */
alignas(16) char pool[1 << 16];
size_t used;
int live;

bool from_pool(const void *p)
{
	return (uintptr_t)p - (uintptr_t)pool < sizeof pool;
}

struct refused {};

} // namespace

void *operator new(std::size_t n)
{
	n = (n + 15) & ~(std::size_t)15;
	if (n > sizeof pool - used)
		throw refused();
	void *p = pool + used;
	used += n;
	live++;
	return p;
}

void operator delete(void *p) noexcept
{
	if (!p)
		return;
	must(from_pool(p));
	live--;
}

START_TEST(test_each_form_of_new_calls_the_programs)
{
	must(from_pool(::operator new(1)));
	must(from_pool(::operator new[](1)));
	must(from_pool(::operator new(1, std::nothrow)));
	must(from_pool(::operator new[](1, std::nothrow)));
	must(live == 4);
}
END_TEST

START_TEST(test_each_form_of_delete_calls_the_programs)
{
	void *p[6];
	for (void *&q : p)
		q = ::operator new(10);
	::operator delete(p[0]);
	::operator delete(p[1], (std::size_t)10);
	::operator delete(p[2], std::nothrow);
	::operator delete[](p[3]);
	::operator delete[](p[4], (std::size_t)10);
	::operator delete[](p[5], std::nothrow);
	must(live == 0);
}
END_TEST

START_TEST(test_the_programs_exception_passes_and_nothrow_forms_catch_it)
{
	int caught = 0;
	try {
		free(::operator new[](opaque(sizeof pool + 1)));
	} catch (const refused &) {
		caught++;
	}
	must(caught == 1);
	must(::operator new(opaque(sizeof pool + 1), std::nothrow) == nullptr);
	must(::operator new[](opaque(sizeof pool + 1), std::nothrow) == nullptr);
}
END_TEST

/* The forms with an alignment are a family of their own, which this program left alone. */
START_TEST(test_forms_with_an_alignment_stay_ours)
{
	const std::align_val_t wide{256};
	void *p = ::operator new(1000, wide), *q = ::operator new[](1000, wide, std::nothrow);
	must(p && !from_pool(p) && (uintptr_t)p % 256 == 0);
	must(q && !from_pool(q) && (uintptr_t)q % 256 == 0);
	must(malloc_usable_size(p) >= 1000);
	::operator delete(p, wide);
	::operator delete[](q, wide, std::nothrow);
	must(live == 0);
}
END_TEST

int main()
{
	const TTest *const tests[] = {
		test_each_form_of_new_calls_the_programs,
		test_each_form_of_delete_calls_the_programs,
		test_the_programs_exception_passes_and_nothrow_forms_catch_it,
		test_forms_with_an_alignment_stay_ours,
	};

	return run_tests("cxx_own", 60, tests, ARRAY_LEN(tests));
}
