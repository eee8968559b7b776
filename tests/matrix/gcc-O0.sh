#!/bin/sh
# No optimization at all: nothing may depend on inlining, or on a call becoming a jump.
. "$(dirname "$0")/env.sh"
variant CFLAGS='-O0 -g'
