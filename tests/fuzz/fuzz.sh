#!/bin/sh
# Part of make check: random inputs to the fuzzing targets, without a fuzzer. FUZZ_SEED=N for others.
set -eu
cd "${top_builddir:-.}"
tests/fuzz/fuzz_ctl --random 2000 "${FUZZ_SEED:-1}"
exec tests/fuzz/fuzz_ops --random 100 "${FUZZ_SEED:-1}"
