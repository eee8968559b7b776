# dig, host, nslookup and delv ask a dnsmasq about a thousand names, in batches and at once.
# packages: bind9-dnsutils bind9-host dnsmasq-base
for i in $(seq 1000); do
	echo "10.0.$((i / 250)).$((i % 250)) name$i.test"
done >hosts
cat >conf <<'E2'
port=53
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
addn-hosts=/area/hosts
local=/test/
user=root
mx-host=test,name1.test,10
srv-host=_x._tcp.test,name2.test,99,1,2
txt-record=text.test,"one","two words"
cname=alias.test,name7.test
E2
dnsmasq -k -C conf &
wait_for 10 listens 53
dig +short @127.0.0.1 name5.test alias.test @127.0.0.1
dig +noall +answer @127.0.0.1 test MX
dig +short @127.0.0.1 _x._tcp.test SRV
dig +short +tcp @127.0.0.1 text.test TXT
dig +noall +comments @127.0.0.1 none.test | grep -o 'status: [A-Z]*'
seq -f 'name%.0f.test A' 1000 >batch
dig +noall +answer @127.0.0.1 -f batch | md5sum
seq -f '-x 10.0.1.%.0f' 200 >batch
dig +noall +answer @127.0.0.1 -f batch | md5sum
for i in 1 2 3 4; do
	seq -f "name%.0f.test" $i 4 1000 | sed 's/$/ A/' >batch$i
	dig +short @127.0.0.1 +tcp +keepopen -f batch$i >out$i &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait $pid
done
cat out? | sort | md5sum
for i in $(seq 20); do
	host name$i.test 127.0.0.1 | tail -n 1
	nslookup name$i.test 127.0.0.1 | grep -A 1 Name
done | md5sum
delv @127.0.0.1 +noroot -i name9.test | grep name9
