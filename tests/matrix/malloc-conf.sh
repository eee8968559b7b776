#!/bin/sh
# --with-malloc-conf: options that the library starts with.
. "$(dirname "$0")/env.sh"
variant --with-malloc-conf=narenas:3,dirty_decay_ms:300
grep -q '^#define ASHLAR_CONF_DEFAULT "narenas:3,dirty_decay_ms:300"$' config.h || fail "config.h"
ASHLAR_CONF=confirm_conf:true,dirty_decay_ms:400 LD_PRELOAD=$build/.libs/libashlar.so.2 /bin/true 2>out ||
	fail "true fails"
grep -q 'dirty_decay_ms[^0-9]*400' out || fail "the environment does not win: $(cat out)"
grep -q 'narenas[^0-9]*3' out || fail "the options are not in force: $(cat out)"
mkdir wrong
cd wrong
for wrong in 'a"b' 'a\b'; do
	! "$src/configure" --with-malloc-conf="$wrong" >/dev/null 2>&1 || fail "configure takes $wrong"
done
