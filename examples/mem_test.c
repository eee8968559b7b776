/* The smallest program that needs an allocator: a function that allocates one byte and frees it.
 *
 *     gcc -g -o mem_test mem_test.c -lashlar && ldd mem_test     on ashlar
 *     gcc -g -o mem_test mem_test.c && ldd mem_test              on the C library's allocator
 *     LD_PRELOAD=libashlar.so.2 ./mem_test                       on ashlar, without linking it
 *     gcc -static -o mem_test mem_test.c -lashlar                on ashlar, in one file
 */
#include <stdio.h>
#include <stdlib.h>

static int mem_test(void)
{
	/* volatile: an optimizing compiler removes a block that nobody looks at */
	volatile char *p = malloc(1);

	if (p == NULL) {
		perror("malloc");
		return 1;
	}
	*p = 'a';
	free((void *)p);
	return 0;
}

int main(void)
{
	return mem_test();
}
