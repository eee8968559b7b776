#!/bin/sh
# Everything: build, make check, real programs on the library (tests/e2e), and in a Debian of their own
# with the library in its ld.so.preload (tests/preload/chroot), then the packages (tests/packages), other
# machines (tests/platforms), and the matrix of compilers and options (tests/matrix). Ends with the totals;
# exits with 0 only if nothing failed. ./test.sh --quick ends after make check.
#
# The last line counts Check's tests one by one, each shell test, each program in the chroot, each script
# of tests/packages, each other machine and each variant of the matrix.
set -u
top=$(cd "$(dirname "$0")" && pwd)
. "$top/tools/fresh.sh"
# to build; to test the build; the programs that tests/e2e runs
need_packages autoconf automake libtool pkg-config make gcc libc6-dev binutils check \
	g++ clang lld llvm groff-base man-db xz-utils dpkg-dev file strace mmdebstrap iproute2 abigail-tools \
	$(sh "$top/tests/platforms/run.sh" --short --packages) \
	$(sed 's/#.*//' "$top/tests/e2e/packages" 2>/dev/null) \
	$(sed -n 's/^# packages: *//p' "$top"/tests/packages/*.sh)

work=${ASHLAR_TEST_DIR:-}
if [ -z "$work" ]; then
	work=$(mktemp -d "${TMPDIR:-/tmp}/ashlar-test.XXXXXX")
	trap 'rm -rf "$work"' EXIT
fi
passed=0 failed=0 skipped=0 checks=0

fail()
{
	failed=$((failed + 1))
	echo "FAIL: $*"
}

# totals FOLDER: add up what make check left there. A program that uses Check counts with each of its
# checks, and as one failure if it died before it could tell.
totals()
{
	for trs in $(find "$1" -name '*.trs'); do
		result=$(sed -n 's/^:test-result: //p' "$trs" | head -n 1)
		counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' \
			"${trs%.trs}.log" | awk '{ n += $1; f += $2 + $3 } END { if (NR) print n, f }')
		case $result in
		PASS) ok=1 bad=0 ;;
		SKIP) ok=0 bad=0 skipped=$((skipped + 1)) ;;
		*) ok=0 bad=1 ;;
		esac
		if [ -n "$counts" ]; then
			checks=$((checks + ${counts% *}))
			[ "${counts#* }" -eq 0 ] || bad=${counts#* }
			ok=$((${counts% *} - ${counts#* }))
		fi
		passed=$((passed + ok))
		failed=$((failed + bad))
	done
}

say "building"
if ! fresh_copy "$top" "$work/src" ||
	! mkdir -p "$work/build" || ! cd "$work/build" ||
	! "$work/src/configure" --enable-werror >configure.log 2>&1 ||
	! make -j"$jobs" >make.log 2>&1; then
	cd "$work/build" 2>/dev/null && tail -n 40 "$(ls -t ./*.log | head -n 1)"
	fail "the build"
	echo "$passed passed, $failed failed"
	exit 1
fi

say "make check"
status=0
make -j"$jobs" check VERBOSE=1 >check.log 2>&1 || status=$?
grep -v '^  \(CC\|CCLD\|GEN\) ' check.log
if [ "${1-}" != --quick ]; then
	make -j"$jobs" check-e2e VERBOSE=1 >e2e.out 2>&1 || [ $status -ne 0 ] || status=1
	grep -v '^make' e2e.out
fi
totals "$work/build"
# Tests that do not build leave no result behind.
[ $status -eq 0 ] || [ "$failed" -gt 0 ] || fail "make check"
grep -h '^[0-9]*%: Checks: ' $(find "$work/build/tests" -name '*.log') /dev/null | awk '
	{ gsub(/,/, ""); n += $3; f += $5; e += $7 }
	END { printf "Check: %d checks, %d failures, %d errors\n", n, f, e }'
[ $((passed + failed)) -gt 0 ] || fail "make check ran nothing"

if [ "${1-}" != --quick ]; then
	say "programs in a chroot"
	start=$(date +%s)
	status=0
	top_builddir=$work/build sh "$work/src/tests/preload/chroot/run.sh" --short \
		--results "$work/chroot.csv" >"$work/chroot.log" 2>&1 || status=$?
	cat "$work/chroot.log"
	if [ $status -eq 77 ]; then
		skipped=$((skipped + 1))
	else
		good=$(grep -c '^ashlar,.*,pass,' "$work/chroot.csv")
		bad=$(grep -c '^ashlar,.*,\(FAILS\|hangs\|complains\),\|,not run,' "$work/chroot.csv")
		passed=$((passed + good))
		failed=$((failed + bad))
		[ $status -eq 0 ] || [ "$bad" -gt 0 ] || fail "the chroot"
	fi
	echo "chroot: exit $status after $(($(date +%s) - start)) s"

	say "platforms"
	start=$(date +%s)
	status=0
	sh "$work/src/tests/platforms/run.sh" --short >"$work/platforms.log" 2>&1 || status=$?
	cat "$work/platforms.log"
	passed=$((passed + $(grep -c '^[a-z0-9]*: [0-9]* checks' "$work/platforms.log")))
	skipped=$((skipped + $(grep -c '^[a-z0-9]*: skipped' "$work/platforms.log")))
	case $status in
	0 | 77) ;;
	*) fail "platforms" ;;
	esac
	echo "platforms: exit $status after $(($(date +%s) - start)) s"

	say "packages"
	# shellcheck disable=SC2016 # the inner shell's own
	printf '%s\n' "$work"/src/tests/packages/*.sh | xargs -P "$jobs" -n 1 sh -c '
		log=$0/packages-$(basename "$1" .sh).log
		start=$(date +%s)
		status=0
		sh "$1" >"$log" 2>&1 || status=$?
		echo "$(basename "$1" .sh): exit $status after $(($(date +%s) - start)) s" | tee -a "$log"' "$work"
	for log in "$work"/packages-*.log; do
		case $(tail -n 1 "$log") in
		*': exit 0 after '*) passed=$((passed + 1)) ;;
		*': exit 77 after '*) skipped=$((skipped + 1)); tail -n 2 "$log" | head -n 1 ;;
		*) tail -n 60 "$log"; fail "packages: $(basename "$log" .log)" ;;
		esac
	done

	# As many variants at a time as there are processors, with one job each, so that configure, links
	# and tests that wait keep no processor idle. The longest come first.
	say "matrix"
	longest="sanitize distcheck sanitizers"
	variants=$longest
	for script in "$work"/src/tests/matrix/*.sh; do
		variant=$(basename "$script" .sh)
		case " env $longest " in
		*" $variant "*) ;;
		*) variants="$variants $variant" ;;
		esac
	done
	ASHLAR_MATRIX_DIR=$work/matrix ASHLAR_MATRIX_JOBS=1
	export ASHLAR_MATRIX_DIR ASHLAR_MATRIX_JOBS
	rm -f "$work"/*.status
	# shellcheck disable=SC2016 # the inner shell's own
	printf '%s\n' $variants | xargs -P "$jobs" -n 1 sh -c '
		start=$(date +%s)
		status=0
		sh "$0/src/tests/matrix/$1.sh" >"$0/$1.log" 2>&1 || status=$?
		echo $status >"$0/$1.status"
		rm -rf "$ASHLAR_MATRIX_DIR/$1"
		echo "$1: exit $status after $(($(date +%s) - start)) s"' "$work"
	for variant in $variants; do
		case $(cat "$work/$variant.status") in
		0) passed=$((passed + 1)) ;;
		77) skipped=$((skipped + 1)); tail -n 1 "$work/$variant.log" ;;
		*) tail -n 60 "$work/$variant.log"; fail "matrix: $variant" ;;
		esac
	done
fi

say "totals"
echo "Check: $checks checks; scripts skipped: $skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
