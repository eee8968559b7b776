#!/bin/sh
# From a checkout to a tree with ./configure in it.
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force "$@"
