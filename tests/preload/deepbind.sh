#!/bin/sh
# Modules opened with RTLD_DEEPBIND look into libc before the global scope; what they call malloc and
# free must be ours all the same, as libc's own strdup calls ours.
. "$(dirname "$0")/../shell/env.sh"
need_shared
need_interposition

cat >"$tmp/dependency.c" <<'E1'
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
__attribute__((constructor)) static void start(void)
{
	for (size_t i = 0; i < 200; i++) {
		char *line = NULL;
		size_t n = 0;
		FILE *f = fmemopen((char[]){"a line\n"}, 7, "r");
		if (!f || getline(&line, &n, f) != 7)
			abort();
		free(line);
		fclose(f);
	}
}
E1
cat >"$tmp/module.c" <<'E1'
#define _GNU_SOURCE
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void work(void)
{
	for (size_t i = 0; i < 2000; i++) {
		char *a = strdup("from libc"), *b = NULL, *c = realpath("/", NULL);
		if (!a || asprintf(&b, "%zu", i) < 1 || !c || malloc_usable_size(a) < 10)
			abort();
		a = realloc(a, 100 + i);
		if (!a || strcmp(a, "from libc"))
			abort();
		free(a);
		free(b);
		free(c);
		free(aligned_alloc(64, 64));
	}
}
__attribute__((constructor)) static void start(void) { work(); }
__attribute__((destructor)) static void finish(void) { work(); }
char *make(void) { return strcpy(malloc(1000), "made by the module"); }
void take(void *p) { free(p); }
size_t in_use(void) { return mallinfo2().uordblks; }
E1
cat >"$tmp/program.c" <<'E1'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *module;
static void *open_it(void *flags)
{
	void *h = dlopen(module, (int)(long)flags);
	if (!h)
		puts(dlerror()), exit(1);
	return h;
}
int main(int argc, char **argv)
{
	int flags = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
	module = argv[2];
	(void)argc;
	if (!strcmp(argv[1], "both-ways")) {
		void *h = open_it((void *)(long)flags);
		char *(*make)(void) = (char *(*)(void))dlsym(h, "make");
		void (*take)(void *) = (void (*)(void *))dlsym(h, "take");
		for (size_t i = 1; i < 1000; i++) {
			free(make());
			take(malloc(i * 100));
			take(strdup("x"));
		}
		dlclose(h);
	} else if (!strcmp(argv[1], "lazy")) {
		dlclose(open_it((void *)(long)(RTLD_LAZY | RTLD_DEEPBIND)));
	} else if (!strcmp(argv[1], "statistics")) {
		size_t (*in_use)(void) = (size_t(*)(void))dlsym(open_it((void *)(long)flags), "in_use");
		char *p = malloc(100000);
		if (in_use() != mallinfo2().uordblks || in_use() < 100000)
			return puts("the module reads another heap"), 1;
		free(p);
	} else if (!strcmp(argv[1], "threads")) {
		pthread_t t[8];
		void *h;
		for (int i = 0; i < 8; i++)
			pthread_create(&t[i], NULL, open_it, (void *)(long)flags);
		for (int i = 0; i < 8; i++)
			pthread_join(t[i], &h), dlclose(h);
	} else {
		int status;
		pid_t pid = fork();
		if (pid == 0) {
			dlclose(open_it((void *)(long)flags));
			exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return puts("the child died"), 1;
		dlclose(open_it((void *)(long)flags));
	}
	puts("done");
	return 0;
}
E1
shared="$CC -g -O1 -fPIC -fno-builtin -shared"
$shared -o "$tmp/dependency.so" "$tmp/dependency.c" &&
	$shared -o "$tmp/module.so" "$tmp/module.c" "$tmp/dependency.so" &&
	$CC -g -pthread -o "$tmp/program" "$tmp/program.c" -ldl || broken "no test programs"

for pie in -pie -no-pie; do
	$CC -g $pie -pthread -o "$tmp/program" "$tmp/program.c" -ldl || broken "no test program"
	for case in both-ways lazy statistics threads fork; do
		"$tmp/program" $case "$tmp/module.so" >"$tmp/out" || broken "$case, without ashlar"
		LD_PRELOAD="$lib" "$tmp/program" $case "$tmp/module.so" >"$tmp/out" 2>&1 ||
			fail "deepbind.$case ($pie): $(cat "$tmp/out")"
	done
done
