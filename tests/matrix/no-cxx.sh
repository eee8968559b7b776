#!/bin/sh
# --disable-cxx: operator new stays the C++ library's.
. "$(dirname "$0")/env.sh"
variant --disable-cxx
! nm -D --defined-only .libs/libashlar.so | grep ' _Z' || fail "C++ operators are exported"
need g++
cat >new.cc <<'E1'
#include <string>
int main() { std::string *s = new std::string(100, 'x'); bool ok = s->size() == 100; delete s; return !ok; }
E1
g++ -o new new.cc
LD_PRELOAD=$build/.libs/libashlar.so.2 LD_DEBUG=bindings ./new >bindings 2>&1 || fail "new fails: $(tail bindings)"
grep -q 'binding file .*/new .* to .*libstdc++.*`_Znwm' bindings || fail "operator new is not libstdc++'s"
grep -q 'binding file .*libstdc++.* to .*libashlar.*`malloc' bindings || fail "its malloc is not ashlar's"
