# Checks of configure.ac. A macro must not have the name that it defines.
# CFLAGS and LDFLAGS belong to the user: each check puts them back.

# ASHLAR_CHECK_C11: the language, and atomics that link without libatomic (it locks, and may
# allocate while it is loaded).
AC_DEFUN([ASHLAR_CHECK_C11],
[AC_CACHE_CHECK([for C11 with atomics that need no library], [ashlar_cv_c11],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM(
     [[#if __STDC_VERSION__ < 201112L
       #error not C11
       #endif
       #include <stdatomic.h>
       #include <stdint.h>
       static _Atomic(uintptr_t) p;
       static _Atomic(uint32_t) q;]],
     [[uintptr_t e = 0;
       atomic_compare_exchange_strong(&p, &e, 1);
       atomic_fetch_add_explicit(&q, 1, memory_order_relaxed);
       return (int)atomic_load(&p);]])],
    [ashlar_cv_c11=yes], [ashlar_cv_c11=no])])
AS_IF([test "x$ashlar_cv_c11" = xno],
  [AC_MSG_ERROR([a C11 compiler with lock-free atomics is required])])
])

# ASHLAR_CHECK_CXX: the tests of operator new need C++17, and are left out without it.
AC_DEFUN([ASHLAR_CHECK_CXX],
[AC_LANG_PUSH([C++])
AC_CACHE_CHECK([for C++17], [ashlar_cv_cxx],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM(
     [[#include <new>
       struct alignas(64) wide { char c[64]; };]],
     [[delete new wide;]])],
    [ashlar_cv_cxx=yes], [ashlar_cv_cxx=no])])
AC_LANG_POP([C++])
AM_CONDITIONAL([HAVE_CXX], [test "x$ashlar_cv_cxx" = xyes])
])

# ASHLAR_CHECK_TLS_MODEL: initial-exec costs one load and never calls the dynamic linker,
# whose own bookkeeping of thread-local storage calls malloc.
AC_DEFUN([ASHLAR_CHECK_TLS_MODEL],
[AC_ARG_ENABLE([initial-exec-tls],
  [AS_HELP_STRING([--disable-initial-exec-tls],
    [keep what belongs to a thread behind a pthread key, for dlopen without static TLS])],
  [], [enable_initial_exec_tls=yes])
AC_CACHE_CHECK([for the tls_model attribute], [ashlar_cv_tls_model],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM(
     [[static _Thread_local int t __attribute__((tls_model("initial-exec")));]],
     [[return t;]])],
    [ashlar_cv_tls_model=yes], [ashlar_cv_tls_model=no])])
AS_IF([test "x$ashlar_cv_tls_model$enable_initial_exec_tls" != xyesyes],
  [AC_DEFINE([ASHLAR_NO_INITIAL_EXEC], [1],
    [Define to 1 to use a pthread key instead of initial-exec thread-local storage.])])
])

# ASHLAR_CHECK_MALLOC_HOOKS: before glibc 2.34 malloc.h declared the hooks, and libc called
# through them.
AC_DEFUN([ASHLAR_CHECK_MALLOC_HOOKS],
[AC_CHECK_DECL([__malloc_hook],
  [AC_DEFINE([ASHLAR_LIBC_HAS_MALLOC_HOOKS], [1],
    [Define to 1 if the C library declares __malloc_hook and calls through it.])],
  [], [[#include <malloc.h>]])
])

# ASHLAR_CHECK_CFLAGS(VARIABLE, FLAGS): those that the compiler takes without a word.
AC_DEFUN([ASHLAR_CHECK_CFLAGS],
[$1=
for ashlar_flag in $2; do
  AC_MSG_CHECKING([whether $CC accepts $ashlar_flag])
  ashlar_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror $ashlar_flag"
  AC_COMPILE_IFELSE([AC_LANG_SOURCE([[extern int ashlar_conftest; int ashlar_conftest;]])],
    [AS_VAR_APPEND([$1], [" $ashlar_flag"]); AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])])
  CFLAGS=$ashlar_save_CFLAGS
done
AC_SUBST([$1])
])

# ASHLAR_CHECK_LDFLAGS(VARIABLE, FLAGS): those with which a small library links.
# It calls malloc and writes through a pointer, so that what a sanitizer adds is in it:
# clang links no sanitizer runtime into libraries, and -z defs must then be left out.
AC_DEFUN([ASHLAR_CHECK_LDFLAGS],
[$1=
for ashlar_flag in $2; do
  AC_MSG_CHECKING([whether linking with $ashlar_flag works])
  ashlar_save_CFLAGS=$CFLAGS ashlar_save_LDFLAGS=$LDFLAGS
  CFLAGS="$CFLAGS -fPIC"
  LDFLAGS="$LDFLAGS -shared $ashlar_flag"
  AC_LINK_IFELSE([AC_LANG_SOURCE([[
     #include <stdlib.h>
     int *ashlar_conftest(int i);
     int *ashlar_conftest(int i) { int *p = malloc(sizeof(int) * i); p[i - 1] = i; return p; }]])],
    [AS_VAR_APPEND([$1], [" $ashlar_flag"]); AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])])
  CFLAGS=$ashlar_save_CFLAGS LDFLAGS=$ashlar_save_LDFLAGS
done
AC_SUBST([$1])
])

