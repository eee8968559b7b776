/*
 * glibc's functions beside malloc, as a program reaches them: by name, and through libc's handle. If
 * one were libc's own it would set up libc's heap, which nobody uses, and tell its figures.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* mallinfo */

static struct {
	int (*malloc_trim)(size_t);
	struct mallinfo (*mallinfo)(void);
	struct mallinfo2 (*mallinfo2)(void);
	int (*mallopt)(int, int);
	int (*malloc_info)(int, FILE *);
	void (*malloc_stats)(void);
} by_name = {malloc_trim, mallinfo, mallinfo2, mallopt, malloc_info, malloc_stats}, by_handle;

#define LOOK_UP(handle, name) (by_handle.name = (__typeof__(by_handle.name))dlsym(handle, #name))

/* Whose functions they are. */
static void print_files(const void *functions)
{
	for (size_t i = 0; i < sizeof by_name / sizeof(void *); i++) {
		Dl_info info = {0};
		dladdr(((void *const *)functions)[i], &info);
		printf("function of %s\n", info.dli_fname);
	}
}

static void *call_all(void *unused)
{
	static char xml[100000];
	(void)unused;
	for (int i = 0; i < 2; i++) {
		__typeof__(by_name) *f = i ? &by_handle : &by_name;
		void *p = malloc(700000), *q = malloc(70);
		FILE *file = fmemopen(xml, sizeof xml, "w");

		struct mallinfo2 now = f->mallinfo2();
		struct mallinfo old = f->mallinfo();

		if (!f->mallopt(M_TRIM_THRESHOLD, 128 << 10) || now.uordblks + now.hblkhd < 700000 ||
		    old.uordblks + old.hblkhd < 700000)
			puts("other figures than the heap's"), exit(1);
		f->malloc_info(0, file);
		fclose(file);
		if (!strstr(xml, "</malloc>"))
			puts("no whole malloc_info"), exit(1);
		free(p);
		free(q);
		f->malloc_trim(0);
		f->malloc_stats();
		f->malloc_trim(0);
	}
	return NULL;
}

/* The heap that libc would have begun. */
static int libc_has_a_heap(const void *start)
{
	char line[512];
	int found = sbrk(0) != start;
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof line, maps))
		found |= strstr(line, "[heap]") != NULL;
	if (maps)
		fclose(maps);
	return found;
}

int main(void)
{
	void *libc = dlopen(LIBC_SO, RTLD_NOW), *start = sbrk(0);
	pthread_t t;

	if (!libc || !LOOK_UP(libc, malloc_trim) || !LOOK_UP(libc, mallinfo) || !LOOK_UP(libc, mallinfo2) ||
	    !LOOK_UP(libc, mallopt) || !LOOK_UP(libc, malloc_info) || !LOOK_UP(libc, malloc_stats))
		return puts("not in libc"), 75;
	print_files(&by_name);
	print_files(&by_handle);
	call_all(NULL);
	if (pthread_create(&t, NULL, call_all, NULL) || pthread_join(t, NULL))
		return puts("no thread"), 75;
	printf("libc's heap: %s\n", libc_has_a_heap(start) ? "in use" : "none");
	return 0;
}
