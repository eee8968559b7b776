# Plugins in link namespaces of their own, each with a libc of its own, that allocate and free by themselves, with
# threads in the program meanwhile.
# packages: gcc libc6-dev
# short
cat >plugin.c <<'E2'
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *keep[256];
unsigned long work(unsigned seed)
{
	unsigned long sum = 0;
	for (int i = 0; i < 30000; i++) {
		seed = seed * 1103515245 + 12345;
		char **p = &keep[seed >> 8 & 255];
		if (*p) sum = sum * 31 + strlen(*p);
		if (i % 3) {
			free(*p);
			if (asprintf(p, "%*u", (int)(seed >> 20), seed) < 0) abort();
		} else {
			size_t n = seed >> 19;
			*p = realloc(*p, n + 1);
			memset(*p, 'x', n);
			(*p)[n] = 0;
		}
	}
	for (int i = 0; i < 256; i++) { free(keep[i]); keep[i] = NULL; }
	char *path = realpath("/usr/../etc", NULL);
	sum += strlen(path);
	free(path);
	return sum;
}
E2
cat >main.c <<'E2'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *thread(void *arg)
{
	unsigned long sum = 0;
	for (int i = 0; i < 200000; i++) {
		char *p = malloc(i % 3000 + 1);
		*p = (char)i;
		sum += (unsigned char)*p;
		free(p);
	}
	*(unsigned long *)arg = sum;
	return NULL;
}

int main(void)
{
	pthread_t t[3];
	unsigned long sums[3];
	for (int i = 0; i < 3; i++) pthread_create(&t[i], NULL, thread, &sums[i]);
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 4; i++) {
			void *plugin = dlmopen(i ? LM_ID_NEWLM : LM_ID_BASE, "./plugin.so", i % 2 ? RTLD_NOW : RTLD_LAZY);
			if (!plugin) { puts(dlerror()); return 1; }
			unsigned long (*work)(unsigned) = (unsigned long (*)(unsigned))dlsym(plugin, "work");
			printf("%lu\n", work(i * 3 + 1));
			if (dlclose(plugin)) return 1;
		}
	for (int i = 0; i < 3; i++) { pthread_join(t[i], NULL); printf("%lu\n", sums[i]); }
	return 0;
}
E2
gcc -O2 -shared -fPIC -o plugin.so plugin.c
gcc -O2 -pthread -o program main.c
./program
