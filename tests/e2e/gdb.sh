#!/bin/sh
# gdb: symbols, breakpoints, a backtrace, calls into a program that is on the same allocator.
. "$(dirname "$0")/lib.sh"
need gdb gcc

work()
{
	cat >prog.c <<'E1'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct node { int n; struct node *next; char text[40]; };
struct node *push(struct node *list, int n)
{
	struct node *node = malloc(sizeof(*node));
	node->n = n;
	node->next = list;
	snprintf(node->text, sizeof(node->text), "node %d", n);
	return node;
}
int sum(struct node *list)
{
	return list ? list->n + sum(list->next) : 0;
}
int main(void)
{
	struct node *list = NULL;
	for (int i = 0; i < 10; i++)
		list = push(list, i);
	printf("%d\n", sum(list));
	return 0;
}
E1
	gcc -g -O0 -o prog prog.c
	gdb -nx -q -batch -ex 'run' ./prog >try.log 2>&1 || :
	if grep -q 'ptrace: Operation not permitted' try.log; then
		echo "gdb may not trace" >&2
		exit 77
	fi
	gdb -nx -q -batch -ex 'set debuginfod enabled off' -ex 'set confirm off' \
		-ex 'break push if n == 7' -ex run -ex 'print n' -ex 'print *list' \
		-ex 'print list->next->next->text' -ex 'info args' -ex finish \
		-ex 'break sum if list->n == 3' -ex continue -ex backtrace \
		-ex 'print sum(list)' -ex 'print $_strlen(list->text)' \
		-ex 'call (int)strlen((char *)strdup("called in the inferior"))' \
		-ex 'ptype struct node' -ex 'info line main' -ex delete -ex continue \
		-ex 'shell cat /proc/$PPID/maps >maps' ./prog 2>gdb.err |
		sed -e 's/0x[0-9a-f]*/ADDRESS/g' -e '/libthread_db/d'
	gdb -nx -q -batch -ex 'info functions ^p' -ex 'disassemble /s sum' ./prog | cksum
}
compare
