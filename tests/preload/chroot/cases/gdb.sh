# gdb runs a program: breakpoints, calls into it that allocate, its own Python, a core file.
# packages: gdb gcc libc6-dev
# seconds: 120
# short
cat >p.c <<'E2'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct node { struct node *next; int value; char *name; };
struct node *list;
static int count;
struct node *add(int value)
{
	struct node *n = malloc(sizeof *n);
	char name[32];
	snprintf(name, sizeof name, "node %d", value);
	*n = (struct node) { list, value, strdup(name) };
	count++;
	return list = n;
}
static void *work(void *x)
{
	for (int i = 0; i < 1000; i++)
		free(malloc(i));
	return x;
}
int main(void)
{
	pthread_t t[3];
	for (int i = 0; i < 500; i++)
		add(i);
	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], 0, work, 0);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], 0);
	printf("%d nodes\n", count);
	abort();
}
E2
gcc -g -O0 -pthread -o p p.c
cat >commands <<'E2'
set pagination off
set confirm off
set style enabled off
set debuginfod enabled off
break add if value == 250
run
print *list
print list->name
print count
call add(1000)
print count
print (char *) strdup("from gdb")
print $_siginfo.si_signo
python
n = gdb.parse_and_eval('list')
values = []
while n:
    values.append((int(n['value']), n['name'].string()))
    n = n['next']
print(len(values), sum(v for v, name in values), values[0])
for i in range(2000, 2200):
    gdb.parse_and_eval('add(%d)' % i)
print(int(gdb.parse_and_eval('count')))
end
set $n = (char *) malloc(100000)
print $n != 0
print (int) sprintf($n, "%d", 77)
print $n
call (void) free($n)
finish
delete
watch count if count == 500
continue
delete
break main:work
break work
commands
silent
print x == 0
continue
end
continue
info threads
backtrace -full 1
generate-core-file core
kill
E2
gdb -q -nx -batch -x commands ./p >out 2>err || { cat err >&2; exit 1; }
sed -e 's/0x[0-9a-f]*/ADDRESS/g' out | grep -v -E 'LWP|libthread_db|^Using|^warning|^Run till' >filtered
grep -E '^\$|^[0-9]+ |nodes|signal' filtered
gdb -q -nx -batch -ex 'print count' -ex 'print list->name' -ex 'print *list->next->next' -ex 'info line add' ./p core 2>&1 | grep '^\$' | sed 's/0x[0-9a-f]*/ADDRESS/g'
gdb -q -nx -batch -ex 'disassemble main' -ex 'info types node' -ex 'ptype struct node' p >static
grep -c main static
