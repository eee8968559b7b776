# BIND: a zone of three thousand names asked for, transferred, signed and changed while it is served.
# packages: bind9 bind9-utils bind9-dnsutils
# seconds: 120
mkdir named
seq 3000 | awk '
BEGIN { print "$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1" }
{
	print "h" $1 " A 10.0." int($1 / 250) "." $1 % 250
	print "h" $1 " TXT \"text " $1 * 7919 "\""
	if ($1 % 10 == 0) print "alias" $1 " CNAME h" $1
}' >named/zone
named-checkzone test named/zone | tail -n 1
named-compilezone -q -f text -F raw -o raw test named/zone
named-compilezone -q -f raw -F text -o - test raw | md5sum
rndc-confgen -a -c rndc.key
cat >named.conf <<'E2'
include "/area/rndc.key";
controls { inet 127.0.0.1 port 9530 allow { localhost; } keys { rndc-key; }; };
options {
	directory "/area/named";
	pid-file "/area/named/pid";
	session-keyfile "/area/named/session.key";
	listen-on port 5300 { 127.0.0.1; };
	listen-on-v6 { none; };
	recursion no;
	dnssec-validation no;
};
zone "test" { type primary; file "zone"; allow-update { localhost; }; allow-transfer { localhost; }; };
E2
chown -R bind named rndc.key
chmod 755 .
named -f -u bind -n 4 -c /area/named.conf &
server=$!
rndc() { command rndc -s 127.0.0.1 -k rndc.key -p 9530 "$@"; }
wait_for 20 rndc status
for n in 0 1 2 3; do
	seq $((n + 1)) 4 3000 | awk '{ print "h" $1 ".test A\nh" $1 ".test TXT" } $1 % 10 == 0 { print "alias" $1 ".test A" }' >ask.$n
	dig +noall +answer +time=3 +tries=5 -p 5300 @127.0.0.1 -f ask.$n >told.$n &
	pids="${pids:-} $!"
done
for pid in $pids; do wait "$pid"; done
grep -hv '^;' told.? | sort | md5sum # not the lines about a packet that was late
{
	echo 'server 127.0.0.1 5300'
	for i in $(seq 500); do
		echo "update add new$i.test 60 A 10.9.0.$((i % 250))"
		echo "update delete h$i.test TXT"
		[ $((i % 50)) -ne 0 ] || echo send
	done
} | nsupdate
dig +noall +answer +onesoa -p 5300 @127.0.0.1 test AXFR | sort | md5sum
rndc freeze test
rndc thaw test
rndc reload >log
dig +tcp +short -p 5300 @127.0.0.1 new77.test A nothing.test A
rndc dumpdb -zones
rndc stop
wait $server

dnssec-keygen -q -a ECDSAP256SHA256 test >key
dnssec-keygen -q -a ECDSAP256SHA256 -f KSK test >ksk
dnssec-signzone -q -S -n 4 -o test -f signed named/zone >log
dnssec-verify -q -o test signed
grep -c RRSIG signed
