#!/bin/sh
# The API under sanitizers and valgrind; sanitizers.sh does the same for the units.
. "$(dirname "$0")/env.sh"

# run CONFIGURE-ARGUMENTS -- TESTS: builds in a directory of its own, runs the tests
run()
{
	variant=$1
	tests=$2
	shift 2
	mkdir "$variant"
	cd "$variant"
	"$src/configure" --enable-debug --disable-static "$@"
	make -j"$jobs"
	check "$tests"
}

# UndefinedBehaviorSanitizer without its runtime: what is undefined is a trap, so that the library
# can replace malloc as ever.
api='tests/api/test_aligned tests/api/test_calloc tests/api/test_death tests/api/test_fork
	tests/api/test_glibc tests/api/test_malloc tests/api/test_names tests/api/test_realloc
	tests/api/test_threads tests/api/test_usable'
random='tests/fuzz/fuzz.sh tests/stress/stress.sh'
run undefined "$(echo $api $random tests/fault/inject)" \
	CFLAGS="-O1 -g -fsanitize=undefined -fsanitize-undefined-trap-on-error"

# The runtimes of the others own malloc; a prefix leaves it to them.
cd "$build"
single='tests/api/test_aligned tests/api/test_calloc tests/api/test_malloc tests/api/test_realloc
	tests/api/test_usable'
ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
export ASAN_OPTIONS
run address "$(echo $single $random)" --with-ashlar-prefix=san_ \
	CFLAGS="-O1 -g -fsanitize=address -fno-omit-frame-pointer"
# Threads that run at the same time, or there is no race to find: those of tests/fuzz do not.
cd "$build"
STRESS_THREADED=1
export STRESS_THREADED
run thread tests/stress/stress.sh --with-ashlar-prefix=san_ \
	CFLAGS="-O1 -g -fsanitize=thread -fno-omit-frame-pointer"

# valgrind, told to leave malloc to us: every access of the allocator to memory is looked at.
cd "$build"
if command -v valgrind >/dev/null; then
	mkdir plain
	cd plain
	"$src/configure" --disable-static CFLAGS="-O1 -g"
	make -j"$jobs"
	make -j"$jobs" tests/stress/stress tests/fuzz/fuzz_ops
	memcheck="./libtool --mode=execute valgrind -q --error-exitcode=9 --leak-check=no
		--soname-synonyms=somalloc=nouseintercepts"
	$memcheck tests/stress/stress --seed 1 --ops 20000 --max-mib 32
	$memcheck tests/stress/stress --seed 2 --ops 5000 --threads 4 --turnover 500 --max-mib 32
	$memcheck tests/fuzz/fuzz_ops --random 5
else
	echo "$name: no valgrind"
fi
