#!/bin/sh
# --disable-static: no archive is built or installed.
. "$(dirname "$0")/env.sh"
variant --disable-static
[ -z "$(find . -maxdepth 1 -name '*.a')" ] || fail "there are archives: $(ls ./*.a)"
