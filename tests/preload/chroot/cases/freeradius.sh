# FreeRADIUS: a thousand requests for access and accounting, thirty at a time, PAP and CHAP.
# packages: freeradius freeradius-utils
conf=/etc/freeradius/3.0
seq 200 | awk '{ print "user" $1 " Cleartext-Password := \"pass" $1 "\"\n\tReply-Message := \"hello " $1 * 7919 "\",\n\tFramed-IP-Address := 10.0.0." $1 "\n" }' >users
cp users $conf/mods-config/files/authorize
freeradius -C -d $conf >log
freeradius -f -d $conf -l /work/log.radius &
server=$!
up() { echo 'Message-Authenticator = 0x00' | radclient -t 1 -r 1 127.0.0.1:18121 status adminsecret; }
udp() { grep -qi ":$(printf %04X "$1") " /proc/net/udp; }
wait_for 20 udp 1812
wait_for 20 udp 1813
seq 1000 | awk '{
	n = $1 % 200 + 1
	print "User-Name = user" n
	print ($1 % 2 ? "User" : "CHAP") "-Password = " ($1 % 9 ? "pass" : "wrong") n "\n"
}' >requests
