#!/bin/sh
# A program that is linked with libtcmalloc and calls gperftools' functions beside malloc's: preloaded, all blocks and
# figures are ashlar's, and what else that library has does not fail.
. "$(dirname "$0")/env.sh"
tcmalloc=
for dir in $($CC -print-search-dirs | sed -n 's/^libraries: =//p' | tr : ' '); do
	[ -z "$tcmalloc" ] && [ -e "$dir/libtcmalloc_minimal.so.4" ] && tcmalloc=$dir/libtcmalloc_minimal.so.4
done
[ -n "$tcmalloc" ] || skip "no libtcmalloc_minimal.so.4"

cat >"$tmp/try.c" <<'E1'
int MallocExtension_VerifyAllMemory(void);
int main(void) { return MallocExtension_VerifyAllMemory() != 1; }
E1
$CC -o "$tmp/try" "$tmp/try.c" "$tcmalloc" 2>/dev/null && "$tmp/try" || skip "$tcmalloc is not for these programs"
compile gperftools -I"$src/include" -Wl,--no-as-needed "$tcmalloc"

without gperftools "$tmp/gperftools"
with gperftools "$tmp/gperftools" ours

# Where ashlar stands down, so do these functions.
ASHLAR_CONF=standdown:true
export ASHLAR_CONF
cat >"$tmp/down.c" <<'E1'
#include <ashlar/tcmalloc.h>
#include <stdlib.h>
int main(void)
{
	size_t v = 7;
	void *p = tc_malloc(100), *q = malloc(100);
	if (MallocExtension_GetNumericProperty("generic.heap_size", &v) || v != 7)
		return 1;
	if (MallocExtension_SetNumericProperty("tcmalloc.aggressive_memory_decommit", 1))
		return 2;
	if (MallocExtension_GetOwnership(p) != MallocExtension_kUnknownOwnership || tc_malloc_size(p) < 100)
		return 3;
	free(p);
	tc_free(q);
	return 0;
}
E1
$CC -fno-builtin -I"$src/include" -o "$tmp/down" "$tmp/down.c" -Wl,--no-as-needed "$tcmalloc" || broken "down.c"
with "standing down" "$tmp/down"
