#!/bin/sh
# named (bind9): a zone with updates and transfers, lookups, the statistics channel. Linked with libjemalloc, it
# takes its memory by mallocx.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
need named dig nsupdate curl

dig() { command dig -p "$port" +tries=2 +time=3 @127.0.0.1 "$@"; }
answers() { dig +short version.x.test txt | grep -q one; }

work()
{
	binds_to_ashlar named -V
	port=$(free_port)
	web=$(free_port 1000)
	cat >named.conf <<E1
options {
	directory "$PWD";
	pid-file "$PWD/pid";
	session-keyfile none;
	listen-on port $port { 127.0.0.1; };
	listen-on-v6 { none; };
	recursion no;
	dnssec-validation no;
	max-cache-size 32m;
};
controls { };
statistics-channels { inet 127.0.0.1 port $web allow { 127.0.0.1; }; };
zone "x.test" { type primary; file "zone"; allow-update { 127.0.0.1; }; allow-transfer { 127.0.0.1; }; };
E1
	awk 'BEGIN {
		print "$TTL 60\n@ SOA ns root 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\nversion TXT one"
		for (i = 0; i < 20000; i++)
			print "h" i " A 10.0." int(i / 250) "." i % 250 "\n\tTXT \"" i * 7919 "\""
	}' >zone
	ASHLAR_CONF=stats_print:true named -4 -n 2 -g -c "$PWD/named.conf" 2>log &
	server=$!
	trap 'kill $server 2>/dev/null || :' EXIT
	wait_for answers || { tail log >&2; return 1; }
	cat /proc/"$server"/maps >maps
	for i in $(seq 0 37 19999); do echo "h$i.x.test a"; echo "h$i.x.test txt"; done >questions
	dig +short -f questions | cksum
	dig +noall +answer axfr x.test | sort | cksum
	for round in 1 2 3; do
		zone_updates "$round" "$port" | nsupdate
	done
	dig +short axfr x.test | wc -l
	dig +short new2-17.x.test txt
	dig nowhere.x.test | grep -o NXDOMAIN
	heap=$(heap_kb "$server")
	curl -s -f http://127.0.0.1:"$web"/json/v1/mem >mem.json
	inuse=$(sed -n 's/^ *"InUse": *\([0-9]*\).*/\1/p' mem.json | tail -n 1)
	holds "the memory in use is in the heap" \
		"$inuse > 0.5 * $heap * 1024 && $inuse < 1.1 * $heap * 1024"
	kill "$server"
	wait "$server"
	grep -o 'exiting$' log
	! grep -e 'assertion failure' -e 'out of memory' log
	# ashlar's own figures, at the end: the first count of small blocks is that of all arenas
	[ -z "${LD_PRELOAD-}" ] || sed -n '/Begin ashlar statistics/,$p' log | awk '$1 == "small" { print $3; exit }' >&3
}
exec 3>"$tmp/blocks"
compare
blocks=$(cat "$tmp/blocks")
[ "${blocks:-0}" -gt 100000 ] || fail "ashlar counted ${blocks:-no} small blocks: these are not all of named's"
