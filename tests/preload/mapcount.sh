#!/bin/sh
# Mappings: a process may have 65530, and each fault and fork pays for them. A heap of some GiB with holes has
# not a hundred more than an empty one. (With a C library that maps larger blocks one by one: thousands.)
. "$(dirname "$0")/env.sh"
compile mapcount
mapcount=$tmp/mapcount

blocks=200000 # some GiB of address space; few of their pages are touched
[ "$(cat /proc/sys/vm/overcommit_memory)" != 2 ] || blocks=20000
without mapcount "$mapcount" blocks 2000 1024 65536 0
with mapcount.even "$mapcount" blocks $blocks 1024 65536 0
with mapcount.doublings "$mapcount" doublings $blocks 1024 65536 0
with mapcount.pages "$mapcount" doublings $blocks 4096 16384 0
with mapcount.touched "$mapcount" blocks 20000 1024 65536 1

# A core file is as large as the mappings, but for what is not readable: the page map has 768 KiB of the
# process, the first mapping of a heap 1 MiB. What is on the disk of it is what footprint.sh counts.
without coresz "$mapcount" dump
kib=$(cat "$tmp/out")
with coresz "$mapcount" dump
[ $(($(cat "$tmp/out") - kib)) -lt 2048 ] || fail "coresz: $(cat "$tmp/out") KiB, $kib without ashlar"
