#!/bin/sh
# --enable-debug: internal assertions. distcheck.sh runs the tests on such a build, all of them.
. "$(dirname "$0")/env.sh"
build --enable-debug
grep -q '^#define ASHLAR_DEBUG 1' config.h || fail "ASHLAR_DEBUG is not defined"
