#!/bin/sh
# --with-ashlar-prefix: an allocator beside the libc's, which replaces nothing.
. "$(dirname "$0")/env.sh"
variant --with-ashlar-prefix=pfx_
make install DESTDIR="$build/root" prefix=/p >/dev/null
cat >user.c <<'E1'
#include <ashlar/ashlar.h>
#include <ashlar/prefixed.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	char *p = pfx_malloc(100), *q = malloc(100);
	if (!p || !q || pfx_malloc_usable_size(p) < 100 || (void *)pfx_malloc == (void *)malloc)
		return 1;
	memset(p, 1, 100);
	p = pfx_realloc(p, 100000);
	if (!p || p[99] != 1)
		return 2;
	pfx_free(p);
	free(q);
	return 0;
}
E1
cc="gcc -Wall -Werror -I root/p/include user.c -L root/p/lib"
$cc -o user -lashlar
LD_LIBRARY_PATH=root/p/lib ./user || fail "a program on pfx_malloc exits with $?"
LD_LIBRARY_PATH=root/p/lib LD_DEBUG=bindings ./user 2>&1 |
	grep -q 'binding file ./user .* to .*/libc.so.6 .*`malloc' || fail "malloc is not libc's"
# Both allocators in one static program.
$cc -static -o user -lashlar
./user || fail "the static program exits with $?"
nm user | grep -q ' T pfx_malloc$' || fail "pfx_malloc is not in the static program"
nm user | grep -q ' [tT] _int_malloc$' || fail "libc's malloc is not in the static program"
mkdir wrong
cd wrong
for wrong in yes 1abc a-b ash_; do
	! "$src/configure" --with-ashlar-prefix="$wrong" >/dev/null 2>&1 || fail "configure takes $wrong"
done
