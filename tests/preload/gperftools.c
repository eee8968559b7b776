/*
 * gperftools.c, linked with libtcmalloc_minimal.so.4. Without ashlar all is tcmalloc's: the cases are the same. With
 * "ours" blocks must be ashlar's and libtcmalloc's heap must stay empty.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>

#include <ashlar/tcmalloc.h>

#include "need.h"

enum { BLOCKS = 20000, THREADS = 4 };

/* libtcmalloc's own function of a name, whoever's a call would reach. */
static void *tcmallocs(const char *name)
{
	void *lib = dlopen("libtcmalloc_minimal.so.4", RTLD_LAZY | RTLD_NOLOAD), *f;
	Dl_info info;

	need(lib);
	f = dlsym(lib, name);
	need(f && dladdr(f, &info) && strstr(info.dli_fname, "tcmalloc"));
	return f;
}

static size_t property_by(int (*get)(const char *, size_t *))
{
	size_t v = 0;

	need(get("generic.current_allocated_bytes", &v) == 1);
	return v;
}

static void *allocate(int how, size_t n)
{
	void *p = NULL;

	switch (how) {
	case 0:
		return malloc(n);
	case 1:
		return tc_malloc(n);
	case 2:
		return tc_calloc(n, 1);
	case 3:
		return tc_memalign(256, n);
	case 4:
		return tc_posix_memalign(&p, 512, n) ? NULL : p;
	case 5:
		return calloc(1, n);
	case 6:
		return tc_realloc(malloc(n / 2 + 1), n);
	default:
		return realloc(tc_malloc(n / 2 + 1), n);
	}
}

static void *mix(void *unused)
{
	static __thread char *p[BLOCKS];

	(void)unused;
	for (int i = 0; i < BLOCKS; i++) {
		size_t n = (size_t)(i * 37 % 3000) + 1;

		p[i] = allocate(i % 8, n);
		need(p[i] && malloc_usable_size(p[i]) >= n && tc_malloc_size(p[i]) >= n);
		memset(p[i], i, n);
	}
	for (int i = 0; i < BLOCKS; i++) {
		need(p[i][0] == (char)i || i % 3000 == 0);
		if (i / 8 % 2)
			free(p[i]);
		else
			tc_free(p[i]);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int ours = argc > 1 && strcmp(argv[1], "ours") == 0;
	int (*get)(const char *, size_t *) = (int (*)(const char *, size_t *))tcmallocs("MallocExtension_GetNumericProperty");
	void (*stats)(char *, int) = (void (*)(char *, int))tcmallocs("MallocExtension_GetStats");
	static char text[20000];
	size_t before = property_by(MallocExtension_GetNumericProperty), theirs = property_by(get), now;
	pthread_t t[THREADS];
	void *p = tc_malloc(1000), *q = malloc(10 << 20);

	need(MallocExtension_GetOwnership(p) == MallocExtension_kOwned);
	need(MallocExtension_GetOwnership(q) == MallocExtension_kOwned);
	now = property_by(MallocExtension_GetNumericProperty);
	need(now >= before + (10 << 20) && now < before + (11 << 20));
	need(ours ? property_by(get) == theirs && theirs < 1000 : property_by(get) == now);
	free(p);
	tc_free(q);

	for (int i = 0; i < THREADS; i++)
		need(pthread_create(&t[i], NULL, mix, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		need(pthread_join(t[i], NULL) == 0);
	mix(NULL);
	MallocExtension_MarkThreadIdle();
	MallocExtension_ReleaseFreeMemory();
	need(MallocExtension_VerifyAllMemory() == 1);

	/* What is left of libtcmalloc reads its own heap, and finds one. */
	stats(text, sizeof(text));
	need(strstr(text, "MALLOC:"));
	need(!ours || property_by(get) < 1000);
	MallocExtension_GetStats(text, sizeof(text));
	need(strstr(text, ours ? "ashlar statistics" : "MALLOC:"));
	return 0;
}
