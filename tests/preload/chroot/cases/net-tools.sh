# Interfaces, routes, sockets, a firewall, nc and a capture, in a network of their own.
# seconds: 120
# packages: iproute2 nftables tcpdump netcat-openbsd
ip link add pair0 type veth peer name pair1
ip link set pair0 up
ip link set pair1 up
for i in $(seq 2000); do
	echo "route add 10.$((i / 250 + 1)).$((i % 250)).0/24 dev pair0 metric $((i % 9 + 1))"
done >batch
ip addr add 192.168.7.1/24 dev pair0
ip -batch batch
ip route show dev pair0 | sort | md5sum
ip -j -p route show 10.3.7.0/24
ip -s -d link show pair0 | grep -c veth
ip route get 10.2.3.4 | head -n 1 | sed 's/ uid.*//'
ip -6 addr add fd00::1/64 dev pair1 nodad && ip -br addr show dev pair1 | awk '{ print $1, $3 }'
for i in $(seq 200); do
	echo "rule add fwmark $i table $((i + 100))"
done | ip -batch -
ip rule | wc -l
mkdir -p /run/netns
ip netns add other && ip link set pair1 netns other && ip -n other -br link show pair1 | cut -d ' ' -f 1
{
	echo 'table inet filter {'
	echo 'set many { type ipv4_addr; flags interval; elements = {'
	seq -s , -f '10.9.%.0f.0/25' 0 250
	echo '} }'
	echo 'map ports { type inet_service : verdict; elements = {'
	seq -s , -f '%.0f : accept' 1 3000
	echo '} }'
	echo 'chain input { type filter hook input priority 0; ip saddr @many drop; tcp dport vmap @ports; counter; }'
	echo '} '
} >rules
nft -f rules
nft -s list ruleset | md5sum
nft -j list set inet filter many | md5sum
nft add element inet filter many '{ 10.200.0.0/16 }' && nft get element inet filter many '{ 10.200.3.4 }' | grep -c 10.200
nft flush ruleset
tcpdump -i lo -w capture -U tcp port 7000 &
dump=$!
wait_for 20 test -s capture
seq 100000 >file
for i in 1 2 3; do
	nc -l -N 127.0.0.1 7000 >got &
	server=$!
	wait_for 10 listens 7000
	nc -N 127.0.0.1 7000 <file
	wait $server
	cmp got file
done
ss -H -t -a -n 'sport = :7000' | awk '{ print $1 }' | sort -u
nc -lk 127.0.0.1 7001 >many &
wait_for 10 listens 7001
for i in $(seq 30); do echo $i | nc -N 127.0.0.1 7001; done
wait_for 10 grep -q '^30$' many
sort -n many | md5sum
ss -H -l -t -n -p | awk '{ print $1, $4 }'
finished() { [ "$(tcpdump -n -r capture 'tcp[tcpflags] & tcp-fin != 0' 2>/dev/null | wc -l)" -ge 6 ]; }
wait_for 20 finished
kill -INT $dump
wait $dump
tcpdump -n -r capture 'tcp[tcpflags] & tcp-syn != 0' 2>/dev/null | wc -l
tcpdump -n -A -r capture 2>/dev/null | grep -c '^77777$' || true
