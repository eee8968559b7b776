# FreeRADIUS: a thousand requests, thirty at a time, with PAP and CHAP, good and wrong.
# packages: freeradius freeradius-utils
conf=/etc/freeradius/3.0
seq 200 | awk '{ print "user" $1 " Cleartext-Password := \"pass" $1 "\"\n\tReply-Message := \"hello " $1 * 7919 "\",\n\tFramed-IP-Address := 10.0.0." $1 "\n" }' >$conf/mods-config/files/authorize
# No wait before a refusal.
sed -i 's/reject_delay = 1/reject_delay = 0/; s/max_attributes = 200/max_attributes = 0/' $conf/radiusd.conf
freeradius -f -d $conf -l /area/log.radius &
server=$!
udp() { grep -qi ":$(printf %04X "$1") " /proc/net/udp; }
wait_for 20 udp 1812
wait_for 20 udp 1813
seq 1000 | awk '{
	n = $1 % 200 + 1
	print "User-Name = user" n
	print ($1 % 2 ? "User" : "CHAP") "-Password = " ($1 % 9 ? "pass" : "wrong") n "\n"
}' >requests
# It fails, because of the wrong ones.
radclient -s -x -p 30 -r 10 -t 2 -f requests 127.0.0.1:1812 auth testing123 >log || grep -E 'Accepted|Rejected|Lost' log
grep -o 'Reply-Message = .*' log | sort | md5sum
kill $server
wait $server
