#!/bin/sh
# The flags that Fedora builds its packages with, from its redhat-rpm-config; -fPIE and -pie come by specs,
# as there.
. "$(dirname "$0")/env.sh"
need gcc
printf '*cc1_options:\n+ %s\n' '%{!r:%{!fpie:%{!fPIE:%{!fpic:%{!fPIC:%{!fno-pic:-fPIE}}}}}}' >"$build/cc1"
printf '*self_spec:\n+ %s\n\n*link:\n+ -z now\n' '%{!static:%{!shared:%{!r:-pie}}}' >"$build/ld"
flags="-O2 -flto=auto -ffat-lto-objects -fexceptions -g -grecord-gcc-switches -pipe -Wall
	-Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=3 -Wp,-D_GLIBCXX_ASSERTIONS -specs=$build/cc1
	-fstack-protector-strong -fasynchronous-unwind-tables -fno-omit-frame-pointer"
case $(uname -m) in
x86_64) flags="$flags -m64 -march=x86-64 -mtune=generic -fstack-clash-protection -fcf-protection
	-mno-omit-leaf-frame-pointer" ;;
esac
flags=$(echo $flags)
variant CC=gcc CXX=g++ CFLAGS="$flags" CXXFLAGS="$flags" \
	LDFLAGS="-Wl,-z,relro -Wl,--as-needed -Wl,-z,now -specs=$build/ld -Wl,--build-id=sha1"
