# Programs that define malloc themselves, all of the family or a part of it: it is used by all, libc included,
# and the functions it leaves out fit to it.
# packages: gcc libc6-dev
# short
cat >program.c <<'E2'
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A bump allocator that knows its blocks by their address; a size stands before each.
static _Alignas(4096) unsigned char arena[512 << 20];
static atomic_size_t used;
static atomic_ulong made, freed, foreign;
static void *make(size_t align, size_t size)
{
	if (size > sizeof arena / 2) { errno = ENOMEM; return NULL; }
	if (align < 16) align = 16;
	size_t at = atomic_fetch_add(&used, size + align + 32);
	if (at + size + align + 32 > sizeof arena) { errno = ENOMEM; return NULL; }
	unsigned char *p = arena + ((at + 16 + align - 1) & ~(align - 1));
	((size_t *)p)[-1] = size;
	made++;
	return p;
}
static int mine(void *p) { return (uintptr_t)p - (uintptr_t)arena < sizeof arena; }
void *malloc(size_t n) { return make(16, n); }
void free(void *p) { if (p) { if (mine(p)) freed++; else foreign++; } }
void *calloc(size_t n, size_t m)
{
	size_t size;
	if (__builtin_mul_overflow(n, m, &size)) { errno = ENOMEM; return NULL; }
	return make(16, size); // the arena is zero and no byte is used twice
}
void *realloc(void *old, size_t n)
{
	if (old && !mine(old)) foreign++;
	void *p = make(16, n);
	if (p && old && mine(old)) { size_t o = ((size_t *)old)[-1]; memcpy(p, old, o < n ? o : n); freed++; }
	return p;
}
#ifdef FULL
int posix_memalign(void **p, size_t a, size_t n) { *p = make(a, n); return *p ? 0 : ENOMEM; }
void *aligned_alloc(size_t a, size_t n) { return make(a, n); }
void *memalign(size_t a, size_t n) { return make(a, n); }
void *valloc(size_t n) { return make(4096, n); }
void *pvalloc(size_t n) { return make(4096, (n + 4095) & ~(size_t)4095); }
size_t malloc_usable_size(void *p) { return p ? ((size_t *)p)[-1] : 0; }
#endif

static void *thread(void *arg)
{
	size_t *sum = arg;
	for (int i = 0; i < 2000; i++) {
		char *s = NULL;
		if (asprintf(&s, "%d %s", i, "text") < 0) abort();
		char *t = strdup(s);
		free(s);
		t = reallocarray(t, 10, 50);
		*sum += strlen(t) + mine(t);
		free(t);
	}
	return NULL;
}

int main(void)
{
	pthread_t t[4];
	size_t sums[4] = { 0 };
	for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, thread, &sums[i]);
	for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
	printf("%zu %zu\n", sums[0], sums[3]);
	FILE *f = fopen("lines", "r");
	char *line = NULL;
	size_t size = 0, sum = 0;
	while (getline(&line, &size, f) > 0) for (char *c = line; *c; c++) sum = sum * 31 + *c;
	printf("getline %zu %d\n", sum, mine(line));
	free(line);
	fclose(f);
	char *path = realpath("/usr/../etc", NULL);
	printf("realpath %s %d\n", path, mine(path));
	free(path);
	size_t wrong = 0;
	for (size_t align = 16; align <= 4096; align *= 2)
		for (size_t n = 1; n < 9000; n = n * 3 + 1) {
			void *p = NULL;
			if (posix_memalign(&p, align, n)) abort();
			memset(p, 'x', n);
			wrong += (uintptr_t)p % align != 0;
			// Without the full family these blocks are libc's; a program that defines a part must not free them.
#ifdef FULL
			wrong += malloc_usable_size(p) != n || !mine(p);
			free(p);
			p = aligned_alloc(align, n);
			wrong += (uintptr_t)p % align != 0 || !mine(p);
			free(p);
#endif
		}
	errno = 0;
	void *p = reallocarray(NULL, SIZE_MAX / 2, 3);
	printf("wrong %zu, overflow %d %d\n", wrong, p == NULL, errno == ENOMEM);
	setvbuf(stdout, malloc(5000), _IOFBF, 5000);
	printf("blocks of others %lu, made %d, freed %d\n", foreign, made > 16000, freed > 16000);
	return 0;
}
E2
seq 5000 >lines
for flags in '-DFULL' '' '-DFULL -rdynamic -Wl,-z,now'; do
	gcc -O2 -fno-builtin $flags -pthread -o program program.c 2>>log || { cat log >&2; exit 1; }
	./program
done
