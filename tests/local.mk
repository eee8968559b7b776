# make check: programs in C (lists in local-c.mk) and shell scripts. Both speak automake's plain
# exit codes: 0 passed, 77 skipped, 99 the test itself is broken, anything else failed.
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = top_builddir='$(abs_top_builddir)'; export top_builddir;

check_PROGRAMS =
TESTS =
# For tests/local-c.mk to add to: the programs that need only libash_core.la, which tests/matrix also
# runs under sanitizers, and those of the others which it runs on every variant.
UNIT_TESTS =
SMOKE_TESTS =

# The API tests are the same for a library with other names (tests/api/names.h).
if PREFIXED
AM_CPPFLAGS += -DASHLAR_TEST_PREFIX=$(ashlar_prefix)
endif

include $(srcdir)/tests/local-c.mk
include $(srcdir)/tests/local-unit.mk

SHELL_TESTS = \
	tests/shell/abi.sh \
	tests/shell/affinity.sh \
	tests/shell/bench-table.sh \
	tests/shell/check-exports.sh \
	tests/shell/check-imports.sh \
	tests/shell/check-layers.sh \
	tests/shell/check-needed.sh \
	tests/shell/config-script.sh \
	tests/shell/container.sh \
	tests/shell/control-names.sh \
	tests/shell/cxx-module.sh \
	tests/shell/dlopen.sh \
	tests/shell/fast-path.sh \
	tests/shell/hooks.sh \
	tests/shell/install.sh \
	tests/shell/jemalloc-header.sh \
	tests/shell/layout.sh \
	tests/shell/ldd-linked.sh \
	tests/shell/ldd-preload.sh \
	tests/shell/ldd-static.sh \
	tests/shell/ldd-unlinked.sh \
	tests/shell/live-install.sh \
	tests/shell/man-pages.sh \
	tests/shell/preload-tool.sh \
	tests/shell/program-conf.sh \
	tests/shell/stats.sh \
	tests/shell/tcmalloc-header.sh \
	tests/shell/wrapper.sh
TESTS += $(SHELL_TESTS)

# Safe in /etc/ld.so.preload: a promise for each.
PRELOAD_TESTS = \
	tests/preload/atsecure.sh \
	tests/preload/conffile.sh \
	tests/preload/deepbind.sh \
	tests/preload/dlopen.sh \
	tests/preload/errno.sh \
	tests/preload/ext.sh \
	tests/preload/footprint.sh \
	tests/preload/foreign.sh \
	tests/preload/fork.sh \
	tests/preload/gperftools.sh \
	tests/preload/initorder.sh \
	tests/preload/libcdlsym.sh \
	tests/preload/limits.sh \
	tests/preload/loading.sh \
	tests/preload/mapcount.sh \
	tests/preload/options.sh \
	tests/preload/process.sh \
	tests/preload/seccomp.sh \
	tests/preload/smallstack.sh \
	tests/preload/standdown.sh \
	tests/preload/threadexit.sh
TESTS += $(PRELOAD_TESTS)
# what they and the battery (tests/preload/chroot/run.sh) read
EXTRA_DIST += \
	tests/preload/chroot \
	tests/preload/atfork.c \
	tests/preload/busy.c \
	tests/preload/env.sh \
	tests/preload/errno.c \
	tests/preload/ext.c \
	tests/preload/footprint.c \
	tests/preload/foreign.c \
	tests/preload/fork.c \
	tests/preload/gperftools.c \
	tests/preload/initorder.c \
	tests/preload/keys.c \
	tests/preload/limits.c \
	tests/preload/mapcount.c \
	tests/preload/need.h \
	tests/preload/options.c \
	tests/preload/process.c \
	tests/preload/seccomp.c \
	tests/preload/smallstack.c \
	tests/preload/threadexit.c

# Run by test.sh, not by make check: each builds the library anew.
MATRIX = \
	tests/matrix/clang-lto.sh \
	tests/matrix/clang.sh \
	tests/matrix/debug.sh \
	tests/matrix/disable-shared.sh \
	tests/matrix/disable-static.sh \
	tests/matrix/distcheck.sh \
	tests/matrix/fedora.sh \
	tests/matrix/gcc-O0.sh \
	tests/matrix/gcc-O3-lto.sh \
	tests/matrix/hardening.sh \
	tests/matrix/install-suffix.sh \
	tests/matrix/malloc-conf.sh \
	tests/matrix/no-cxx.sh \
	tests/matrix/no-initial-exec.sh \
	tests/matrix/prefix.sh \
	tests/matrix/sanitizers.sh

EXTRA_DIST += $(SHELL_TESTS) $(PRELOAD_TESTS) $(MATRIX) tests/abi/libashlar2-x86_64.abi tests/exports.txt tests/shell/control_names.c tests/shell/env.sh tests/shell/links.sh tests/shell/threads.c tests/matrix/env.sh

# One source for every machine: run by test.sh, or by hand.
EXTRA_DIST += tests/platforms

# Run by test.sh: the packages, built and installed into a system of their own.
EXTRA_DIST += tests/packages

# The tests that tests/matrix runs on every variant, and under sanitizers.
.PHONY: print-smoke print-unit
print-smoke:
	@echo $(SHELL_TESTS) $(PRELOAD_TESTS) $(SMOKE_TESTS)
print-unit:
	@echo $(UNIT_TESTS)

# What the scripts run.
check-local: $(SHARED_LIBS) $(STATIC_LIBS)
