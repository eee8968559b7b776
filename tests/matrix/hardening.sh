#!/bin/sh
# The flags that Debian builds its packages with.
. "$(dirname "$0")/env.sh"
need dpkg-buildflags
DEB_BUILD_MAINT_OPTIONS="hardening=+all optimize=+lto"
export DEB_BUILD_MAINT_OPTIONS
flags() { dpkg-buildflags --get "$1"; }
variant CFLAGS="$(flags CFLAGS)" CPPFLAGS="$(flags CPPFLAGS)" LDFLAGS="$(flags LDFLAGS)"
