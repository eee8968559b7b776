#!/bin/sh
# Short runs of the random operations: one thread, several, several with turnover and trimming.
# STRESS_SEED=N repeats what a failed run printed; STRESS_FACTOR=N makes it N times as long;
# STRESS_THREADED=1 leaves out what runs in one thread.
set -eu
stress=${top_builddir:-.}/tests/stress/stress
[ -x "$stress" ] || { echo "stress.sh: no $stress" >&2; exit 99; }
seed=${STRESS_SEED:+--seed $STRESS_SEED}
n=${STRESS_FACTOR:-1}
# shellcheck disable=SC2086 # $seed is two words, or none
{
	[ -n "${STRESS_THREADED-}" ] || "$stress" $seed --ops $((300000 * n))
	"$stress" $seed --ops $((100000 * n)) --threads 4
	"$stress" $seed --ops $((30000 * n)) --threads 4 --turnover 500 --trim --max-mib 64
	"$stress" $seed --ops $((2000 * n)) --threads 64 --turnover 200 --max-live 6400
	# Little but the start of the heap, with threads at work already.
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		"$stress" $seed --ops 1500 --threads 4
	done
}
