#!/bin/sh
# gcc -O3, and once more when linking.
. "$(dirname "$0")/env.sh"
variant CFLAGS='-O3 -g -flto=auto'
