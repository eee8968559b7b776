#!/bin/sh
# --disable-initial-exec-tls: the library has no static TLS.
. "$(dirname "$0")/env.sh"
variant --disable-initial-exec-tls
! readelf -dW .libs/libashlar.so | grep STATIC_TLS || fail "the library still wants static TLS"
