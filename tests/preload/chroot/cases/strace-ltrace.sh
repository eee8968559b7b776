# strace follows the processes of a program, ltrace its library calls.
# packages: strace ltrace gcc libc6-dev
cat >p.c <<'E2'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	char *p[300];
	for (int i = 0; i < 300; i++) {
		char name[32];
		snprintf(name, sizeof name, "/area/file%d", i);
		p[i] = strdup(name);
		int fd = open(name, O_CREAT | O_WRONLY, 0600);
		if (write(fd, name, strlen(name)) < 0 || close(fd))
			return 1;
	}
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			puts(getenv("WORD") ? p[i] : "none");
			exit(unlink(p[i]));
		}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < 300; i++)
		free(p[i]);
	return 0;
}
E2
gcc -O0 -no-pie -fcf-protection=none -Wl,-z,lazy -o p p.c
export WORD=x
strace -f -o log ./p >out
sort out
grep -c '/area/file.*O_CREAT' log
grep -c 'write(.*"/area/file' log
grep -o 'unlink("[^)]*) = 0' log | sort
grep -c 'exited with 0' log
rm -f /area/file*
strace -f -c -o counts ./p >out && awk '$NF == "unlink" { print $4 }' counts
rm -f /area/file*
strace -f -e trace=openat -e inject=openat:error=EMFILE:when=60 -o log ./p >&2 || echo "failed: $?"
strace -f -y -tt -s 100 -o long sh -c 'for i in $(seq 60); do echo $i | cat; done' | md5sum
rm -f /area/file*
ltrace -f -o log -e strdup+snprintf+puts+unlink ./p >out
grep -c 'strdup(' log
grep -o 'puts("[^"]*"' log | sort
grep -c 'snprintf("/area/file' log
