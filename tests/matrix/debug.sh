#!/bin/sh
# --enable-debug: internal assertions.
. "$(dirname "$0")/env.sh"
variant --enable-debug
grep -q '^#define ASHLAR_DEBUG 1' config.h || fail "ASHLAR_DEBUG is not defined"
