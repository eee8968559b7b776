#!/bin/sh
# Programs with malloc hooks, built as their authors build them: the classic one, one with a hook
# table, one that declares the variables by itself, C++, static, and a tracer that is preloaded.
# What each hook sees in detail, tests/api/test_hooks.c asks.
. "$(dirname "$0")/env.sh"
need_interposition
flags="-Wall -Wextra -Werror -I$src/include"
LD_LIBRARY_PATH=$libs
export LD_LIBRARY_PATH

# two_blocks FILE: it tells of a block of 10 and one of 2000 bytes, and of the same two freed.
two_blocks()
{
	sed 's/0x[0-9a-f]*/POINTER/' "$1" >"$tmp/shape"
	printf '%s\n' 'malloc (10) returns POINTER' 'malloc (2000) returns POINTER' \
		'freed pointer POINTER' 'freed pointer POINTER' | diff - "$tmp/shape" ||
		fail "$1: other lines than expected (<)"
	allocated=$(sed -n 's/^malloc.* //p' "$1")
	freed=$(sed -n 's/^freed pointer //p' "$1")
	[ "$allocated" = "$freed" ] || fail "$1: allocated were $allocated, freed $freed"
	[ "$(echo "$allocated" | sort -u | wc -l)" -eq 2 ] || fail "$1: one block twice"
}

for example in mem_hook mem_hook_table; do
	source=$src/examples/$example.c
	if [ "$shared" = yes ]; then
		$CC $flags -g -o "$tmp/$example" "$source" -L"$libs" -lashlar"$install_suffix"
		"$tmp/$example" >"$tmp/$example.out" || fail "$example failed"
		two_blocks "$tmp/$example.out"
	fi
	echo 'int main(void) { return 0; }' >"$tmp/static.c"
	if [ "$static" = yes ] && $CC -static -o "$tmp/static" "$tmp/static.c" 2>/dev/null; then
		$CC $flags -static -o "$tmp/static" "$source" "$archive"
		"$tmp/static" >"$tmp/static.out" || fail "a static $example failed"
		two_blocks "$tmp/static.out"
	fi
done
need_shared

# Nobody asked: nobody is told.
$CC -o "$tmp/mem_test" "$src/examples/mem_test.c" -L"$libs" -lashlar"$install_suffix"
[ -z "$("$tmp/mem_test" 2>&1)" ] || fail "mem_test prints something"

# Programs that do not know of the header and declare a variable by themselves. Without a copy of
# it in the program nothing tells the library (some compilers make none): such programs must call
# ashlar_hooks_enable().
need readelf
: >"$tmp/noticed"
# own NAME DECLARATION HOOK HOOK'S-RESULT CALL
own()
{
	cat >"$tmp/own.c" <<E1
#include <malloc.h>
#include <stdlib.h>
extern $2;
static int seen;
static $3
{
	seen++;
	$4;
}
int main(void)
{
	void *volatile p = malloc(10);
	__$1_hook = hook;
	$5;
	__$1_hook = 0;
	return seen != 1;
}
E1
	for how in "-no-pie -fno-pie" "-pie -fPIE"; do
		$CC -w $how -o "$tmp/own" "$tmp/own.c" -L"$libs" -lashlar"$install_suffix"
		readelf -rW "$tmp/own" | grep -q "_COPY .*__$1_hook" || continue
		"$tmp/own" || fail "$how: the program's own __$1_hook is not noticed"
		echo "$1 $how" >>"$tmp/noticed"
	done
}
own malloc 'void *(*__malloc_hook)(size_t, const void *)' \
	'void *hook(size_t size, const void *caller)' 'return 0' 'if (malloc(10)) return 2'
own free 'void (*__free_hook)(void *, const void *)' \
	'void hook(void *ptr, const void *caller)' '' 'free(p)'
own realloc 'void *(*__realloc_hook)(void *, size_t, const void *)' \
	'void *hook(void *ptr, size_t size, const void *caller)' 'return 0' 'if (realloc(p, 50)) return 2'
own memalign 'void *(*__memalign_hook)(size_t, size_t, const void *)' \
	'void *hook(size_t align, size_t size, const void *caller)' 'return 0' \
	'if (memalign(64, 50)) return 2'
[ -s "$tmp/noticed" ] || fail "no program has a copy of a hook variable: nothing was tested"

