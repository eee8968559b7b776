#!/bin/sh
# Loaded in odd ways: under LD_AUDIT, with malloc first called by an IFUNC resolver, by dlopen and closed
# while threads use it, below the static runtimes of sanitizers.
. "$(dirname "$0")/env.sh"

# --- little thread-local storage: a dynamic linker with auditors has hardly any to give, nor has dlopen
cat >"$tmp/auditor.c" <<'E2'
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <link.h>
static char *p[1000];
unsigned int la_version(unsigned int v) { return v; }
unsigned int la_objopen(struct link_map *m, Lmid_t id, uintptr_t *cookie)
{
	(void)m, (void)id, (void)cookie;
	for (int i = 0; i < 1000; i++) {
		free(p[i]);
		p[i] = memset(malloc(i + 1), 1, i + 1);
	}
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}
E2
cat >"$tmp/threads.c" <<'E2'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static void *(*their_malloc)(size_t) = malloc;
static void (*their_free)(void *) = free;
static pthread_barrier_t step;
static void *work(void *again)
{
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 10000; i++) {
			char *p = their_malloc(i);
			if (!p)
				abort();
			p[i / 2] = 1;
			their_free(p);
		}
		if (again && !round)
			pthread_barrier_wait(&step), pthread_barrier_wait(&step);
	}
	return NULL;
}
int main(int argc, char **argv)
{
	pthread_t t[4];
	void *h = NULL;
	if (argc > 1) {
		if (!(h = dlopen(argv[1], RTLD_NOW)))
			return puts(dlerror()), 1;
		their_malloc = (void *(*)(size_t))dlsym(h, "malloc");
		their_free = (void (*)(void *))dlsym(h, "free");
	}
	pthread_barrier_init(&step, NULL, 5);
	for (int i = 0; i < 4; i++)
		if (pthread_create(&t[i], NULL, work, argv))
			return 1;
	pthread_barrier_wait(&step);
	if (h)
		dlclose(h);
	pthread_barrier_wait(&step);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return 0;
}
E2
$CC -g -fPIC -shared -fno-builtin -o "$tmp/auditor.so" "$tmp/auditor.c" &&
	$CC -g -fno-builtin -pthread -o "$tmp/threads" "$tmp/threads.c" -ldl || broken "no test programs"
both audit env LD_AUDIT="$tmp/auditor.so" "$tmp/threads"
without dlopen.allocator.close "$tmp/threads" "$(ldd "$tmp/threads" | sed -n 's/.*=> \(.*libc\.so[^ ]*\).*/\1/p')"
"$tmp/threads" "$lib" >"$tmp/out" 2>&1 || fail "dlopen.allocator.close: $(cat "$tmp/out")"

# --- a resolver runs while the objects behind it are not relocated yet
cat >"$tmp/ifunc.c" <<'E2'
#include <stdlib.h>
static int one(void) { return 1; }
static int (*resolve(void))(void)
{
	static char *p[500];
	for (int i = 0; i < 500; i++)
		p[i] = malloc(i);
	for (int i = 0; i < 500; i++)
		free(p[i]);
	free(realloc(malloc(100000), 200000));
	return one;
}
int chosen(void) __attribute__((ifunc("resolve")));
#ifdef MAIN
int main(void) { return chosen() != 1; }
#endif
E2
cat >"$tmp/main.c" <<'E2'
int chosen(void);
int main(void) { return chosen() != 1; }
E2
for when in lazy now; do
	$CC -g -O1 -fno-builtin -DMAIN -Wl,-z,$when -o "$tmp/ifunc" "$tmp/ifunc.c" 2>/dev/null || break
	$CC -g -O1 -fno-builtin -fPIC -shared -Wl,-z,$when -o "$tmp/ifunc.so" "$tmp/ifunc.c" &&
		$CC -g -Wl,-z,$when -o "$tmp/uses" "$tmp/main.c" "$tmp/ifunc.so" || broken "no ifunc program"
	both ifunc.$when "$tmp/ifunc"
	both ifunc.lib.$when "$tmp/uses"
done

# --- their interceptors are not ready when we start, and find what they find without us
cat >"$tmp/race.c" <<'E2'
#include <pthread.h>
#include <stdlib.h>
static int *shared;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void *work(void *locked)
{
	for (int i = 0; i < 1000; i++) {
		if (locked)
			pthread_mutex_lock(&m);
		++*shared;
		if (locked)
			pthread_mutex_unlock(&m);
		free(malloc(i));
	}
	return NULL;
}
int main(int argc, char **argv)
{
	pthread_t t[2];
	shared = calloc(1, sizeof *shared);
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, work, argc > 1 ? NULL : argv);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	free(shared);
	if (argc > 2)
		free(shared);
	return 0;
}
E2
for sanitizer in address thread; do
	link=$([ $sanitizer = address ] && echo -static-libasan || echo -static-libtsan)
	$CC -g -fno-builtin -fsanitize=$sanitizer $link -pthread -o "$tmp/race" "$tmp/race.c" 2>/dev/null || continue
	timeout 60 "$tmp/race" >/dev/null 2>&1 || continue
	with $sanitizer "$tmp/race"
	status=0
	LD_PRELOAD="$lib" timeout 60 "$tmp/race" x x >"$tmp/out" 2>&1 || status=$?
	[ $status -ne 0 ] && grep -q 'data race\|double-free' "$tmp/out" ||
		fail "$sanitizer: the error was not found: $(cat "$tmp/out")"
done
