#!/bin/sh
# clang instead of gcc.
. "$(dirname "$0")/env.sh"
need clang
variant CC=clang
