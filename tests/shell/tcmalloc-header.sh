#!/bin/sh
# <ashlar/tcmalloc.h> in place of gperftools': it compiles in all dialects, with the other headers and without, has
# every function of the interface, and nothing by which a program would take ashlar for tcmalloc.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition

cat >"$tmp/all.c" <<'E1'
#ifdef WITH_OTHERS
#include <ashlar/ashlar.h>
#include <ashlar/jemalloc.h>
#endif
#include <ashlar/tcmalloc.h>

#if TC_VERSION_MAJOR < 1 || (TC_VERSION_MAJOR == 1 && TC_VERSION_MINOR < 6)
#error "programs look for these"
#endif

int main(void)
{
	int blocks, histogram[kMallocExtensionHistogramSize];
	size_t total = 0;
	char text[200] = TC_VERSION_STRING;
	void *p = tc_malloc(100), *q = 0;

	if (!p || tc_malloc_size(p) < 100 || MallocExtension_GetOwnership(p) != MallocExtension_kOwned)
		return 1;
	p = tc_realloc(p, 1000);
	tc_free(p);
	tc_cfree(tc_calloc(2, 3));
	tc_free_sized(tc_malloc_skip_new_handler(4), 4);
	tc_free_aligned_sized(tc_memalign(64, 5), 64, 5);
	if (tc_posix_memalign(&q, 64, 6))
		return 2;
	tc_free(q);
	tc_free(tc_valloc(7));
	tc_free(tc_pvalloc(8));
	tc_malloc_stats();
	if (!tc_mallopt(-4, 1) || tc_mallinfo().usmblks || tc_mallinfo2().usmblks || !tc_nallocx(9, 0))
		return 3;
	if (!MallocExtension_GetNumericProperty("generic.heap_size", &total) || !total)
		return 4;
	if (MallocExtension_SetNumericProperty("generic.heap_size", 1))
		return 5;
	MallocExtension_GetStats(text, sizeof(text));
	if (!MallocExtension_MallocMemoryStats(&blocks, &total, histogram) || blocks < 0)
		return 6;
	MallocExtension_MarkThreadIdle();
	MallocExtension_MarkThreadBusy();
	MallocExtension_MarkThreadTemporarilyIdle();
	MallocExtension_ReleaseToSystem(1);
	MallocExtension_ReleaseFreeMemory();
	p = tc_malloc(10);
	if (MallocExtension_GetEstimatedAllocatedSize(10) < 10 || MallocExtension_GetAllocatedSize(p) < 10)
		return 7;
	(void)MallocExtension_GetThreadCacheSize();
	if (!MallocExtension_VerifyAllMemory() || !MallocExtension_VerifyMallocMemory(p) ||
		!MallocExtension_VerifyNewMemory(p) || !MallocExtension_VerifyArrayNewMemory(p))
		return 8;
	tc_free(p);
#if defined(__cplusplus) && defined(WITH_OPERATORS)
	tc_delete(tc_new(1));
	tc_delete_sized(tc_newarray(2), 2);
	tc_deletearray_nothrow(tc_newarray_nothrow(3, std::nothrow), std::nothrow);
	tc_delete_nothrow(tc_new_nothrow(4, std::nothrow), std::nothrow);
	tc_deletearray(tc_newarray(5));
	tc_deletearray_sized(tc_newarray(6), 6);
#endif
	return 0;
}
E1
operators=
[ "$cxx" != yes ] || operators=-DWITH_OPERATORS
flags="-Wall -Wextra -Werror -fno-builtin -I$src/include -I$build/include"
# try COMPILER FLAG...
try()
{
	for others in '' -DWITH_OTHERS; do
		"$@" $others $flags -o "$tmp/all" "$tmp/all.c" -L"$libs" "-l:$soname" 2>"$tmp/log" || fail "$*: $(cat "$tmp/log")"
		LD_LIBRARY_PATH=$libs "$tmp/all" 2>"$tmp/log" || fail "$*: exit $?"
		grep -q '^Total (incl. mmap):$' "$tmp/log" || fail "$*: tc_malloc_stats printed nothing"
	done
}
for dialect in c99 gnu11 c17; do
	try $CC -std=$dialect
done
if command -v "${CXX:-c++}" >/dev/null; then
	for dialect in c++98 c++11 c++17; do
		try "${CXX:-c++}" -x c++ -std=$dialect $operators
	done
fi

# Clients take whoever has these for tcmalloc (doc/decisions/0011-gperftools.md).
for symbol in tc_version MallocExtension_Internal_GetNumericProperty; do
	! $NM -D --defined-only "$lib" | grep -w "$symbol" || fail "the library exports $symbol"
done
! grep '^[^/]*\btc_version(' "$src/include/ashlar/tcmalloc.h" | grep -v '^ \*' || fail "the header declares tc_version"

# With the archive, a program's own functions of such names are its own, and its calls reach them.
[ "$static" = yes ] || exit 0
cat >"$tmp/own.c" <<'E1'
#include <stdlib.h>
static int calls;
void *tc_new(int unused) { (void)unused; calls++; return NULL; }
void tc_free(void *p) { (void)p; calls++; }
int main(void)
{
	free(malloc(10));
	tc_free(tc_new(1));
	return calls != 2;
}
E1
$CC $CFLAGS $LDFLAGS -fno-builtin -o "$tmp/own" "$tmp/own.c" "$archive" -ldl -lpthread 2>"$tmp/log" ||
	fail "own names: $(cat "$tmp/log")"
"$tmp/own" || fail "own names: exit $?"
