#!/bin/sh
# <ashlar/jemalloc.h> in place of jemalloc's: it compiles in all dialects, has every name of the interface, and
# what clients do to find out whether malloc is jemalloc's succeeds.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition

cat >"$tmp/all.c" <<'E1'
#include <ashlar/ashlar.h>
#include <ashlar/jemalloc.h>

#if JEMALLOC_VERSION_MAJOR < 5 || JEMALLOC_VERSION_MINOR < 3 || !defined(JEMALLOC_FRAG_HINT)
#error "programs look for these"
#endif
/* What some of them declare themselves. */
#ifdef __cplusplus
extern "C" {
#endif
void *mallocx(size_t, int) __attribute__((__weak__));
int mallctl(const char *, void *, size_t *, void *, size_t) __attribute__((__weak__));
#ifdef __cplusplus
}
#endif

static void quiet(void *cbopaque, const char *s)
{
	(void)cbopaque;
	(void)s;
}

int main(void)
{
	static extent_hooks_t hooks;
	size_t mib[7], len = 7, n = sizeof(uint64_t *);
	uint64_t *volatile counter = NULL;
	uint64_t before;
	char *p = (char *)je_mallocx(100, MALLOCX_ALIGN(64) | MALLOCX_ZERO), *q;

	(void)hooks;
	if (!p || (size_t)p % 64 || p[99] || je_sallocx(p, 0) < 100 || je_nallocx(100, MALLOCX_LG_ALIGN(6)) < 100)
		return 1;
	if (je_xallocx(p, 100, 0, 0) < 100 || je_get_defrag_hint(p) > 1)
		return 2;
	p = (char *)je_rallocx(p, 1000, 0);
	je_sdallocx(p, 1000, MALLOCX_TCACHE_NONE);
	je_dallocx(je_mallocx(5, MALLOCX_ARENA(0)), 0);
	je_free(je_calloc(1, 10));
	if (je_mallctlnametomib("thread.allocatedp", mib, &len))
		return 3;
	if (je_mallctlbymib(mib, len, (void *)&counter, &n, NULL, 0) || !counter)
		return 4;
	before = *counter;
	q = (char *)malloc(1);
	*(volatile char *)q = 0;
	if (*counter == before)
		return 5;
	free(q);
	je_malloc_stats_print(quiet, NULL, "g");
	return MALLCTL_ARENAS_ALL != 4096 || MALLCTL_ARENAS_DESTROYED != 4097;
}
E1
flags="-Wall -Wextra -Werror -fno-builtin -I$src/include -I$build/include"
for dialect in c99 gnu11 c17; do
	$CC -std=$dialect $flags -o "$tmp/all" "$tmp/all.c" -L"$libs" "-l:$soname" 2>"$tmp/log" ||
		fail "$dialect: $(cat "$tmp/log")"
	LD_LIBRARY_PATH=$libs "$tmp/all" || fail "$dialect: exit $?"
done
if command -v "${CXX:-c++}" >/dev/null; then
	for dialect in c++98 c++11 c++17; do
		"${CXX:-c++}" -x c++ -std=$dialect $flags -o "$tmp/all" "$tmp/all.c" -L"$libs" "-l:$soname" 2>"$tmp/log" ||
			fail "$dialect: $(cat "$tmp/log")"
		LD_LIBRARY_PATH=$libs "$tmp/all" || fail "$dialect: exit $?"
	done
fi
