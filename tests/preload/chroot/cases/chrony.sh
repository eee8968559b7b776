# chronyd in its system call filters as server and client, asked by chronyc over its socket and UDP.
# packages: chrony
# short
cat >server.conf <<'E2'
local stratum 5
allow 127.0.0.0/8
bindaddress 127.0.0.1
cmdallow 127.0.0.0/8
driftfile /area/drift
pidfile /run/chrony/server.pid
bindcmdaddress /run/chrony/server.sock
user _chrony
E2
mkdir -p /run/chrony
chown _chrony: /run/chrony . && chmod 750 /run/chrony
answers() { chronyc -h 127.0.0.1 tracking; }
for level in 1 2; do
	chronyd -x -d -F $level -f server.conf &
	pid=$!
	wait_for 20 test -S /run/chrony/server.sock
	wait_for 20 answers
	chronyc -h /run/chrony/server.sock -c tracking | cut -d , -f 1-3
	for i in $(seq 30); do
		chronyc -h 127.0.0.1 -c activity
		chronyc -h /run/chrony/server.sock -m "allow 10.$i.0.0/16" "accheck 10.$i.1.1" "deny 10.$i.0.0/24" "accheck 10.$i.0.9"
	done | sort | uniq -c
	chronyd -x -Q -F $level -t 30 'server 127.0.0.1 iburst' 'pidfile /run/chrony/client.pid' 'bindcmdaddress /' >log 2>&1
	grep -o 'System clock wrong' log
	chronyc -h /run/chrony/server.sock -c clients | cut -d , -f 1
	chronyc -h /run/chrony/server.sock -c serverstats | cut -d , -f 1
	chronyc -h /run/chrony/server.sock -m 'add server 127.0.0.2 offline' 'sources -v' 'delete 127.0.0.2' | grep -v = | tail -n 2
	chronyc -h /run/chrony/server.sock shutdown
	wait $pid
	echo "filter $level: ended with $?"
done
