# Mosquitto: six subscribers get three thousand messages, retained and persistent ones too.
# packages: mosquitto mosquitto-clients
cat >conf <<'E2'
listener 1884 127.0.0.1
allow_anonymous true
persistence true
persistence_location /tmp/
max_queued_messages 0
log_type error
E2
mosquitto -c conf &
server=$!
wait_for 10 listens 1884
for n in 0 1 2 3 4 5; do
	mosquitto_sub -p 1884 -i sub$n -c -q 1 -t "t/$((n % 3))/#" -F '%t %p' -C 1000 -W 50 >got.$n &
	pids="${pids:-} $!"
done
up() { mosquitto_sub -p 1884 -t '$SYS/broker/clients/connected' -C 1 -W 5 >up; [ "$(mosquitto_sub -p 1884 -t '$SYS/broker/subscriptions/count' -C 1 -W 5)" -ge 6 ]; }
