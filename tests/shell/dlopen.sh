#!/bin/sh
# A program may load the library at run time: then it has two allocators, each for its own blocks,
# and dlclose does not pull the code from under the blocks.
. "$(dirname "$0")/env.sh"
need_shared
no_sanitizer

cat >"$tmp/loads.c" <<'E1'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int mapped(const char *what)
{
	char line[4096];
	FILE *f = fopen("/proc/self/maps", "r");
	int found = 0;

	while (f && fgets(line, sizeof line, f))
		if (strstr(line, what))
			found = 1;
	if (f)
		fclose(f);
	return found;
}

int main(int argc, char **argv)
{
	(void)argc;
	if (mapped("libashlar"))
		return puts("libashlar is there before dlopen"), 1;
	void *h = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (!h)
		return puts(dlerror()), 1;
	void *(*their_malloc)(size_t) = (void *(*)(size_t))dlsym(h, argv[2]);
	void (*their_free)(void *) = (void (*)(void *))dlsym(h, argv[3]);
	if (!their_malloc || !their_free)
		return puts(dlerror()), 1;
	if (their_malloc == malloc)
		return puts("the program's malloc is ashlar's"), 1;
	for (int i = 0; i < 10000; i++) {
		char *p = their_malloc(i), *q = malloc(i);
		if (!p || !q)
			return puts("no memory"), 1;
		memset(p, 1, i);
		memset(q, 2, i);
		free(q);
		if (i && p[i - 1] != 1)
			return puts("the blocks overlap"), 1;
		their_free(p);
	}
	dlclose(h);
	if (!mapped("libashlar"))
		return puts("the library was unloaded"), 1;
	their_free(their_malloc(100));
	return 0;
}
E1
$CC -g -o "$tmp/loads" "$tmp/loads.c" -ldl

! ldd_names "$tmp/loads" | grep libashlar || fail "ldd shows libashlar"
"$tmp/loads" "$lib" "${ashlar_prefix}malloc" "${ashlar_prefix}free" >"$tmp/out" 2>&1 ||
	fail "$(cat "$tmp/out")"
