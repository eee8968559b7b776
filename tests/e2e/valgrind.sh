#!/bin/sh
# valgrind finds the same errors in a program whether or not ashlar is preloaded into it.
. "$(dirname "$0")/lib.sh"
need valgrind gcc

work()
{
	cat >prog.c <<'E1'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	char *leaked = malloc(123), *over = malloc(40), *freed = malloc(10), text[4096];
	FILE *in = fopen("/proc/self/maps", "r"), *out = fopen("maps", "w");
	volatile int sum = 0;

	memset(leaked, 1, 123);
	leaked = NULL;
	((volatile char *)over)[40] = 1;
	free(over);
	free(freed);
	sum += ((volatile char *)freed)[0];
	while (fgets(text, sizeof(text), in))
		fputs(text, out);
	fclose(in);
	fclose(out);
	return 0;
}
E1
	gcc -g -O0 -o prog prog.c
	valgrind --leak-check=full ./prog 2>&1 |
		grep -o -e 'Invalid [a-z]* of size [0-9]*' -e '[0-9,]* bytes in [0-9]* blocks are definitely' \
			-e 'ERROR SUMMARY: [0-9]* errors' -e 'is 0 bytes .* of size [0-9]* .*'
	valgrind -q --error-exitcode=3 awk 'BEGIN { for (i = 0; i < 3000; i++) a[i % 50] = a[i % 50] i
		for (i = 0; i < 50; i++) n += length(a[i]); print n }'
}
compare
