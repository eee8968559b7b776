#!/bin/sh
# Fuzzes the API with libFuzzer: run.sh [SECONDS] (default 30) [CORPUS]. Skipped without clang.
# A crash leaves its input behind; tests/fuzz/fuzz_ops FILE replays it, under a debugger too.
set -eu
src=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
seconds=${1:-${FUZZ_SECONDS:-30}}

libs=$build/.libs
[ -f "$libs/libashlar.so" ] || { echo "run.sh: no library in $libs" >&2; exit 99; }
command -v clang >/dev/null || { echo "run.sh: skipped: no clang"; exit 77; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
corpus=${2:-$tmp/corpus}
mkdir -p "$corpus"
if ! clang -std=gnu11 -O1 -g -fno-builtin -fsanitize=fuzzer -o "$tmp/fuzz_ops" "$src/fuzz_ops.c" \
	-L"$libs" -lashlar -Wl,-rpath,"$libs" -pthread 2>"$tmp/log"; then
	cat "$tmp/log"
	grep -q 'cannot find.*fuzzer' "$tmp/log" || exit 1
	echo "run.sh: skipped: clang without libFuzzer"
	exit 77
fi
# Everything here is checked by the target itself; limits are for what runs away.
"$tmp/fuzz_ops" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 -malloc_limit_mb=0 \
	-timeout=20 -detect_leaks=0 -print_final_stats=1 -artifact_prefix="$build/" "$corpus" \
	2>"$tmp/log" || { tail -n 50 "$tmp/log"; exit 1; }
grep -e 'number_of_executed_units' -e 'cov:' "$tmp/log" | tail -n 2
