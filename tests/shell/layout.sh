#!/bin/sh
# What a small program uses of the library lies together (lib/near.list): no function that is not listed there is
# called by one. Such a call would make pages of the library resident that lie elsewhere.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition
need nm

# The list has no name that the sources do not have.
[ "$(wc -l <"$src/lib/near.list")" -gt 100 ] || broken "near.list is short"
cat "$src"/lib/*/*.[ch] | tr -c 'A-Za-z0-9_' '\n' | sort -u >"$tmp/words"
gone=$(sort "$src/lib/near.list" | comm -23 - "$tmp/words" | tr '\n' ' ')
[ -z "$gone" ] || fail "in lib/near.list, but not in the sources: $gone(lib/near.sh writes it anew)"

near=$(nm "$lib" | sed -n 's/ . ash_near_end$//p')
[ -n "$near" ] || skip "the linker does not place functions"
near=$((0x$near / 1024))
case " $CFLAGS " in
*' -flto'*) skip "there are no functions to place: $CFLAGS" ;;
*' -O2 '*) ;;
*) skip "the list is for -O2, this is $CFLAGS" ;;
esac
! $CC -dM -E - </dev/null | grep -q __clang__ || skip "the list is for gcc"
! grep -q '^#define ASHLAR_DEBUG' "$build/config.h" || skip "configured with --enable-debug"

# Where the kernel maps 64 KiB around a page, how much lies after the last one depends on the address: 30 KiB, on
# average. A second such place would make it 60 more.
runs=40
i=0
while [ $i -lt $runs ]; do
	LD_PRELOAD=$lib cat /proc/self/smaps
	i=$((i + 1))
done >"$tmp/smaps"
rss=$(awk -v name="/$(basename "$(realpath "$lib")")" '
	/^[0-9a-f]+-/ { of_text = index($0, name) && $2 == "r-xp"; n += of_text }
	of_text && /^Rss:/ { sum += $2 }
	END { if (n) print int(sum / n) }' "$tmp/smaps")
[ -n "$rss" ] || broken "the library was not found in smaps"
[ "$rss" -le $((near + 45)) ] ||
	fail "$rss KiB of the library's text are resident in cat, $near are what it uses (lib/near.sh lists that)"
