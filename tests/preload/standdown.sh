#!/bin/sh
# Where the malloc of the process is another's, ours keeps out of the way: the program's own, a wrapper
# that was loaded first, a sanitizer's.
. "$(dirname "$0")/../shell/env.sh"
need_shared
need_interposition

# A program with a malloc of its own; what it leaves out is the C library's.
cat >"$tmp/own.c" <<'E1'
#define _GNU_SOURCE
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static _Alignas(16) char heap[1 << 20];
static size_t used;
static int calls, frees;
static int mine(void *p) { return (char *)p >= heap && (char *)p < heap + sizeof heap; }
void *malloc(size_t n)
{
	char *p = heap + used + 16;
	calls++;
	used += 16 + ((n + 15) & ~15ul);
	return p;
}
void *calloc(size_t n, size_t m) { return malloc(n * m); }
void *realloc(void *p, size_t n) { void *q = malloc(n); return p ? memcpy(q, p, n) : q; }
void free(void *p)
{
	if (p && !mine(p))
		abort();
	frees++;
}
extern void *(*volatile make)(void);
extern void (*volatile end)(void *);
int main(void)
{
	char *a = strdup("text"), *b = realpath("/", NULL), *c = reallocarray(NULL, 10, 10);
	printf("%d %d %d\n", mine(a), mine(b), mine(c));
	calls = frees = 0;
	void *p = make();
	end(p);
	printf("new: %d, %d calls, %d frees\n", mine(p), calls, frees);
	printf("usable: %zu\n", malloc_usable_size(a));
	void *q = NULL;
	printf("posix_memalign: %d, %d\n", posix_memalign(&q, 64, 100), mine(q));
	printf("aligned: %d\n", (int)((size_t)q % 64));
	return 0;
}
E1
cat >"$tmp/new.cc" <<'E1'
static void *plain() { return new char[100]; }
static void del(void *p) { delete[] static_cast<char *>(p); }
extern "C" {
void *(*volatile make)() = plain;
void (*volatile end)(void *) = del;
}
E1
if command -v "${CXX:-c++}" >/dev/null; then
	$CC -g -fno-builtin -c -o "$tmp/own.o" "$tmp/own.c" &&
		${CXX:-c++} -g -o "$tmp/own" "$tmp/own.o" "$tmp/new.cc" || broken "no test program"
	"$tmp/own" >"$tmp/without" || broken "without ashlar"
	grep -q '^new: 1, 1 calls, 1 frees' "$tmp/without" || broken "own: $(cat "$tmp/without")"
	LD_PRELOAD="$lib" "$tmp/own" >"$tmp/with" 2>&1 || fail "exeoverride: $(cat "$tmp/with")"
	diff "$tmp/without" "$tmp/with" || fail "exeoverride: another malloc than the program's"
fi

# A wrapper that is loaded before us and passes on to us, or past us: it has to see every call.
cat >"$tmp/wrapper.c" <<'E1'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
int wrapped;
void *malloc(size_t n)
{
	static void *(*next)(size_t);
	if (!next)
		next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	wrapped++;
	return next(n);
}
void free(void *p)
{
	static void (*next)(void *);
	if (!next)
		next = (void (*)(void *))dlsym(RTLD_NEXT, "free");
	wrapped--;
	next(p);
}
E1
cat >"$tmp/wrapped.cc" <<'E1'
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
extern "C" int wrapped __attribute__((weak));
int main()
{
	int before = &wrapped ? wrapped : 0, n = 0;
	static char *p[500];
	for (int i = 0; i < 500; i += 5) {
		p[i] = new char[i];
		p[i + 1] = static_cast<char *>(malloc(i));
		p[i + 2] = strdup("text");
		p[i + 3] = new (std::nothrow) char;
		p[i + 4] = static_cast<char *>(operator new(i));
	}
	n = wrapped - before;
	for (int i = 0; i < 500; i += 5) {
		delete[] p[i];
		free(p[i + 1]);
		free(p[i + 2]);
		delete p[i + 3];
		operator delete(p[i + 4]);
	}
	std::printf("%d %d\n", n, wrapped - before);
	return 0;
}
E1
if command -v "${CXX:-c++}" >/dev/null; then
	$CC -g -fPIC -shared -fno-builtin -o "$tmp/wrapper.so" "$tmp/wrapper.c" -ldl &&
		${CXX:-c++} -g -fno-builtin -o "$tmp/wrapped" "$tmp/wrapped.cc" || broken "no wrapper"
	LD_PRELOAD="$tmp/wrapper.so" "$tmp/wrapped" >"$tmp/out" || broken "the wrapper without ashlar"
	[ "$(cat "$tmp/out")" = "500 0" ] || broken "the wrapper counts $(cat "$tmp/out")"
	LD_PRELOAD="$tmp/wrapper.so $lib" "$tmp/wrapped" >"$tmp/out" 2>&1 || fail "two: $(cat "$tmp/out")"
	[ "$(cat "$tmp/out")" = "500 0" ] || fail "two: the wrapper in front of us sees $(cat "$tmp/out")"
