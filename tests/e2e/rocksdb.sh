#!/bin/sh
# RocksDB: a database written, compacted and read by threads, through its C interface. Its allocator for caches
# (an arena of jemalloc's with extent hooks that keep it out of core dumps) Debian's library says it was built
# without: its source, from Debian's archive, is linked into the program, and finds jemalloc's functions or not.
. "$(dirname "$0")/lib.sh"
need gcc g++
[ -e /usr/include/rocksdb/c.h ] || skip "no librocksdb-dev"

gcc -O1 -o "$tmp/plain" "$top/tests/e2e/rocksdb.c" -lrocksdb -pthread
work() { "$tmp/plain" data 3>>"$tmp/notes"; }
compare
[ "$(grep -c 'Not compiled with JEMALLOC' "$tmp/notes")" -eq 2 ] || fail "Debian's library: $(cat "$tmp/notes")"

need_source rocksdb
# shellcheck disable=SC2086 # words
g++ -std=c++17 -O1 -w -DNDEBUG -DROCKSDB_JEMALLOC -DROCKSDB_PLATFORM_POSIX -DROCKSDB_LIB_IO_POSIX -DOS_LINUX \
	-I"$source" -I"$source/include" $jemalloc_flags \
	-c "$source/memory/jemalloc_nodump_allocator.cc" -o "$tmp/allocator.o" 2>"$tmp/build.log" ||
	{ show "$tmp/build.log" "g++"; fail "RocksDB's allocator does not build with <ashlar/jemalloc.h>"; }
g++ -O1 -o "$tmp/own" -x c "$top/tests/e2e/rocksdb.c" -x none "$tmp/allocator.o" -lrocksdb -pthread
rm -rf "$tmp/libc" "$tmp/ashlar" "$tmp/notes"
work() { "$tmp/own" data 3>>"$tmp/notes"; }
compare
# libc: why not, use of the cache and what is left out of core dumps, the latter at the end; the same of ashlar
cat "$tmp/notes"
awk 'NR == 1 { good = /only available with jemalloc/ } NR == 2 { good = good && $2 == 0 }
	NR == 4 { good = good && $0 == "its own memory" }
	NR == 5 { good = good && $2 > 0.9 * $1 && $2 < 1.3 * $1 }
	NR == 6 { good = good && $1 < 1024 }
	END { exit !(good && NR == 6) }' "$tmp/notes" || fail "the cache is not in memory of its own"
