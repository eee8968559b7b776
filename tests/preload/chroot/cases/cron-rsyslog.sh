# cron runs the jobs of a system and of a user; rsyslog sorts what comes from a socket and over TCP into files.
# packages: cron rsyslog bsdutils
# short
cat >rsyslog.conf <<'E2'
module(load="imuxsock")
module(load="imtcp" MaxSessions="50")
template(name="plain" type="string" string="%syslogtag%%msg%\n")
template(name="per-program" type="string" string="/area/log-%programname%")
ruleset(name="tcp" queue.type="LinkedList" queue.workerThreads="3" queue.workerThreadMinimumMessages="100") {
	if re_match($msg, "number [0-9]*7\$") then action(type="omfile" file="/area/sevens" template="plain")
	action(type="omfile" dynaFile="per-program" template="plain")
}
input(type="imtcp" address="127.0.0.1" port="5140" ruleset="tcp")
if $programname == "job" then action(type="omfile" file="/area/jobs" template="plain")
*.* action(type="omfile" file="/area/all" template="plain")
E2
rsyslogd -n -i /run/rsyslogd.pid -f /area/rsyslog.conf &
wait_for 10 listens 5140
wait_for 10 test -S /dev/log
for i in 1 2 3 4 5; do
	seq -f "number %.0f" 4000 | logger -n 127.0.0.1 -P 5140 -T --octet-count -t program$i
done
seq -f "line %.0f" 4000 | logger -t here
echo '@reboot root for i in $(seq 20); do seq $i; done | md5sum | logger -t job' >/etc/cron.d/first
printf 'MAILTO=""\nWORD=value\n@reboot echo $LOGNAME $WORD $(seq 50000 | md5sum) | logger -t job\n' | crontab -u tester -
crontab -u tester -l | tail -n 1
cron -f &
full() { [ "$(cat log-program[1-5] | wc -l)" -eq 20000 ] && [ "$(wc -l <sevens)" -eq 2000 ] && [ "$(grep -c ^here all)" -eq 4000 ] && [ "$(wc -l <jobs)" -eq 2 ]; }
wait_for 40 full
kill -HUP "$(cat /run/rsyslogd.pid)"
logger -t job after the hangup
more() { [ "$(wc -l <jobs)" -eq 3 ]; }
wait_for 20 more
sort jobs
for i in 1 2 3 4 5; do
	sort log-program$i | md5sum
done
sort sevens | md5sum
grep ^here all | sort | md5sum
grep -o 'CMD.*' all | sort
kill "$(cat /run/rsyslogd.pid)"
wait_for 20 test ! -e /run/rsyslogd.pid
