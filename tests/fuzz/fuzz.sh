#!/bin/sh
# Part of make check: random inputs to the fuzzing targets, without a fuzzer. FUZZ_SEED=N for others.
set -eu
"${top_builddir:-.}"/tests/fuzz/fuzz_ops --random 100 "${FUZZ_SEED:-1}"
"${top_builddir:-.}"/tests/fuzz/fuzz_ctl --random 2000 "${FUZZ_SEED:-1}"
"${top_builddir:-.}"/tests/fuzz/fuzz_conf --random 20000 "${FUZZ_SEED:-1}"
