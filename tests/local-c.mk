# The tests in C and C++, and what they are run by.
#
#   make check             unit, API and fault tests, short stress runs
#   make check-e2e         real programs on the library (tests/e2e)
#   make check-fuzz        half a minute of libFuzzer (tests/fuzz)

# Tests call malloc and free in ways that a compiler which knows them would optimise away.
TEST_CFLAGS = $(ASHLAR_CFLAGS) -fno-builtin

# --- the API (Check). The same sources test a library with other names, save for what makes sense
# only where malloc itself is replaced.
API_CFLAGS = $(TEST_CFLAGS) $(CHECK_CFLAGS)
API_LDADD = $(LIBASHLAR) $(CHECK_LIBS) -ldl
API_TESTS =
if HAVE_CHECK
API_TESTS += \
	tests/api/test_aligned \
	tests/api/test_calloc \
	tests/api/test_death \
	tests/api/test_defrag \
	tests/api/test_extents \
	tests/api/test_fork \
	tests/api/test_glibc \
	tests/api/test_heap_limit \
	tests/api/test_limits \
	tests/api/test_mallctl \
	tests/api/test_malloc \
	tests/api/test_mallocx \
	tests/api/test_realloc \
	tests/api/test_seccomp \
	tests/api/test_stats \
	tests/api/test_threads \
	tests/api/test_usable
SMOKE_TESTS += \
	tests/api/test_aligned \
	tests/api/test_calloc \
	tests/api/test_death \
	tests/api/test_extents \
	tests/api/test_glibc \
	tests/api/test_heap_limit \
	tests/api/test_mallctl \
	tests/api/test_malloc \
	tests/api/test_mallocx \
	tests/api/test_realloc \
	tests/api/test_stats \
	tests/api/test_usable
if !PREFIXED
API_TESTS += tests/api/test_tc
SMOKE_TESTS += tests/api/test_tc
if HAVE_CXX
if CXX_OPERATORS
API_TESTS += tests/api/test_tc_cxx
SMOKE_TESTS += tests/api/test_tc_cxx
endif
API_TESTS += tests/api/test_cxx tests/api/test_cxx_arena tests/api/test_cxx_own
SMOKE_TESTS += tests/api/test_cxx tests/api/test_cxx_arena tests/api/test_cxx_own
endif
if ENABLE_SHARED
API_TESTS += tests/api/test_names
SMOKE_TESTS += tests/api/test_names
endif
endif
endif
check_PROGRAMS += $(API_TESTS)
TESTS += $(API_TESTS)

