# The thread sanitizer finds a race, and none in a correct program.
# packages: gcc libc6-dev libgcc-12-dev
cat >program.c <<'E2'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int locked = 1;
static struct node { struct node *next; char text[40]; } *list;

static void *thread(void *arg)
{
	for (int i = 0; i < 3000; i++) {
		struct node *n = malloc(sizeof *n);
		snprintf(n->text, sizeof n->text, "%d", i * (int)(size_t)arg);
		if (locked) pthread_mutex_lock(&mutex);
		n->next = list;
		list = n;
		if (locked) pthread_mutex_unlock(&mutex);
		free(strdup(n->text));
	}
	return NULL;
}

int main(int argc, char **argv)
{
	(void)argv;
	locked = argc < 2;
	pthread_t t[4];
	for (size_t i = 0; i < 4; i++) pthread_create(&t[i], NULL, thread, (void *)i);
	for (size_t i = 0; i < 4; i++) pthread_join(t[i], NULL);
	long sum = 0;
	for (struct node *n; (n = list); free(n)) { list = n->next; sum += atol(n->text); }
	if (locked) printf("%ld\n", sum);
	return 0;
}
E2
for kind in -static-libtsan ''; do
	gcc -g -O1 -fsanitize=thread $kind -pthread -o program program.c
	# The sanitizer of this gcc wants the addresses of old kernels.
	setarch -R ./program
	status=0
	setarch -R ./program race >out 2>&1 || status=$?
	echo "$status $(grep -o 'WARNING: ThreadSanitizer: data race' out | sort -u)"
done
