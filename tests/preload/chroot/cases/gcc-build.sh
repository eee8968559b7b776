# gcc, ld and make: a program of twenty files, built as it is and with link-time optimisation, and run.
# packages: gcc libc6-dev make
# short
# seconds: 120
mkdir source
for i in $(seq 20); do
	cat >source/part$i.h <<-E2
	#include <stddef.h>
	struct part$i { struct part$i *next; unsigned value; char name[$((i + 12))]; };
	struct part$i *part${i}_make(unsigned n);
	unsigned part${i}_sum(unsigned n);
	E2
	{
		echo '#include <stdio.h>'
		echo '#include <stdlib.h>'
		echo '#include <string.h>'
		for j in $(seq "$i"); do echo "#include \"part$j.h\""; done
		for j in $(seq 30); do
			echo "static inline unsigned mix$j(unsigned x) { for (int k = 0; k < $j; k++) x = x * $((2 * j + i * 2 + 1)) ^ x >> $((j % 13 + 3)); return x; }"
		done
		cat <<-E2
		struct part$i *part${i}_make(unsigned n)
		{
			struct part$i *p = malloc(sizeof *p);
			if (!p) abort();
			p->next = NULL;
			p->value = n;
			snprintf(p->name, sizeof p->name, "%u", n);
			return p;
		}
		unsigned part${i}_sum(unsigned n)
		{
			struct part$i *list = NULL, *p;
			unsigned sum = 0;
			while (n--) { p = part${i}_make(n); p->next = list; list = p; }
			while ((p = list)) {
				switch (p->value % 30) {
		E2
		for j in $(seq 30); do echo "case $((j - 1)): sum += mix$j(p->value) + strlen(p->name); break;"; done
		echo '} list = p->next; free(p); } return sum; }'
	} >source/part$i.c
done
{
	echo '#include <stdio.h>'
	for i in $(seq 20); do echo "#include \"part$i.h\""; done
	echo 'int main(void) { unsigned sum = 0;'
	for i in $(seq 20); do echo "sum = sum * 31 + part${i}_sum($((i * 500)));"; done
	printf '%s\n' 'printf("%08x\n", sum); return 0; }'
} >source/main.c
cat >Makefile <<'E2'
objects = $(patsubst source/%.c,%.o,$(wildcard source/*.c))
program: $(objects)
	$(CC) $(CFLAGS) -o $@ $^
%.o: source/%.c $(wildcard source/*.h)
	$(CC) $(CFLAGS) -c -o $@ $<
clean:
	rm -f $(objects) program
E2
for flags in '-O2 -g -Wall' '-O2 -flto=2 -frandom-seed=1'; do
	make -s -j2 CFLAGS="$flags"
	./program
	cat $(ls *.o | sort) | md5sum
	make -s clean
done
