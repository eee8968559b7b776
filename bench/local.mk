# bench/local.mk - `make bench` builds and runs the measurements, times, memory and instructions; nothing of
# it is built by `make`, run by `make check` or installed; tests/shell/bench-table.sh tests what makes the
# tables. Arguments of bench/run.sh go in BENCH_FLAGS.

EXTRA_PROGRAMS += bench/ashbench bench/launch

bench_ashbench_SOURCES = bench/ashbench.c bench/bench.h bench/memory.c bench/small.c bench/threads.c
# -fno-builtin: a compiler may otherwise delete a malloc whose block is only freed.
bench_ashbench_CFLAGS = -O2 -fno-builtin
bench_ashbench_LDADD = -lpthread
bench_launch_SOURCES = bench/launch.c

EXTRA_DIST += bench/README.md bench/allocators.sh bench/huge.sh bench/idle.sh bench/insn.sh bench/real.sh bench/run.sh \
	bench/suite bench/table.py bench/real/clauses.awk bench/real/hash.pl bench/real/objects.js bench/real/objects.py \
	bench/real/objects.rb bench/real/pages.ps bench/real/puzzle.smt2 bench/real/replies.py \
	bench/real/rows.pgsql bench/real/table.sql bench/real/templates.cc bench/real/trees.lua
CLEANFILES += bench/ashbench$(EXEEXT) bench/launch$(EXEEXT)

bench-programs: bench/ashbench$(EXEEXT) bench/launch$(EXEEXT)

bench: bench-programs $(SHARED_LIBS)
	$(SHELL) $(srcdir)/bench/run.sh -b $(top_builddir) $(BENCH_FLAGS)

bench-insn: bench-programs $(SHARED_LIBS)
	$(SHELL) $(srcdir)/bench/insn.sh -b $(top_builddir) $(BENCH_FLAGS)

bench-huge: bench-programs $(SHARED_LIBS)
	$(SHELL) $(srcdir)/bench/huge.sh -b $(top_builddir) $(BENCH_FLAGS)

bench-idle: bench-programs $(SHARED_LIBS)
	$(SHELL) $(srcdir)/bench/idle.sh -b $(top_builddir) $(BENCH_FLAGS)

.PHONY: bench bench-huge bench-idle bench-insn bench-programs
