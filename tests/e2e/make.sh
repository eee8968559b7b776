#!/bin/sh
# make: a parallel build with pattern rules, functions, includes and recursion.
. "$(dirname "$0")/lib.sh"
need make gcc awk

work()
{
	for i in $(seq 1 40); do
		echo "int f$i(void) { return $i; }" >f"$i".c
	done
	awk 'BEGIN {
		for (i = 1; i <= 40; i++) print "int f" i "(void);"
		print "#include <stdio.h>\nint main(void)\n{\n\tint r = 0;"
		for (i = 1; i <= 40; i++) print "\tr += f" i "();"
		print "\tprintf(\"%d\\n\", r);\n\treturn 0;\n}"
	}' >main.c
	cat >Makefile <<'E1'
MAKEFLAGS += -rR
src := $(sort $(wildcard *.c))
obj := $(src:.c=.o)
words := $(foreach i,$(src),$(foreach j,$(src),$(i)-$(j)))
.PHONY: all count sub
all: prog count sub
	@./prog
prog: $(obj)
	@gcc -o $@ $^
%.o: %.c %.d
	@gcc -c -o $@ $<
%.d: %.c
	@gcc -MM -MF $@ $<
-include $(src:.c=.d)
count: prog
	@echo $(words $(words)) $(words $(filter f1%,$(words))) $(shell ls *.c | wc -l)
sub: count
	@$(MAKE) --no-print-directory -f sub.mk
E1
	cat >sub.mk <<'E1'
$(file >maps,$(file </proc/self/maps))
define rule
target-$(1):
	@echo target $(1)
endef
numbers := $(shell seq 1 300)
$(foreach n,$(numbers),$(eval $(call rule,$(n))))
all: $(addprefix target-,$(numbers))
	@echo $(lastword $^) $(words $^)
.DEFAULT_GOAL := all
E1
	make -j2 >build.out
	sort build.out
	touch f7.c
	make -j2 | sort | tail -n 3
	make -n -W f9.c | grep -c gcc
}
compare
