#!/bin/sh
# Who asks libc's handle for malloc and free (ctypes, Fiddle, FFI) is given ours; for anything else
# libc's answers are what they were. Not so where the program has a malloc of its own.
. "$(dirname "$0")/../shell/env.sh"
need_shared
need_interposition

cat >"$tmp/program.c" <<'E1'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef OWN_MALLOC
static _Alignas(16) char heap[1 << 20];
static size_t used;
void *malloc(size_t n) { used = (used + n + 31) & ~15ul; return heap + used - ((n + 15) & ~15ul); }
void *calloc(size_t n, size_t m) { return malloc(n * m); }
void *realloc(void *p, size_t n) { void *q = malloc(n); return p ? memcpy(q, p, n) : q; }
void free(void *p) { (void)p; }
#endif

static const char *file_of(void *p)
{
	Dl_info i;
	return dladdr(p, &i) ? i.dli_fname : "?";
}

int main(void)
{
	static const char *const taken[] = {"malloc", "free", "calloc", "realloc", "memalign",
		"posix_memalign", "aligned_alloc", "valloc", "pvalloc", "malloc_usable_size",
		"__libc_malloc", "__libc_free", "__libc_memalign", "mallinfo2", "malloc_trim", "mallopt"};
	static const char *const other[] = {"strlen", "printf", "strdup", "reallocarray", "fopen", "environ"};
	void *libc = dlopen(LIBC_SO, RTLD_NOW), *before[6];
	if (!libc)
		return puts(dlerror()), 1;
	for (int i = 0; i < 6; i++)
		before[i] = dlsym(libc, other[i]);
	for (unsigned i = 0; i < sizeof taken / sizeof *taken; i++)
		printf("%s %d\n", taken[i], !!strstr(file_of(dlsym(libc, taken[i])), "libashlar"));
	for (int i = 0; i < 6; i++)
		if (!before[i] || dlsym(libc, other[i]) != before[i])
			return printf("%s has changed\n", other[i]), 1;
	if (dlsym(libc, "no_such_name") || !dlerror())
		return puts("a name that is not there"), 1;
	Dl_info info;
	if (!dladdr(before[1], &info) || strcmp(info.dli_sname, "printf") && strcmp(info.dli_sname, "_IO_printf"))
		return printf("dladdr: %s\n", info.dli_sname), 1;
#ifndef OWN_MALLOC
	void (*their_free)(void *) = (void (*)(void *))dlsym(libc, "free");
	char *(*their_strdup)(const char *) = (char *(*)(const char *))dlsym(libc, "strdup");
	for (int i = 0; i < 1000; i++) {
		their_free(malloc(i));
		their_free(their_strdup("text"));
	}
#endif
	return 0;
}
E1
$CC -g -o "$tmp/program" "$tmp/program.c" -ldl || broken "no test program"
$CC -g -no-pie -fno-pic -o "$tmp/no-pie" "$tmp/program.c" -ldl || broken "no test program"
$CC -g -fno-builtin -DOWN_MALLOC -o "$tmp/own" "$tmp/program.c" -ldl || broken "no test program"

"$tmp/program" >"$tmp/without" || broken "without ashlar: $(cat "$tmp/without")"
! grep -q ' 1$' "$tmp/without" || broken "ashlar where it was not asked for"
for p in program no-pie; do
	LD_PRELOAD="$lib" "$tmp/$p" >"$tmp/out" 2>&1 || fail "libcdlsym ($p): $(cat "$tmp/out")"
	! grep -v ' 1$' "$tmp/out" || fail "libcdlsym ($p): libc's own was found"
	LD_PRELOAD="$lib" LD_BIND_NOW=1 "$tmp/$p" >"$tmp/out" 2>&1 || fail "libcdlsym.now ($p): $(cat "$tmp/out")"
done
LD_PRELOAD="$lib" "$tmp/own" >"$tmp/out" 2>&1 || fail "libcdlsym.own: $(cat "$tmp/out")"
diff "$tmp/without" "$tmp/out" || fail "libcdlsym.own: ours, though the program has its own"
