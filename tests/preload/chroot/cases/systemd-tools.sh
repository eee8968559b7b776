# The tools of systemd that need no systemd running: units, users, files, calendars, hardware data, the journal.
# packages: systemd udev mount
# seconds: 120
for i in $(seq 200); do
	cat >/usr/lib/systemd/system/thing$i.service <<E2
[Unit]
Description=Thing $i
After=thing$((i - 1)).service
[Service]
ExecStart=/bin/sh -c 'echo \$WORD $i'
Environment=WORD=value "MORE=two words"
SystemCallFilter=@system-service
MemoryMax=${i}M
[Install]
WantedBy=multi-user.target
E2
done
printf '[Unit]\nDescription=Wrong\n[Service]\nExecStart=/nowhere/at/all\nNoSuch=key\n' >wrong.service
systemd-analyze verify --man=no --recursive-errors=no /usr/lib/systemd/system/thing*.service >&2
! systemd-analyze verify --man=no --recursive-errors=no ./wrong.service 2>errors && grep -c wrong.service errors
systemctl --root=/ enable $(seq -f thing%.0f.service 200) 2>/dev/null && ls /etc/systemd/system/multi-user.target.wants | grep -c thing
systemctl --root=/ list-unit-files 'thing*' | md5sum
systemctl --root=/ mask thing7.service 2>&1
systemctl --root=/ is-enabled thing7.service thing8.service || true
systemd-analyze security --offline=true --no-pager thing3.service ./wrong.service 2>/dev/null | md5sum || true
systemd-analyze calendar --base-time='2001-01-01 00:00' --iterations=200 'Mon..Fri *-*-13 10:00/7' | grep -v 'From now' | md5sum
systemd-analyze timespan 1y2months3w4d5h6min7s
systemd-analyze syscall-filter | md5sum
systemd-analyze exit-status | md5sum
systemd-delta --diff=no --no-pager | tail -n 1
for i in $(seq 300); do
	echo "u person$i $((5000 + i)) \"Person $i\" /home/person$i"
	echo "m person$i group$((i % 7))"
done >users.conf
systemd-sysusers /area/users.conf 2>/dev/null
getent passwd person300
getent group group3 | md5sum
for i in $(seq 500); do
	echo "d /var/lib/many/$((i % 30))/d$i 0750 person$((i % 300 + 1)) root -"
	echo "f /var/lib/many/$((i % 30))/d$i/file 0640 - - - text $i %m"
done >tmp.conf
echo 0123456789abcdef0123456789abcdef >/etc/machine-id
systemd-tmpfiles --create /area/tmp.conf
(cd /var/lib/many && find . -type f -printf '%p %m %u\n' | sort | md5sum && cat 7/d37/file && echo)
systemd-escape --path '/some where/file' >escaped
cat escaped
systemd-escape --unescape --path "$(cat escaped)"
systemd-hwdb update && systemd-hwdb query 'usb:v1D6Bp0002*' | sort
systemd-id128 --app-specific=00112233445566778899aabbccddeeff machine-id
udevadm hwdb --test 'usb:v1D6Bp0002*' 2>/dev/null | sort
mount -t cgroup2 cgroup2 /sys/fs/cgroup # journald looks up where a message came from
mkdir -p /run/systemd/journal /var/log/journal
/usr/lib/systemd/systemd-journald &
journald=$!
wait_for 20 test -S /run/systemd/journal/stdout
for i in $(seq 10); do
	seq -f "message $i %.0f" 500 | systemd-cat -t program$i
done
stored() { journalctl --sync 2>/dev/null; [ "$(journalctl -q -o cat SYSLOG_IDENTIFIER=program10 | wc -l)" -eq 500 ]; }
wait_for 20 stored
for i in 1 5 10; do
	journalctl -q -o cat SYSLOG_IDENTIFIER=program$i | md5sum
done
journalctl -q -o json --output-fields=MESSAGE,SYSLOG_IDENTIFIER SYSLOG_IDENTIFIER=program3 | sed 's/.*"MESSAGE":"\([^"]*\)".*/\1/' | md5sum
journalctl -q -F SYSLOG_IDENTIFIER | grep -c program
journalctl -q -o cat -g 'message 7 4[0-9]*9$' | md5sum
kill $journald
wait $journald && echo journald ended
journalctl --verify 2>&1 | grep -c PASS
