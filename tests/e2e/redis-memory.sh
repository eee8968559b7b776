#!/bin/sh
# redis: what it tells of its memory, with the figures of the allocator's control names, against what the kernel
# says of the process. Debian's server is linked with libjemalloc: the first time it is jemalloc that answers,
# and the bounds must hold for it, too, but that it counts all its metadata as resident.
. "$(dirname "$0")/lib.sh"
need redis-server redis-cli

cli() { redis-cli -s "$PWD/sock" "$@"; }

# start [OPTIONS OF THE ALLOCATOR]
start()
{
	MALLOC_CONF=${1-} redis-server --port 0 --unixsocket "$PWD/sock" --dir "$PWD" --save '' --appendonly no \
		--daemonize no --logfile "$PWD/log" --enable-debug-command yes >/dev/null &
	server=$!
	trap 'kill $server 2>/dev/null || :' EXIT
	wait_for cli ping
}

stop()
{
	cli shutdown nosave || :
	wait "$server"
}

# another thread frees
is_freed() { cli info memory | grep -q '^lazyfree_pending_objects:0'; }

# info NAME: from the last figures
info() { awk -F: -v name="$1" '$1 == name { print $2 + 0; exit }' info; }

# figures: INFO memory, of now (the server asks the allocator ten times a second), and the kernel's
figures()
{
	sleep 0.6
	heap=$(heap_kb "$server")
	cli info memory | tr -d '\r' >info
	allocated=$(info allocator_allocated) active=$(info allocator_active) resident=$(info allocator_resident)
}

# plausible WHEN
plausible()
{
	figures
	holds "$1: allocated <= active <= resident" "$allocated <= $active && $active <= $resident"
	# redis adds up the usable sizes of its own blocks
	used=$(info used_memory)
	holds "$1: allocated is what redis counts, and little more" \
		"$allocated >= 0.98 * $used && $allocated <= 1.02 * $used + 1048576"
	holds "$1: resident is what the kernel counts" \
		"$resident >= 0.98 * $heap * 1024 - 1048576 && $resident <= 1.02 * $heap * 1024 + $unfelt"
	cli memory stats >stats
	for figure in allocated active resident; do
		now=$(grep -A 1 -x "allocator\.$figure" stats | tail -n 1)
		was=$(info allocator_$figure)
		holds "$1: MEMORY STATS and INFO agree on $figure" \
			"$now >= 0.99 * $was && $now <= 1.01 * $was"
	done
	holds "$1: the ratio is that of active to allocated" \
		"($(info allocator_frag_ratio) - $active / $allocated) ^ 2 < 0.0004"
}

work()
{
	unfelt=0
	[ -n "${LD_PRELOAD-}" ] || unfelt=$((8 << 20))
	binds_to_ashlar redis-server --version
	start
	grep -q jemalloc <<E1 || { echo "built without jemalloc" >&2; return 77; }
$(cli info memory | grep mem_allocator)
E1
	cat /proc/"$server"/maps >maps
	figures
	empty=$heap
	cli debug populate 400000 key 200
	plausible filled
	holds "filled: it has grown by the data" "$heap - $empty > 400000 * 230 / 1024"
	cli memory doctor | cut -c 1-52

	cli eval 'local n = 0
		for i = 0, 399999 do
			if i % 5 > 0 then redis.call("DEL", "key:" .. i) n = n + 1 end
		end
		return n' 0
	plausible thinned
	holds "thinned: the ratio tells of it" "$(info allocator_frag_ratio) > 2"
	cli memory doctor | grep -o 'High allocator fragmentation'
	cli memory purge
	plausible purged
	cli config set activedefrag yes
	cli config get activedefrag

	cli memory malloc-stats >malloc-stats
	grep -o "Begin [a-z]* statistics" malloc-stats >&3
	figures
	told=$(sed -n 's/^Allocated: \([0-9]*\), active.*/\1/p' malloc-stats)
	holds "MALLOC-STATS tells of as much" "$told >= 0.99 * $allocated && $told <= 1.01 * $allocated"
	stop

	# The allocator is told to keep what is freed: it takes MEMORY PURGE to return it. (FLUSHALL without ASYNC
	# does as much.)
	for how in deleted flushed; do
		start dirty_decay_ms:-1,muzzy_decay_ms:-1
		cli debug populate 400000 key 200
		full=$(rss_kb "$server")
		case $how in
		deleted) cli eval 'for i = 0, 399999 do redis.call("DEL", "key:" .. i) end' 0 ;;
		flushed) cli flushall async ;;
		esac
		wait_for is_freed
		kept=$(rss_kb "$server")
		cli memory purge
		sleep 0.5
		left=$(rss_kb "$server")
		holds "$how: memory is kept" "$kept > 0.8 * $full"
		holds "$how: MEMORY PURGE returns it" "$left < 0.2 * $full"
		cli set still here
		cli get still
		stop
	done
	! grep -i -e crash -e 'bug report' log
}
exec 3>"$tmp/kind"
compare
[ "$(tail -n 1 "$tmp/kind")" = "Begin ashlar statistics" ] || fail "statistics of another: $(cat "$tmp/kind")"
