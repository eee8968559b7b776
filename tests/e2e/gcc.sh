#!/bin/sh
# gcc: cc1, as and ld on a large generated file, optimised; objects and output are the same.
. "$(dirname "$0")/lib.sh"
need gcc awk

work()
{
	awk 'BEGIN {
		print "#include <stdio.h>\n#include <string.h>\nstruct s { int a, b; char c[32]; };"
		for (i = 0; i < 350; i++) {
			printf "int f%d(struct s *s, int n)\n{\n\tint r = 0;\n", i
			printf "\tfor (int i = 0; i < n; i++) {\n\t\tr += s[i].a * %d + s[i].b;\n", i
			printf "\t\tswitch (r %% 7) {\n"
			for (k = 0; k < 7; k++)
				printf "\t\tcase %d: s[i].c[%d] += r >> %d; break;\n", k, k + i % 20, k
			printf "\t\t}\n\t}\n\treturn r%s;\n}\n", i ? " ^ f" i - 1 "(s, n / 2)" : ""
		}
		print "int main(void)\n{\n\tstatic struct s s[50];\n\tint r = 0;"
		for (i = 0; i < 350; i += 100)
			printf "\tr ^= f%d(s, 50);\n", i
		print "\tprintf(\"%d\\n\", r);\n\treturn 0;\n}"
	}' >big.c
	gcc -O2 -c big.c
	gcc -O0 -g -fdebug-prefix-map="$PWD"=. -c big.c -o debug.o
	gcc big.o -o big
	./big
	cksum <big.o
	cksum <debug.o
	gcc -O2 -E big.c | cksum
	gcc -fsyntax-only -x c - <<'E1' 2>&1 || echo "errors, as it should be"
int f(void) { return undeclared + 1; }
E1
	compiler_maps gcc c >maps
}
compare