# C++: the operators are mallocs and frees like others.
if command -v "${CXX:-g++}" >/dev/null; then
	cat >"$tmp/cxx.cc" <<'E1'
#include <ashlar/malloc_hooks.h>
#include <cstdio>
#include <new>
static int mallocs, frees, memaligns;
static void *my_malloc(const ashlar_real_malloc *real, size_t size, const void *, void *)
{
	mallocs++;
	return real->malloc(size);
}
static void *my_memalign(const ashlar_real_malloc *real, size_t align, size_t size, const void *, void *)
{
	memaligns++;
	return real->memalign(align, size);
}
static void my_free(const ashlar_real_malloc *real, void *p, const void *, void *)
{
	frees++;
	real->free(p);
}
struct alignas(64) wide { char c[64]; };
int main()
{
	static ashlar_hooks hooks = {};
	hooks.malloc = my_malloc;
	hooks.memalign = my_memalign;
	hooks.free = my_free;
	ashlar_hooks_set(&hooks);
	int *volatile a = new int(1);
	char *volatile b = new char[100];
	wide *volatile c = new wide;
	int *volatile d = new (std::nothrow) int[100];
	delete a;
	delete[] b;
	delete c;
	delete[] d;
	ashlar_hooks_set(nullptr);
	std::printf("%d %d %d\n", mallocs, memaligns, frees);
}
E1
	${CXX:-g++} -std=c++17 $flags -o "$tmp/cxx" "$tmp/cxx.cc" -L"$libs" -lashlar"$install_suffix"
	got=$("$tmp/cxx")
	[ "$got" = "3 1 4" ] || fail "C++: mallocs, memaligns and frees are $got, not 3 1 4"
fi

# A tracer, preloaded with the library into a program that knows nothing of either.
cat >"$tmp/tracer.c" <<'E1'
#include <ashlar/malloc_hooks.h>
#include <stdio.h>
static _Atomic long mallocs, frees;
static void *my_malloc(const struct ashlar_real_malloc *real, size_t size, const void *caller, void *arg)
{
	(void)caller;
	(void)arg;
	mallocs++;
	return real->malloc(size);
}
static void my_free(const struct ashlar_real_malloc *real, void *p, const void *caller, void *arg)
{
	(void)caller;
	(void)arg;
	frees += p != NULL;
	real->free(p);
}
static const struct ashlar_hooks hooks = {.malloc = my_malloc, .free = my_free};
__attribute__((constructor)) static void begin(void)
{
	ashlar_hooks_set(&hooks);
}
__attribute__((destructor)) static void end(void)
{
	ashlar_hooks_set(NULL);
	fprintf(stderr, "%ld %ld\n", (long)mallocs, (long)frees);
}
E1
$CC $flags -shared -fPIC -o "$tmp/tracer.so" "$tmp/tracer.c" -L"$libs" -lashlar"$install_suffix"
$CC -o "$tmp/unlinked" "$src/examples/mem_test.c"
got=$(LD_PRELOAD="$tmp/tracer.so $lib" "$tmp/unlinked" 2>&1)
[ "$got" = "1 1" ] || fail "the tracer saw: $got, not 1 1"

# ---- the hook that runs before main, as malloc_hook(3) shows it
cat >"$tmp/initialize.c" <<'E1'
#include <ashlar/malloc_hooks.h>
#include <stdio.h>
#include <stdlib.h>
static void *(*old_hook)(size_t, const void *);
static int calls;
static void *my_hook(size_t size, const void *caller)
{
	void *p;
	(void)caller;
	__malloc_hook = old_hook;
	p = malloc(size);
	calls++;
	__malloc_hook = my_hook;
	return p;
}
static void initialize(void)
{
	old_hook = __malloc_hook;
	__malloc_hook = my_hook;
}
void (*volatile __malloc_initialize_hook)(void) = initialize;
int main(void)
{
	void *volatile p = malloc(10);
	free(p);
	__malloc_hook = old_hook;
	printf("%d\n", calls);
	return 0;
}
E1
$CC $flags -o "$tmp/initialize" "$tmp/initialize.c" -L"$libs" -lashlar"$install_suffix"
got=$(LD_LIBRARY_PATH=$libs "$tmp/initialize")
[ "$got" -ge 1 ] || fail "__malloc_initialize_hook: malloc was hooked $got times"
