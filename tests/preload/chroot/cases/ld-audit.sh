# An audit library, which allocates with a malloc of its own namespace at each object and symbol, beside a program
# with threads that loads modules.
# packages: gcc libc6-dev python3
# short
cat >audit.c <<'E2'
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **names;
static size_t count, bindings;
unsigned la_version(unsigned version) { (void)version; return LAV_CURRENT; }
unsigned la_objopen(struct link_map *map, Lmid_t id, uintptr_t *cookie)
{
	(void)id; (void)cookie;
	names = realloc(names, (count + 1) * sizeof *names);
	names[count++] = strdup(map->l_name);
	for (int i = 0; i < 100; i++) free(malloc(i * 50));
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}
unsigned la_objclose(uintptr_t *cookie) { (void)cookie; free(calloc(10, 100)); return 0; }
uintptr_t la_symbind64(Elf64_Sym *sym, unsigned n, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name)
{
	(void)n; (void)from; (void)to; (void)flags;
	char *copy = strdup(name);
	bindings += strlen(copy) > 0;
	free(copy);
	return sym->st_value;
}
__attribute__((destructor)) static void end(void)
{
	size_t lengths = 0;
	for (size_t i = 0; i < count; i++) { lengths += strlen(names[i]); free(names[i]); }
	free(names);
	if (count > 2 && lengths > 20 && bindings > 5) (void)!write(1, "audited\n", 8);
}
E2
cat >program.c <<'E2'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *thread(void *arg)
{
	unsigned seed = 1;
	size_t *sum = arg;
	char *list[256] = { 0 };
	for (int i = 0; i < 100000; i++) {
		seed = seed * 1103515245 + 12345;
		char **p = &list[seed >> 8 & 255];
		if (*p) *sum += strlen(*p);
		*p = realloc(*p, (seed >> 19) + 1);
		memset(*p, 'x', seed >> 19);
		(*p)[seed >> 19] = 0;
	}
	for (int i = 0; i < 256; i++) free(list[i]);
	return NULL;
}

int main(void)
{
	pthread_t t[4];
	size_t sum[4] = { 0 };
	for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, thread, &sum[i]);
	for (int i = 0; i < 20; i++) {
		void *math = dlopen("libm.so.6", RTLD_NOW);
		double (*root)(double) = (double (*)(double))dlsym(math, "sqrt");
		if (i == 5) printf("%.9f\n", root(2));
		dlclose(math);
	}
	for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
	printf("%zu %zu\n", sum[0], sum[3]);
	fflush(stdout);
	return 0;
}
E2
gcc -O2 -shared -fPIC -o audit.so audit.c
gcc -O2 -pthread -o program program.c
export LD_AUDIT=/area/audit.so
./program
LD_BIND_NOW=1 ./program
python3 -c 'import hashlib, json, sqlite3; print(hashlib.sha1(json.dumps([{str(i): [i]} for i in range(30000)]).encode()).hexdigest())'
