# heaptrack records what a program allocates.
# packages: heaptrack gcc libc6-dev
cat >p.c <<'E2'
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
char *volatile kept;
__attribute__((noinline)) char *leak(int n) { return memset(malloc(n), 1, n); }
static void *work(void *x)
{
	for (int i = 1; i < 3000; i++) {
		kept = malloc(i);
		kept = realloc(kept, 2 * i);
		free(kept);
	}
	return x;
}
int main(void)
{
	pthread_t t[3];
	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], 0, work, 0);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], 0);
	for (int i = 0; i < 50; i++)
		kept = leak(1000);
	return 0;
}
E2
gcc -g -O0 -pthread -o p p.c
# One run in a hundred dies in heaptrack, whatever the allocator is.
record() { rm -f data.*; heaptrack -o data ./p >log 2>&1; }
record || record || record
heaptrack_print -l 1 data.* >report
grep -c 'leak' report >n && test "$(cat n)" -gt 0
grep -E '50.00K|50K|leaked.*over 50 calls' report | head -n 3
