# valgrind's tools find exactly what is wrong with a program, whoever allocates outside.
# packages: valgrind libc6-dbg gcc libc6-dev
# seconds: 120
cat >p.c <<'E2'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int shared;
static void *work(void *x)
{
	for (int i = 0; i < 2000; i++) {
		char *p = malloc(i + 1);
		p[i] = 1;
		p = realloc(p, 2 * i + 2);
		free(p);
	}
	shared++;
	return x;
}
int main(int argc, char **argv)
{
	pthread_t t[2];
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], 0, work, 0);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], 0);
	if (argc == 1)
		return 0;
	volatile char *p = malloc(10);
	int c = p[10];              /* beyond its end */
	if (p[3] == 7)              /* not set */
		c++;
	free((char *)p);
	c += p[1];                  /* freed */
	char *lost = malloc(123);
	memset(lost, 1, 123);
	lost = malloc(77);
	lost = 0;
	char **tree = calloc(1, sizeof *tree);
	*tree = malloc(1000);
	tree = 0;
	fprintf(stderr, "%d\n", c > 1000);
	return 0;
}
E2
gcc -g -O0 -pthread -o p p.c
summary()
{
	sed -E 's/^==[0-9]+== ?//;s/0x[0-9A-Fa-f]+/ADDRESS/g' "$1" |
		grep -E 'ERROR SUMMARY|definitely lost:|indirectly lost:|possibly lost:|still reachable:|Invalid|uninitialised|inside a block|after a block|in use at exit'
}
valgrind --leak-check=full --log-file=log ./p bad
summary log
valgrind --leak-check=full --log-file=log ./p
summary log
valgrind --tool=helgrind --log-file=log ./p
sed -n 's/.*\(ERROR SUMMARY: [0-9]* errors from [0-9]*\).*/\1/p' log
valgrind --tool=massif --massif-out-file=massif ./p bad
ms_print massif | grep -c main >n && test "$(cat n)" -gt 0
valgrind --tool=callgrind --callgrind-out-file=calls --log-file=log ./p
callgrind_annotate calls | grep -c 'p.c:work'
valgrind --log-file=log sh -c 'for i in 1 2 3; do echo $i; done'
summary log | grep ERROR
