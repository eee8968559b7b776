# A program with the address sanitizer linked statically, whose own malloc it is, still finds an overflow, a use
# after free, a double free and a leak; and finds nothing in a correct program with threads.
# packages: gcc libc6-dev libgcc-12-dev
cat >program.c <<'E2'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *thread(void *arg)
{
	static __thread char *list[1000];
	unsigned seed = (unsigned)(size_t)arg;
	for (int i = 0; i < 5000; i++) {
		seed = seed * 1103515245 + 12345;
		char **p = &list[seed >> 16 & 511];
		free(*p);
		*p = malloc(seed >> 20);
		memset(*p, 'x', seed >> 20);
	}
	for (int i = 0; i < 1000; i++) { free(list[i]); list[i] = NULL; }
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t t[4];
	for (size_t i = 0; i < 4; i++) pthread_create(&t[i], NULL, thread, (void *)(i + 1));
	for (size_t i = 0; i < 4; i++) pthread_join(t[i], NULL);
	char *volatile p = strdup("0123456789");
	switch (argc > 1 ? argv[1][0] : 0) {
	case 'o': p[11] = 'x'; break;
	case 'u': free(p); putchar(p[3]); break;
	case 'd': free(p); break;
	case 'l': p = NULL; return 0;
	}
	free(p);
	puts("done");
	return 0;
}
E2
gcc -g -fsanitize=address -static-libasan -pthread -o program program.c
./program
for wrong in overflow use-after-free double-free leak; do
	status=0
	./program $wrong >out 2>&1 || status=$?
	echo "$wrong: $status $(grep -o 'ERROR: [A-Za-z]*: [a-z-]*' out)"
	grep -E '^SUMMARY' out | sed 's/ (.*//; s/ [^ ]*program.c/ program.c/'
done
