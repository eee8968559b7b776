/*
 * Pointers that are not of the allocator in use: foreign libcs gives blocks of libc's own malloc to
 * free, realloc and malloc_usable_size, which must take them; foreign WHAT CALL gives them one that
 * nobody has allocated, which must end the process.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* libc's function whatever the dynamic linker says: from the table in libc's own image. The names lie
 * behind it. */
static void *in_libc(const char *name)
{
	void *handle = dlopen(LIBC_SO, RTLD_NOW);
	struct link_map *m = NULL;
	const ElfW(Sym) *symbols = NULL;
	const char *strings = NULL;

	if (!handle || dlinfo(handle, RTLD_DI_LINKMAP, &m) != 0)
		return NULL;
	for (const ElfW(Dyn) *d = m->l_ld; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			symbols = (const ElfW(Sym) *)d->d_un.d_ptr;
		else if (d->d_tag == DT_STRTAB)
			strings = (const char *)d->d_un.d_ptr;
	}
	for (const ElfW(Sym) *s = symbols; (const char *)s < strings; s++)
		if (s->st_value && !strcmp(strings + s->st_name, name))
			return (void *)(m->l_addr + s->st_value);
	return NULL;
}

static int libcs(void)
{
	void *(*their_malloc)(size_t) = (void *(*)(size_t))in_libc("malloc");

	if (!their_malloc)
		return puts("libc's malloc was not found"), 1;
	for (size_t n = 1; n < 300000; n += n / 3 + 1) {
		char *p = their_malloc(n), *q = their_malloc(n);
		if (!p || !q || malloc_usable_size(p) < n)
			return printf("%zu bytes\n", n), 1;
		memset(p, 7, n);
		p = realloc(p, n + 1000);
		if (!p || p[0] != 7 || p[n - 1] != 7)
			return printf("realloc from %zu bytes\n", n), 1;
		free(p);
		free(q);
		if (n < 1000 && their_malloc(n) != q) /* libc's own cache is a stack */
			return printf("%zu bytes did not come back to libc\n", n), 1;
	}
	return 0;
}

static _Alignas(16) char in_program[64];

static void *pointer(const char *what)
{
	static _Alignas(16) char *in_stack;
	_Alignas(16) char local[64];
	char *mapping = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	in_stack = local;
	if (!strcmp(what, "stack"))
		return in_stack + 256; /* in the caller's frames */
	if (!strcmp(what, "data"))
		return in_program + 16;
	if (!strcmp(what, "code"))
		return (char *)(uintptr_t)puts + 16 - (uintptr_t)puts % 16;
	if (!strcmp(what, "unmapped")) {
		munmap(mapping, 65536);
		return mapping + 4096;
	}
	if (!strcmp(what, "small"))
		return (void *)16;
	if (!strcmp(what, "noncanonical"))
		return (void *)(UINTPTR_MAX / 3 & ~(uintptr_t)15);
	if (!strcmp(what, "kernel"))
		return (void *)(UINTPTR_MAX - 4095);
	if (!strcmp(what, "odd"))
		return (char *)malloc(100) + 3;
	return NULL;
}

int main(int argc, char **argv)
{
	void *p;

	if (argc == 2 && !strcmp(argv[1], "libcs"))
		return libcs();
	if (argc != 3 || !(p = pointer(argv[1])))
		return puts("no such case"), 75;
	if (!strcmp(argv[2], "free"))
		free(p);
	else if (!strcmp(argv[2], "realloc"))
		p = realloc(p, 5000);
	else
		return (int)malloc_usable_size(p) & 0;
	for (int i = 0; i < 100000; i++) /* what is found late: `odd`, by free */
		free(malloc(100)), free(malloc(5000));
	free(malloc(1000000));
	malloc_trim(0);
	return 0;
}