api_headers = tests/api/names.h tests/api/support.h
tests_api_test_aligned_SOURCES = tests/api/test_aligned.c $(api_headers)
tests_api_test_aligned_CFLAGS = $(API_CFLAGS)
tests_api_test_aligned_LDADD = $(API_LDADD)
tests_api_test_calloc_SOURCES = tests/api/test_calloc.c $(api_headers)
tests_api_test_calloc_CFLAGS = $(API_CFLAGS)
tests_api_test_calloc_LDADD = $(API_LDADD)
tests_api_test_cxx_SOURCES = tests/api/test_cxx.cc $(api_headers)
tests_api_test_cxx_CXXFLAGS = -std=c++17 -Wall -Wextra -fno-builtin $(CHECK_CFLAGS)
tests_api_test_cxx_LDADD = $(API_LDADD)
tests_api_test_cxx_arena_SOURCES = tests/api/test_cxx_arena.cc $(api_headers)
tests_api_test_cxx_arena_CXXFLAGS = $(tests_api_test_cxx_CXXFLAGS)
tests_api_test_cxx_arena_LDADD = $(API_LDADD)
tests_api_test_cxx_own_SOURCES = tests/api/test_cxx_own.cc $(api_headers)
tests_api_test_cxx_own_CXXFLAGS = $(tests_api_test_cxx_CXXFLAGS)
tests_api_test_cxx_own_LDADD = $(API_LDADD)
tests_api_test_death_SOURCES = tests/api/test_death.c $(api_headers)
tests_api_test_death_CFLAGS = $(API_CFLAGS)
tests_api_test_death_LDADD = $(API_LDADD)
tests_api_test_defrag_SOURCES = tests/api/test_defrag.c $(api_headers)
tests_api_test_defrag_CFLAGS = $(API_CFLAGS)
tests_api_test_defrag_LDADD = $(API_LDADD) -lpthread
tests_api_test_extents_SOURCES = tests/api/test_extents.c $(api_headers)
tests_api_test_extents_CFLAGS = $(API_CFLAGS)
tests_api_test_extents_LDADD = $(API_LDADD) -lpthread
tests_api_test_fork_SOURCES = tests/api/test_fork.c $(api_headers)
tests_api_test_fork_CFLAGS = $(API_CFLAGS)
tests_api_test_fork_LDADD = $(API_LDADD)
tests_api_test_glibc_SOURCES = tests/api/test_glibc.c $(api_headers)
tests_api_test_glibc_CFLAGS = $(API_CFLAGS)
tests_api_test_glibc_LDADD = $(API_LDADD)
tests_api_test_heap_limit_SOURCES = tests/api/test_heap_limit.c $(api_headers)
tests_api_test_heap_limit_CFLAGS = $(API_CFLAGS)
tests_api_test_heap_limit_LDADD = $(API_LDADD) -lpthread
tests_api_test_limits_SOURCES = tests/api/test_limits.c $(api_headers)
tests_api_test_limits_CFLAGS = $(API_CFLAGS)
tests_api_test_limits_LDADD = $(API_LDADD)
tests_api_test_mallctl_SOURCES = tests/api/test_mallctl.c tests/api/control_rows.h $(api_headers)
tests_api_test_mallctl_CFLAGS = $(API_CFLAGS)
tests_api_test_mallctl_LDADD = $(API_LDADD) -lpthread
tests_api_test_malloc_SOURCES = tests/api/test_malloc.c $(api_headers)
tests_api_test_malloc_CFLAGS = $(API_CFLAGS)
tests_api_test_malloc_LDADD = $(API_LDADD)
tests_api_test_mallocx_SOURCES = tests/api/test_mallocx.c $(api_headers)
tests_api_test_mallocx_CFLAGS = $(API_CFLAGS)
tests_api_test_mallocx_LDADD = $(API_LDADD)
tests_api_test_names_SOURCES = tests/api/test_names.c $(api_headers)
tests_api_test_names_CFLAGS = $(API_CFLAGS)
tests_api_test_names_LDADD = $(API_LDADD)
tests_api_test_realloc_SOURCES = tests/api/test_realloc.c $(api_headers)
tests_api_test_realloc_CFLAGS = $(API_CFLAGS)
tests_api_test_realloc_LDADD = $(API_LDADD)
tests_api_test_seccomp_SOURCES = tests/api/test_seccomp.c tests/api/work_hard.h $(api_headers)
tests_api_test_seccomp_CFLAGS = $(API_CFLAGS)
tests_api_test_seccomp_LDADD = $(API_LDADD)
tests_api_test_stats_SOURCES = tests/api/test_stats.c $(api_headers)
tests_api_test_stats_CFLAGS = $(API_CFLAGS)
tests_api_test_stats_LDADD = $(API_LDADD)
tests_api_test_tc_SOURCES = tests/api/test_tc.c $(api_headers)
tests_api_test_tc_CFLAGS = $(API_CFLAGS)
tests_api_test_tc_LDADD = $(API_LDADD) -lpthread
tests_api_test_tc_cxx_SOURCES = tests/api/test_tc_cxx.cc $(api_headers)
tests_api_test_tc_cxx_CXXFLAGS = $(tests_api_test_cxx_CXXFLAGS)
tests_api_test_tc_cxx_LDADD = $(API_LDADD)
tests_api_test_threads_SOURCES = tests/api/test_threads.c $(api_headers)
tests_api_test_threads_CFLAGS = $(API_CFLAGS)
tests_api_test_threads_LDADD = $(API_LDADD)
tests_api_test_usable_SOURCES = tests/api/test_usable.c $(api_headers)
tests_api_test_usable_CFLAGS = $(API_CFLAGS)
tests_api_test_usable_LDADD = $(API_LDADD)

