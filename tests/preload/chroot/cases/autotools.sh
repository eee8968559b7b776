# Autoconf, automake and libtool: a small project made, configured, built, checked and packed.
# packages: autoconf automake libtool gcc libc6-dev make m4
# seconds: 240
mkdir project
cd project
cat >configure.ac <<'E2'
AC_INIT([small], [1.0])
AM_INIT_AUTOMAKE([foreign subdir-objects])
AC_PROG_CC
AM_PROG_AR
LT_INIT
AC_CHECK_HEADERS([stdlib.h string.h sys/mman.h])
AC_CHECK_FUNCS([strdup reallocarray getline mmap])
AC_FUNC_MALLOC
AC_FUNC_REALLOC
m4_for([i], [1], [2000], [1], [m4_define([small_]i, m4_if(i, 1, 1, [m4_eval(m4_indir([small_]m4_decr(i)) * 31 % 65521 + i)]))])
AC_SUBST([SMALL], small_2000)
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
E2
cat >Makefile.am <<'E2'
lib_LTLIBRARIES = libsmall.la
libsmall_la_SOURCES = small.c
bin_PROGRAMS = program
program_SOURCES = main.c
program_LDADD = libsmall.la
TESTS = test.sh
EXTRA_DIST = test.sh
E2
cat >small.c <<'E2'
#include <stdlib.h>
#include <string.h>
unsigned long small(unsigned n)
{
	unsigned long sum = 0;
	while (n--) { char *p = malloc(n % 1000 + 1); memset(p, 'x', n % 1000); p[n % 1000] = 0; sum = sum * 31 + strlen(p); free(p); }
	return sum;
}
E2
cat >main.c <<'E2'
#include <stdio.h>
unsigned long small(unsigned n);
int main(void) { printf("%lx\n", small(100000)); return 0; }
E2
printf '#!/bin/sh\ntest "$(./program)" = "$(./program)"\n' >test.sh
chmod +x test.sh
autoreconf -i >../log 2>&1
./configure --prefix=/area/at >../log
grep -E '^#define HAVE_(STRDUP|REALLOCARRAY|GETLINE|MALLOC|REALLOC) ' config.h 2>/dev/null || grep -oE 'DHAVE_(STRDUP|REALLOCARRAY|GETLINE|MALLOC|REALLOC)=1' Makefile | sort -u
make -s -j2 >../log
grep '^SMALL =' Makefile
./program
make check >../log
grep -E '^# (TOTAL|PASS|FAIL|ERROR):' ../log
make -s install >../log
/area/at/bin/program
make -s dist >../log
tar tzf small-1.0.tar.gz | sort | md5sum
