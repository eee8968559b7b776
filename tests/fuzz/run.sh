#!/bin/sh
# Fuzzes with libFuzzer: run.sh [SECONDS] (default 30) [CORPUS] [TARGET]; the target is fuzz_ops (the API),
# fuzz_ctl (control names) or fuzz_conf (options). Skipped without clang.
#
# Library and target are compiled together, with coverage and assertions on, under other names than
# malloc's: the fuzzer's own allocations stay libc's. A crash leaves its input in the build
# directory; tests/fuzz/TARGET FILE replays it on the library as it was built.
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
seconds=${1:-${FUZZ_SECONDS:-30}}
target=${3:-fuzz_ops}
mute=0
[ "$target" != fuzz_conf ] || mute=2 # its standard error, which is full of complaints

command -v clang >/dev/null || { echo "run.sh: skipped: no clang"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
corpus=${2:-$tmp/corpus}
mkdir -p "$corpus" "$tmp/ashlar"

echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' >"$tmp/try.c"
if ! clang -fsanitize=fuzzer -o "$tmp/try" "$tmp/try.c" 2>"$tmp/log"; then
	echo "run.sh: skipped: clang has no libFuzzer"
	exit 77
fi
sed 's/@ashlar_prefix@/fuzz_/g' "$src/include/ashlar/prefixed.h.in" >"$tmp/ashlar/prefixed.h"
# shellcheck disable=SC2046 # a list of files without spaces
clang -std=gnu11 -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer -fno-builtin -fexceptions -pthread \
	-DASHLAR_PREFIX=fuzz_ -DASHLAR_TEST_PREFIX=fuzz_ -DASHLAR_DEBUG=1 -DPACKAGE_VERSION='"0"' \
	-I"$tmp" -I"$src/include" -I"$src/lib" -o "$tmp/$target" \
	$(find "$src/lib" -name '*.c' ! -name 'new*.c') "$src/tests/fuzz/$target.c"

# The target checks everything itself; the limits are for what runs away.
"$tmp/$target" -max_total_time="$seconds" -max_len=4096 -len_control=0 -rss_limit_mb=2048 \
	-timeout=20 -detect_leaks=0 -print_final_stats=1 -close_fd_mask=$mute -artifact_prefix="$build/" "$corpus" \
	2>"$tmp/log" || { tail -n 50 "$tmp/log"; exit 1; }
grep -e 'number_of_executed_units' -e 'cov:' "$tmp/log" | tail -n 2
