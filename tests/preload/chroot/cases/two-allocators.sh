# Another allocator, named in LD_PRELOAD, in front of the one in /etc/ld.so.preload: the first is used by all.
# packages: gcc libc6-dev libjemalloc2 perl python3
# short
cat >program.c <<'E2'
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *thread(void *arg)
{
	unsigned seed = 1;
	size_t *sum = arg;
	char *list[512] = { 0 };
	for (int i = 0; i < 40000; i++) {
		seed = seed * 1103515245 + 12345;
		size_t n = seed >> 18;
		char **p = &list[seed >> 8 & 511];
		if (*p) *sum += strlen(*p);
		switch (i % 6) {
		case 0: free(*p); *p = malloc(n + 1); break;
		case 1: free(*p); *p = calloc(n + 1, 2); break;
		case 2: *p = realloc(*p, n + 1); break;
		case 3: *p = reallocarray(*p, n + 1, 2); break;
		case 4: free(*p); if (posix_memalign((void **)p, 64, n + 1) || (uintptr_t)*p % 64) abort(); break;
		case 5: free(*p); if (asprintf(p, "%*d", (int)n, 5) < 0 || malloc_usable_size(*p) <= n) abort(); continue;
		}
		memset(*p, 'x', n);
		(*p)[n] = 0;
	}
	for (int i = 0; i < 512; i++) free(list[i]);
	return NULL;
}

int main(void)
{
	pthread_t t[4];
	size_t sum[4] = { 0 };
	for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, thread, &sum[i]);
	for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
	printf("%zu %zu\n", sum[0], sum[3]);
	malloc_trim(0);
	return 0;
}
E2
gcc -O2 -pthread -o program program.c
export LD_PRELOAD=libjemalloc.so.2
./program
perl -MDigest::SHA=sha1_hex -e 'my %h; $h{sha1_hex($_)} = [1 .. $_ % 9] for 1 .. 20000; print sha1_hex(join ",", map { "$_@{$h{$_}}" } sort keys %h), "\n"'
python3 -c '
import hashlib
print(hashlib.sha1(repr([{str(i): [i]} for i in range(20000)]).encode()).hexdigest())'
