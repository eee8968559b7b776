# qemu-user: static programs with threads that allocate, for this machine and another one; the emulator is what is preloaded.
# packages: qemu-user gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross
# seconds: 120
cat >work.c <<'E2'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void *work(void *arg)
{
	unsigned n = (unsigned)(size_t)arg, sum = 0;
	char *block[500] = {0};
	for (unsigned i = 0; i < 15000; i++) {
		n = n * 1103515245 + 12345;
		char **b = &block[n / 65536 % 500];
		if (*b) sum = sum * 31 + (unsigned char)(*b)[0];
		free(*b);
		*b = malloc(1 + n % 3000);
		memset(*b, (int)i, 1 + n % 3000);
	}
	return (void *)(size_t)sum;
}
int main(void)
{
	pthread_t t[8];
	void *r;
	for (size_t i = 0; i < 8; i++) pthread_create(&t[i], 0, work, (void *)(i + 1));
	for (int i = 0; i < 8; i++) pthread_join(t[i], &r), printf("%x\n", (unsigned)(size_t)r);
	for (int i = 0; i < 20; i++) {
		int status;
		pid_t p = fork();
		if (!p) _exit((int)(size_t)work((void *)(size_t)i) & 63);
		waitpid(p, &status, 0);
		printf("%d ", status);
	}
	puts("");
}
E2
aarch64-linux-gnu-gcc -O2 -static -pthread work.c -o work.arm
gcc -O2 -static -pthread work.c -o work.x86
qemu-aarch64 ./work.arm
qemu-x86_64 -cpu max ./work.x86
for bits in 0x8000000000 0x100000000; do qemu-aarch64 -R $bits ./work.arm | cksum; done
