#!/bin/sh
# dlopen and dlsym look from where they are called: by the caller's RUNPATH, and behind the caller for
# RTLD_NEXT. So ours must not stand between caller and libc.
. "$(dirname "$0")/../shell/env.sh"
need_shared
need_interposition

mkdir "$tmp/hidden" "$tmp/lib"
echo 'int plugin(void) { return 42; }' >"$tmp/plugin.c"
cat >"$tmp/middle.c" <<'E1'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
void *open_plugin(void) { return dlopen("libtestplugin.so", RTLD_NOW); }
void *open_deep(void) { return dlopen("libtestplugin.so", RTLD_NOW | RTLD_DEEPBIND); }
void *open_own_namespace(void) { return dlmopen(LM_ID_NEWLM, "libtestplugin.so", RTLD_NOW); }
void *next_puts(void) { return dlsym(RTLD_NEXT, "puts"); }
void *next_puts_v(const char *version) { return dlvsym(RTLD_NEXT, "puts", version); }
void *next_malloc(void) { return dlsym(RTLD_NEXT, "malloc"); }
int puts(const char *s) { return printf("middle: %s\n", s); }
E1
cat >"$tmp/program.c" <<'E1'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
extern void *open_plugin(void), *open_deep(void), *open_own_namespace(void);
extern void *next_puts(void), *next_malloc(void);
static int in(void *p, const char *what)
{
	Dl_info i;
	return p && dladdr(p, &i) && strstr(i.dli_fname, what);
}
int main(void)
{
	void *h = NULL;
	if (dlopen("libtestplugin.so", RTLD_NOW))
		return printf("found without the RUNPATH\n"), 1;
	dlerror();
	if (!(h = open_plugin()) || !dlsym(h, "plugin") || !open_deep())
		return printf("dlopen.runpath: %s\n", dlerror()), 1;
	if (!(h = open_own_namespace()) || !dlsym(h, "plugin"))
		return printf("dlmopen.runpath: %s\n", dlerror()), 1;
	if (!in(next_puts(), "libc.so"))
		return printf("dlsym.next: not libc's puts\n"), 1;
	if (!in(dlsym(RTLD_DEFAULT, "puts"), "middle"))
		return printf("dlsym.default: not the first puts\n"), 1;
	if (!next_malloc())
		return printf("dlsym.next: no malloc\n"), 1;
	return 0;
}
E1
$CC -fPIC -shared -o "$tmp/hidden/libtestplugin.so" "$tmp/plugin.c" &&
	$CC -fPIC -shared -fno-builtin -Wl,--enable-new-dtags,-rpath,"\$ORIGIN/../hidden" \
		-o "$tmp/lib/libmiddle.so" "$tmp/middle.c" -ldl &&
	$CC -Wl,--enable-new-dtags,-rpath,"$tmp/lib" -o "$tmp/program" "$tmp/program.c" \
		"$tmp/lib/libmiddle.so" -ldl || broken "no test programs"

"$tmp/program" >"$tmp/out" || broken "without ashlar: $(cat "$tmp/out")"
LD_PRELOAD="$lib" "$tmp/program" >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