fi

# Sanitizers find with us what they find without.
cat >"$tmp/overflow.c" <<'E1'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
	char *p = strdup("0123456789");
	if (argc > 1)
		p[atoi(argv[1])] = 1;
	(void)argv;
	free(p);
	puts("done");
	return 0;
}
E1
for link in "" -static-libasan; do
	$CC -g -fsanitize=address $link -o "$tmp/overflow" "$tmp/overflow.c" 2>/dev/null || continue
	"$tmp/overflow" >/dev/null 2>&1 || continue
	# without the option a shared runtime refuses any preload
	ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0
	export ASAN_OPTIONS
	LD_PRELOAD="$lib" "$tmp/overflow" >"$tmp/out" 2>&1 || fail "asan $link: $(cat "$tmp/out")"
	! LD_PRELOAD="$lib" "$tmp/overflow" 11 >"$tmp/out" 2>&1 || fail "asan $link: nothing found"
	grep -q heap-buffer-overflow "$tmp/out" || fail "asan $link: $(cat "$tmp/out")"
done

# Its runtime tells the forms of new and delete apart.
cat >"$tmp/forms.cc" <<'E1'
#include <cstdio>
#include <cstdlib>
#include <new>
struct alignas(128) wide { char c[128]; };
int main(int argc, char **)
{
	char *volatile p = new (std::nothrow) char[30];
	delete[] p;
	delete new int;
	delete new wide;
	delete[] new wide[3];
	p = new char[10];
	if (argc > 1)
		delete p;
	else
		delete[] p;
	std::puts("done");
	return 0;
}
E1
for link in "" -static-libasan; do
	${CXX:-c++} -std=c++17 -g -fsanitize=address $link -o "$tmp/forms" "$tmp/forms.cc" 2>/dev/null &&
		"$tmp/forms" >/dev/null 2>&1 || continue
	LD_PRELOAD="$lib" "$tmp/forms" >"$tmp/out" 2>&1 || fail "asan, new and delete $link: $(cat "$tmp/out")"
	! LD_PRELOAD="$lib" "$tmp/forms" 1 >"$tmp/out" 2>&1 || fail "asan $link: the wrong delete was not found"
	grep -q alloc-dealloc-mismatch "$tmp/out" || fail "asan $link: $(cat "$tmp/out")"
done

# Because the user says so: libc's heap is in use again.
[ "$(grep -c '\[heap\]' /proc/self/maps)" = 1 ] || broken "grep needs no heap"
[ "$(LD_PRELOAD=$lib grep -c '\[heap\]' /proc/self/maps)" = 0 ] || fail "libc's heap is in use beside ours"
[ "$(ASHLAR_CONF=standdown:true LD_PRELOAD=$lib grep -c '\[heap\]' /proc/self/maps)" = 1 ] ||
	fail "standdown:true: still on ashlar"
