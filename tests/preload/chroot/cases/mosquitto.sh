# Mosquitto: six subscribers get three thousand messages; retained ones survive a new start.
# packages: mosquitto mosquitto-clients
cat >conf <<'E2'
listener 1884 127.0.0.1
allow_anonymous true
persistence true
persistence_location /tmp/
max_queued_messages 0
sys_interval 1
log_type error
E2
mosquitto -c conf &
server=$!
wait_for 10 listens 1884
for n in 0 1 2 3 4 5; do
	mosquitto_sub -p 1884 -i sub$n -q 1 -t "t/$((n % 3))" -F '%t %p' -C 1000 -W 50 >got.$n &
	pids="${pids:-} $!"
done
subscribed() { [ "$(mosquitto_sub -p 1884 -t '$SYS/broker/subscriptions/count' -C 1 -W 5)" -ge 6 ]; }
wait_for 10 subscribed
for n in 0 1 2; do
	seq 1000 | awk -v n=$n '{ s = sprintf("%d-%d-", n, $1 * 7919); while (length(s) < $1) s = s s; print s }' |
		mosquitto_pub -p 1884 -q 1 -t t/$n -l
done
for pid in $pids; do wait "$pid"; done
md5sum got.?
for i in $(seq 100); do mosquitto_pub -p 1884 -q 1 -r -t kept/$i -m "value $i"; done
kill $server
wait $server
mosquitto -c conf &
server=$!
wait_for 10 listens 1884
mosquitto_sub -p 1884 -t 'kept/#' -F '%t %p' -C 100 -W 20 | sort | md5sum
kill $server
wait $server
