/*
 * gperftools' names of new and delete: the library's operators, although this program
 * has its own.
 */
#include "support.h"

#include <new>

#include <ashlar/tcmalloc.h>

static int own_calls;

void *operator new(std::size_t n)
{
	own_calls++;
	void *p = malloc(n);
	if (!p)
		throw std::bad_alloc();
	return p;
}

void operator delete(void *p) noexcept
{
	own_calls++;
	free(p);
}

void operator delete(void *p, std::size_t) noexcept
{
	own_calls++;
	free(p);
}

namespace
{

const std::align_val_t wide{4096};

void *touched(void *p, size_t n, size_t alignment)
{
	must(p && (uintptr_t)p % alignment == 0 && tc_malloc_size(p) >= n);
	must(MallocExtension_GetOwnership(p) == MallocExtension_kOwned);
	memset(p, 1, n);
	return p;
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

START_TEST(test_all_forms_pair_up)
{
	for (size_t n = 1; n < 3 * MIB; n = n * 3 + 1) {
		own_calls = 0;
		tc_delete(touched(tc_new(n), n, 8));
		tc_delete_sized(touched(tc_new(n), n, 8), n);
		tc_delete_nothrow(touched(tc_new_nothrow(n, std::nothrow), n, 8), std::nothrow);
		tc_deletearray(touched(tc_newarray(n), n, 8));
		tc_deletearray_sized(touched(tc_newarray(n), n, 8), n);
		tc_delete_aligned(touched(tc_new_aligned(n, wide), n, 4096), wide);
		tc_delete_sized_aligned(touched(tc_new_aligned(n, wide), n, 4096), n, wide);
		tc_deletearray_aligned(touched(tc_newarray_aligned(n, wide), n, 4096), wide);
		tc_deletearray_sized_aligned(touched(tc_newarray_aligned(n, wide), n, 4096), n, wide);
		must(own_calls == 0 || own_calls == 1); /* the form that does not throw asks for the program's own */
		tc_deletearray_nothrow(touched(tc_newarray_nothrow(n, std::nothrow), n, 8), std::nothrow);
		tc_delete_aligned_nothrow(touched(tc_new_aligned_nothrow(n, wide, std::nothrow), n, 4096), wide,
			std::nothrow);
		tc_deletearray_aligned_nothrow(touched(tc_newarray_aligned_nothrow(n, wide, std::nothrow), n, 4096),
			wide, std::nothrow);
	}
}
END_TEST

START_TEST(test_blocks_are_mallocs)
{
	free(tc_new(100));
	tc_delete(malloc(100));
	operator delete(tc_newarray(100));
	tc_deletearray(operator new(100));
	tc_delete(nullptr);
	tc_deletearray_sized(nullptr, 1);
}
END_TEST

START_TEST(test_without_memory_they_throw_or_return_null)
{
	size_t n = opaque(PTRDIFF_MAX);

	must(throws_bad_alloc([n] { return tc_new(n); }));
	must(throws_bad_alloc([n] { return tc_newarray(n); }));
	must(throws_bad_alloc([n] { return tc_new_aligned(n, wide); }));
	must(!tc_new_nothrow(n, std::nothrow) && !tc_newarray_nothrow(n, std::nothrow));
	must(!tc_new_aligned_nothrow(n, wide, std::nothrow));
}
END_TEST

int main(void)
{
	static const TTest *const tests[] = {
		test_all_forms_pair_up,
		test_blocks_are_mallocs,
		test_without_memory_they_throw_or_return_null,
	};

	return run_tests("tc_cxx", 60, tests, ARRAY_LEN(tests));
}
