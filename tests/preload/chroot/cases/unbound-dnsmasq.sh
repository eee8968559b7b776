# Unbound with four threads resolves through dnsmasq, and keeps what it heard.
# packages: unbound dnsmasq-base bind9-dnsutils
seq 3000 | awk '{ print "10.1." int($1 / 250) "." $1 % 250 " h" $1 ".test a" $1 ".test" }' >hosts
seq 300 | awk '{ print "txt-record=t" $1 ".test,text " $1 "\nsrv-host=_s._tcp.s" $1 ".test,h" $1 ".test," $1 "\ncname=c" $1 ".test,h" $1 ".test" }' >dnsmasq.conf
cat >>dnsmasq.conf <<'E2'
port=5301
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
addn-hosts=/area/hosts
local=/test/
user=tester
E2
cat >unbound.conf <<'E2'
server:
	interface: 127.0.0.1@5300
	num-threads: 4
	username: tester
	chroot: ""
	directory: /area
	pidfile: ""
	use-syslog: no
	do-daemonize: no
	do-not-query-localhost: no
	module-config: "iterator"
	msg-cache-size: 1m
	rrset-cache-size: 1m
	unblock-lan-zones: yes
	local-zone: "test." nodefault
	local-zone: "here." static
E2
seq 2000 | awk '{ print "\tlocal-data: \"n" $1 ".here. A 10.2.0." $1 % 250 "\"" }' >>unbound.conf
cat >>unbound.conf <<'E2'
forward-zone:
	name: "."
	forward-addr: 127.0.0.1@5301
E2
chmod 755 .
dnsmasq --keep-in-foreground --conf-file=/area/dnsmasq.conf --pid-file &
below=$!
unbound-checkconf unbound.conf
unbound -d -c /area/unbound.conf &
above=$!
wait_for 10 listens 5301
wait_for 10 listens 5300
for n in 0 1 2 3; do
	seq $((n + 1)) 4 3000 | awk '
		{ print "h" $1 ".test A\na" $1 ".test A\nnone" $1 ".test A" }
		$1 <= 2000 { print "n" $1 ".here A" }
		$1 <= 300 { print "t" $1 ".test TXT\n_s._tcp.s" $1 ".test SRV\nc" $1 ".test A" }' >ask.$n
done
for round in 1 2; do
	pids=
	for n in 0 1 2 3; do
		dig +noall +answer +nottl +time=3 +tries=5 -p 5300 @127.0.0.1 -f ask.$n >told.$n &
		pids="$pids $!"
	done
	for pid in $pids; do wait "$pid"; done
	grep -hv '^;' told.? | sort >told # not the lines about a packet that was late
	md5sum <told
done
wc -l <told
dig +tcp +short -x 10.1.0.77 -p 5300 @127.0.0.1
kill $above $below
wait $above
wait $below
