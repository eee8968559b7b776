#!/bin/sh
# knotd: a signed zone with updates and transfers.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
need knotd knotc kdig knsupdate

dig() { kdig -p "$port" +retry=2 +timeout=3 @127.0.0.1 "$@"; }
answers() { dig +short version.x.test txt | grep -q one; }
control() { knotc -s "$PWD/control" "$@" >/dev/null; }

work()
{
	port=$(free_port)
	mkdir database
	# as root it would become the user that the package made
	cat >knot.conf <<E1
server:
    rundir: "$PWD"
    user: $(id -un):$(id -gn)
    pidfile: "$PWD/pid"
    listen: 127.0.0.1@$port
    udp-workers: 2
    tcp-workers: 2
    background-workers: 2
control:
    listen: "$PWD/control"
log:
  - target: stderr
    any: info
database:
    storage: "$PWD/database"
acl:
  - id: here
    address: 127.0.0.1
    action: [transfer, update]
policy:
  - id: signed
    algorithm: ed25519
zone:
  - domain: x.test
    storage: "$PWD"
    file: zone
    acl: here
    dnssec-signing: on
    dnssec-policy: signed
    zonefile-load: difference-no-serial
    journal-content: all
E1
	awk 'BEGIN {
		print "$TTL 60\n@ SOA ns root 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\nversion TXT one"
		for (i = 0; i < 3000; i++)
			print "h" i " A 10.0." int(i / 250) "." i % 250 "\n\tTXT \"" i * 7919 "\""
	}' >zone
	knotd -c "$PWD/knot.conf" >log 2>&1 &
	server=$!
	trap 'kill $server 2>/dev/null || :' EXIT
	wait_for answers || { tail log >&2; return 1; }
	cat /proc/"$server"/maps >maps
	# shellcheck disable=SC2046 # a list
	dig +short $(for i in $(seq 0 37 2999); do echo "h$i.x.test a h$i.x.test txt"; done) | cksum
	dig +noall +answer axfr x.test | awk '$4 == "A" || $4 == "TXT"' | sort -u | cksum
	dig +dnssec +noall +answer h5.x.test | awk '$4 == "RRSIG" { print $5, $6 }'
	for round in 1 2 3; do
		zone_updates "$round" "$port" | knsupdate
	done
	dig +noall +answer axfr x.test | awk '$4 == "A" || $4 == "TXT"' | sort -u | wc -l
	dig +short new2-17.x.test txt
	dig nowhere.x.test | grep -o NXDOMAIN
	control zone-flush x.test
	control reload
	dig +short h2999.x.test
	control stop
	wait "$server"
	grep -o 'shutting down$' log
	! grep -i -e critical -e 'memory' log
}
compare
