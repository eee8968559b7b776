#!/bin/sh
# ashlar in two minutes: build it, install it into a temporary folder, link a program with it in all
# four ways, look at them with ldd, and run a real program on it. Nothing of the system is changed
# but for missing packages (apt-get, when root or sudo allows).
set -eu
top=$(cd "$(dirname "$0")" && pwd)
. "$top/tools/fresh.sh"
need_packages autoconf automake libtool pkg-config make gcc libc6-dev binutils python3

work=$(mktemp -d "${TMPDIR:-/tmp}/ashlar-try.XXXXXX")
trap 'rm -rf "$work"' EXIT
prefix=$work/ashlar

quietly() { "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log"; echo "failed: $*"; exit 1; }; }
show() { echo "\$ $*"; sh -c "$*"; }
must_show() { pattern=$1; shift; show "$@" >"$work/out" 2>&1 || :; cat "$work/out"
	grep -q -- "$pattern" "$work/out" || { echo "that is not as it should be"; exit 1; }; }
must_not_show() { pattern=$1; shift; show "$@" >"$work/out" 2>&1 || :; cat "$work/out"
	! grep -q -- "$pattern" "$work/out" || { echo "that is not as it should be"; exit 1; }; }

say "building and installing"
fresh_copy "$top" "$work/src"
mkdir "$work/build" "$work/demo"
cd "$work/build"
quietly "$work/src/configure" --prefix="$prefix"
quietly make -j"$jobs"
quietly make install
(cd "$prefix" && find . ! -type d | sort)

cd "$work/demo"
cp "$top/examples/mem_test.c" .
LD_LIBRARY_PATH=$prefix/lib
export LD_LIBRARY_PATH

say "a program linked with ashlar"
show "gcc -g -o mem_test mem_test.c -L$prefix/lib -lashlar"
must_show "libashlar.so.2 => $prefix/lib" ldd ./mem_test
show ./mem_test

say "the same program without it"
show "gcc -g -o mem_test mem_test.c"
must_not_show libashlar ldd ./mem_test

say "and with it after all"
must_show "libashlar.so.2" "LD_PRELOAD=libashlar.so.2 ldd ./mem_test"
show "LD_PRELOAD=libashlar.so.2 ./mem_test"

say "a static program on ashlar"
show "gcc -static -o mem_test_static mem_test.c -L$prefix/lib -lashlar"
must_show "not a dynamic executable" ldd ./mem_test_static
must_show " T ashlar_" "nm mem_test_static | grep ' T ashlar_' | head -n 3"
show ./mem_test_static

say "a real program on ashlar, and the figures of its heap"
cat >words.py <<'E1'
import collections, random
random.seed(1)
words = [''.join(random.choices('abcde', k=random.randint(3, 40))) for _ in range(100000)]
count = collections.Counter(w[:3] for w in words)
print(sum(count.values()), 'words,', len(count), 'beginnings')
E1
PATH=$prefix/bin:$PATH
export PATH PYTHONMALLOC=malloc
must_show "100000 words, 125 beginnings" \
	"ASHLAR_CONF=stats_print:true ashlar.sh /usr/bin/python3 words.py 2>&1 | sed -n 1,32p"
grep -q '^___ Begin ashlar statistics' "$work/out" || { echo "the figures are missing"; exit 1; }
echo
echo "All as it should be."
