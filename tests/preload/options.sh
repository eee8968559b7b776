#!/bin/sh
# Each option does what it says, and without it nothing of that happens.
. "$(dirname "$0")/env.sh"
compile options
program=$tmp/options

run() { timeout 60 env ASHLAR_CONF="$options" LD_PRELOAD="$lib" "$program" "$@" >"$tmp/out" 2>&1; }
# yes OPTIONS CASE...: the case is so, and not a word on stderr; no OPTIONS CASE...: it is not.
yes()
{
	options=$1
	shift
	status=0
	run "$@" || status=$?
	[ $status -eq 0 ] || fail "$options: $*: status $status: $(cat "$tmp/out")"
	! grep -q '^ashlar:' "$tmp/out" || fail "$options: $*: $(cat "$tmp/out")"
}
no()
{
	options=$1
	shift
	status=0
	run "$@" || status=$?
	[ $status -eq 1 ] || fail "${options:-no option}: $*: status $status: $(cat "$tmp/out")"
}
# dies OPTIONS LINE CASE...: the process aborts, and says why.
dies()
{
	options=$1 line=$2
	shift 2
	status=0
	run "$@" || status=$?
	[ $status -eq 134 ] || fail "$options: $*: status $status: $(cat "$tmp/out")"
	grep -q "^ashlar: $line" "$tmp/out" || fail "$options: $*: $(cat "$tmp/out")"
}

yes junk:alloc new 0xa5
yes junk:true new 0xa5
no junk:free new 0xa5
no "" new 0xa5
yes junk:free freed 0x5a
yes junk:true freed 0x5a
yes junk:alloc freed 0x77
yes "" freed 0x77
yes zero:true new 0
yes zero:true,junk:true new 0
no "" new 0
yes perturb:43 new 0xd4
yes perturb:43 freed 0x2b
yes perturb:43,junk:true new 0xd4
yes "" perturb # mallopt
for all in junk:true zero:true perturb:1 tcache:false,junk:true tcache_max:0 tcache_max:512,zero:true thp:always thp:never; do
	yes $all work
done

for how in malloc calloc realloc pvalloc posix_memalign; do
	yes "" nomem $how
	dies xmalloc:true "out of memory: [0-9]* bytes" nomem $how
done
yes xmalloc:true nomem.shrink
yes "" zero_realloc.null
yes zero_realloc:free zero_realloc.null
yes zero_realloc:alloc zero_realloc.block
no "" zero_realloc.block
dies zero_realloc:abort 'realloc(0x[0-9a-f]*): size 0' zero_realloc.null

yes "" cached 2048
no tcache_max:1024 cached 2048
yes tcache_max:1024 cached 1024
no lg_tcache_max:10 cached 2048
no tcache_max:0 cached 64

# 64 MiB were allocated, in two threads
reports() { run interval || fail "$options: interval: $(cat "$tmp/out")"; grep -c 'Begin ashlar statistics' "$tmp/out" || :; }
options=stats_interval:67108864
one=$(reports)
[ "$one" -ge 1 ] || fail "$options: no report"
options=stats_interval:1048576
many=$(reports)
[ "$many" -ge $((one * 60)) ] && [ "$many" -le $((one * 65)) ] || fail "$options: $many lines, one report has $one"
options=stats_interval:65536
run interval_allocating || fail "$options: a malloc_message that allocates"
[ "$(grep -c 'Begin ashlar statistics' "$tmp/out")" = 1 ] || fail "$options: $(cat "$tmp/out")"
options=stats_interval:-1
[ "$(reports)" = 0 ] || fail "$options: a report: $(cat "$tmp/out")"

if [ -d /sys/kernel/mm/transparent_hugepage ]; then
	yes thp:always huge ' hg'
	no "" huge ' hg'
	yes thp:never huge ' nh'
	no "" huge ' nh'
fi

# The C library's words.
for variable in MALLOC_PERTURB_=43 GLIBC_TUNABLES=glibc.malloc.perturb=43; do
	env "$variable" LD_PRELOAD="$lib" "$program" new 0xd4 || fail "$variable"
done
GLIBC_TUNABLES=glibc.malloc.tcache_count=0 LD_PRELOAD=$lib "$program" cached 2048 && fail "tcache_count=0" || :
MALLOC_CONF=junk:true,hpa:true LD_PRELOAD=$lib "$program" new 0xa5 2>"$tmp/out" || fail "MALLOC_CONF"
[ ! -s "$tmp/out" ] || fail "MALLOC_CONF: $(cat "$tmp/out")"
