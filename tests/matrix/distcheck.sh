#!/bin/sh
# make distcheck: a release builds from a read-only folder, installs, and leaves nothing.
. "$(dirname "$0")/env.sh"
"$src/configure"
make -j"$jobs" distcheck DISTCHECK_CONFIGURE_FLAGS=--enable-debug
