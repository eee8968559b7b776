# A set-user-ID program has the library, and takes no orders from its caller's environment.
# packages: gcc libc6-dev
# short
cat >p.c <<'E2'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
int main(void)
{
	char line[4096], wanted[4096] = "";
	FILE *f = fopen("/etc/ld.so.preload", "r");
	int found = f == NULL;
	if (f) {
		if (fgets(wanted, sizeof wanted, f))
			wanted[strcspn(wanted, "\n")] = 0;
		fclose(f);
		f = fopen("/proc/self/maps", "r");
		while (fgets(line, sizeof line, f))
			found |= strstr(line, strrchr(wanted, '/')) != NULL;
		fclose(f);
	}
	unsigned sum = 0;
	void *p[1000];
	for (int i = 0; i < 100000; i++) {
		if (i >= 1000)
			free(p[i % 1000]);
		p[i % 1000] = malloc(i % 5000);
		memset(p[i % 1000], i, i % 5000);
		sum += i % 5000 ? *(unsigned char *) p[i % 1000] : 0;
	}
	printf("secure %lu, user %d as %d, library %d, %u\n", getauxval(AT_SECURE), getuid() != 0, geteuid(), found, sum);
	return 0;
}
E2
gcc -O1 -o /usr/local/bin/secure p.c
chmod 4755 /usr/local/bin/secure
chmod 755 . && mkdir -m 777 dumps
secure_with() { as_user env "$@" /usr/local/bin/secure 2>&1; }
secure_with NOTHING=1
for setting in MALLOC_CONF=stats_print:true,abort_conf:true,no_such:1 MALLOC_CONF=prof:true,prof_prefix:/area/dumps/j \
	MIMALLOC_VERBOSE=1 MIMALLOC_SHOW_STATS=1 MIMALLOC_SHOW_ERRORS=1 MALLOCSTATS=2 TCMALLOC_LARGE_ALLOC_REPORT_THRESHOLD=1 \
	HEAPPROFILE=/area/dumps/t MALLOC_TRACE=/area/dumps/g MALLOC_PERTURB_=7 MALLOC_CHECK_=3 GLIBC_TUNABLES=glibc.malloc.perturb=1 \
	ASHLAR_CONF=stats_print:true ASHLAR_CONF=standdown:true,stats_print:true ASHLAR_CONF=no_such:1 \
	LD_PRELOAD=/nowhere/lib.so; do
	secure_with $setting
done
ls dumps | wc -l
