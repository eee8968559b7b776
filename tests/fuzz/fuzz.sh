#!/bin/sh
# Part of make check: random inputs to the fuzzing target, without a fuzzer. FUZZ_SEED=N for others.
set -eu
exec "${top_builddir:-.}"/tests/fuzz/fuzz_ops --random 100 "${FUZZ_SEED:-1}"
