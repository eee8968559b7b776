#!/bin/sh
# clang, optimized when linking, with the linker of LLVM.
. "$(dirname "$0")/env.sh"
need clang ld.lld llvm-ar
variant CC=clang CFLAGS='-O3 -g -flto' LDFLAGS=-fuse-ld=lld AR=llvm-ar RANLIB=llvm-ranlib NM=llvm-nm