# --- programs of their own: random operations, failing system calls, fuzzing
check_PROGRAMS += tests/stress/stress tests/fault/inject tests/fuzz/fuzz_conf tests/fuzz/fuzz_ctl tests/fuzz/fuzz_ops
TESTS += tests/fault/inject tests/fuzz/fuzz.sh tests/stress/stress.sh
EXTRA_DIST += tests/matrix/sanitize.sh
EXTRA_DIST += tests/fuzz/fuzz.sh tests/fuzz/run.sh tests/stress/stress.sh

tests_stress_stress_SOURCES = tests/stress/stress.c tests/api/names.h
tests_stress_stress_CFLAGS = $(TEST_CFLAGS) -pthread
tests_stress_stress_LDADD = $(LIBASHLAR) -lpthread
tests_fault_inject_SOURCES = tests/fault/inject.c tests/api/names.h
tests_fault_inject_CFLAGS = $(TEST_CFLAGS) -pthread
tests_fault_inject_LDADD = $(LIBASHLAR) -lpthread
tests_fuzz_fuzz_ctl_SOURCES = tests/fuzz/fuzz_ctl.c tests/fuzz/fuzz.h tests/api/control_rows.h tests/api/names.h
tests_fuzz_fuzz_ctl_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_MAIN
tests_fuzz_fuzz_ctl_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_fuzz_ctl_LDADD = $(LIBASHLAR)
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c
tests_fuzz_fuzz_conf_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_MAIN
tests_fuzz_fuzz_conf_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_fuzz_conf_LDADD = libash_core.la
tests_fuzz_fuzz_ops_SOURCES = tests/fuzz/fuzz_ops.c tests/fuzz/fuzz.h tests/api/names.h
tests_fuzz_fuzz_ops_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_MAIN
tests_fuzz_fuzz_ops_CFLAGS = $(TEST_CFLAGS) -pthread
tests_fuzz_fuzz_ops_LDADD = $(LIBASHLAR) -lpthread

# What the two scripts run; for who builds no more than some tests need (tests/matrix/env.sh).
tests/fuzz/fuzz.log: tests/fuzz/fuzz_conf$(EXEEXT) tests/fuzz/fuzz_ctl$(EXEEXT) tests/fuzz/fuzz_ops$(EXEEXT)
tests/stress/stress.log: tests/stress/stress$(EXEEXT)

.PHONY: check-fuzz
check-fuzz: $(SHARED_LIBS)
	top_builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/fuzz/run.sh
	top_builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/fuzz/run.sh '' '' fuzz_conf
	top_builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/fuzz/run.sh '' '' fuzz_ctl

# --- real programs: not part of make check, for they take minutes and want packages
# (tests/e2e/packages)
E2E_TESTS = \
	tests/e2e/bind9.sh \
	tests/e2e/gcc.sh \
	tests/e2e/gdb.sh \
	tests/e2e/git.sh \
	tests/e2e/gpg.sh \
	tests/e2e/gxx.sh \
	tests/e2e/knot.sh \
	tests/e2e/make.sh \
	tests/e2e/mariadb.sh \
	tests/e2e/nginx.sh \
	tests/e2e/node.sh \
	tests/e2e/openssl.sh \
	tests/e2e/perl.sh \
	tests/e2e/php.sh \
	tests/e2e/php-extensions.sh \
	tests/e2e/postgres.sh \
	tests/e2e/python3.sh \
	tests/e2e/redis-defrag.sh \
	tests/e2e/redis-memory.sh \
	tests/e2e/redis.sh \
	tests/e2e/rocksdb.sh \
	tests/e2e/ruby.sh \
	tests/e2e/sqlite3.sh \
	tests/e2e/swipl.sh \
	tests/e2e/tar.sh \
	tests/e2e/valgrind.sh \
	tests/e2e/varnish.sh \
	tests/e2e/yrmcds.sh
EXTRA_DIST += $(E2E_TESTS) tests/e2e/lib.sh tests/e2e/packages tests/e2e/rocksdb.c

.PHONY: check-e2e
check-e2e: $(SHARED_LIBS)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(E2E_TESTS)' TEST_SUITE_LOG=e2e.log