# ASHLAR_CHECK_VERSION_SCRIPT: a map with an anonymous node.
AC_DEFUN([ASHLAR_CHECK_VERSION_SCRIPT],
[echo '{ global: ashlar_*; local: *; };' >conftest.map
ASHLAR_CHECK_LDFLAGS([ashlar_map_flag], [-Wl,--version-script=conftest.map])
rm -f conftest.map
AM_CONDITIONAL([HAVE_VERSION_SCRIPT], [test -n "$ashlar_map_flag"])
])

# ASHLAR_CHECK_LAYOUT: whether the linker tells its own script, as GNU ld does, and takes it back as lib/layout.awk
# changes it. LAYOUT_FLAGS are for that; FUNCTION_FLAGS give each function a section, without which it has no effect.
AC_DEFUN([ASHLAR_CHECK_LAYOUT],
[ASHLAR_CHECK_CFLAGS([FUNCTION_FLAGS], [-ffunction-sections])
AC_MSG_CHECKING([whether the linker can place functions])
LAYOUT_FLAGS=
echo 'int ashlar_conftest(void); int ashlar_conftest(void) { return 0; }' >conftest.c
LINK_FLAGS=`AS_ECHO(["-shared $SHARED_FLAGS"]) | sed 's/-Wc,[[^ ]]*//'`
ashlar_link="$CC $CFLAGS -fPIC $LDFLAGS $LINK_FLAGS -o conftest.so conftest.c"
AS_IF([test -n "$FUNCTION_FLAGS" && $ashlar_link -Wl,--verbose >conftest.verbose 2>&AS_MESSAGE_LOG_FD &&
    LC_ALL=C $AWK -f "$srcdir/lib/layout.awk" "$srcdir/lib/near.list" conftest.verbose >conftest.ld &&
    $ashlar_link -Wl,-T,conftest.ld >&AS_MESSAGE_LOG_FD 2>&1],
  [LAYOUT_FLAGS=-Wl,-T,lib/layout.ld], [FUNCTION_FLAGS=])
rm -f conftest*
AS_IF([test -n "$LAYOUT_FLAGS"], [AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])])
AM_CONDITIONAL([HAVE_LAYOUT], [test -n "$LAYOUT_FLAGS"])
AC_SUBST([LAYOUT_FLAGS])
AC_SUBST([LINK_FLAGS])
])

# ASHLAR_CHECK_MERGE: how to make one object out of several, with machine code in it even if
# they were compiled for link-time optimization (gcc must be told, clang does it by itself). Groups become
# plain sections, where the linker can do that: on i386 all objects of a program share gcc's thunks, and
# those of ours are local when they have been merged.
AC_DEFUN([ASHLAR_CHECK_MERGE],
[AC_MSG_CHECKING([how to merge objects])
MERGE_FLAGS=none
echo 'int ashlar_conftest(void); int ashlar_conftest(void) { return 0; }' >conftest.c
for ashlar_flags in '-r -nostdlib -flinker-output=nolto-rel -Wl,--force-group-allocation' dnl
'-r -nostdlib -flinker-output=nolto-rel' '-r -nostdlib -Wl,--force-group-allocation' '-r -nostdlib'; do
  AS_IF([test "x$MERGE_FLAGS" = xnone &&
    $CC $CFLAGS -c conftest.c >&AS_MESSAGE_LOG_FD 2>&1 &&
    $CC $CFLAGS $LDFLAGS $ashlar_flags -o conftest2.o conftest.$OBJEXT >&AS_MESSAGE_LOG_FD 2>&1],
    [MERGE_FLAGS=$ashlar_flags])
done
rm -f conftest*
AC_MSG_RESULT([$MERGE_FLAGS])
AS_IF([test "x$MERGE_FLAGS" = xnone && test "x$enable_static" = xyes],
  [AC_MSG_ERROR([$CC cannot merge objects (-r): configure with --disable-static])])
AC_SUBST([MERGE_FLAGS])
])

# ASHLAR_CHECK_STATIC_PROGRAMS: ashlar-preload must start when the dynamic linker is of no use.
AC_DEFUN([ASHLAR_CHECK_STATIC_PROGRAMS],
[AC_CACHE_CHECK([for static linking of programs], [ashlar_cv_static_programs],
  [ashlar_save_LDFLAGS=$LDFLAGS
  LDFLAGS="$LDFLAGS -static"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
    [ashlar_cv_static_programs=yes], [ashlar_cv_static_programs=no])
  LDFLAGS=$ashlar_save_LDFLAGS])
# A wrapper of the compiler that does not know it makes a program with an interpreter, or one that does not run.
AC_CACHE_CHECK([for static linking of programs at any address], [ashlar_cv_static_pie],
  [ashlar_save_LDFLAGS=$LDFLAGS ashlar_save_CFLAGS=$CFLAGS
  LDFLAGS="$LDFLAGS -static-pie" CFLAGS="-fPIE $CFLAGS"
  ashlar_cv_static_pie=no
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
    [AS_IF([grep '\.interp' conftest$EXEEXT >/dev/null], [],
      [test "x$cross_compiling" = xyes || ./conftest$EXEEXT >/dev/null 2>&1], [ashlar_cv_static_pie=yes])])
  LDFLAGS=$ashlar_save_LDFLAGS CFLAGS=$ashlar_save_CFLAGS])
STATIC_CFLAGS= STATIC_LDFLAGS=
AS_CASE([$ashlar_cv_static_programs$ashlar_cv_static_pie],
  [yesyes], [STATIC_CFLAGS=-fPIE STATIC_LDFLAGS=-static-pie],
  [yes*], [STATIC_LDFLAGS=-static])
AC_SUBST([STATIC_CFLAGS])
AC_SUBST([STATIC_LDFLAGS])
])
