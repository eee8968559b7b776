# exim takes mail from the command line and over SMTP, and delivers it to mailboxes and through aliases.
# packages: exim4-daemon-light bash
# seconds: 120
useradd -m second
cat >/etc/exim4/update-exim4.conf.conf <<'E2'
dc_eximconfig_configtype='local'
dc_other_hostnames='chroot.test'
dc_local_interfaces='127.0.0.1'
dc_use_split_config='false'
dc_localdelivery='mail_spool'
E2
echo chroot.test >/etc/mailname
echo 127.0.0.1 localhost chroot >/etc/hosts
echo both: tester, second >>/etc/aliases
update-exim4.conf
install -d -o Debian-exim /run/exim4
exim4 -bd -q3s
wait_for 20 listens 25
exim4 -bt both@chroot.test | grep -v router | sort
for i in $(seq 20); do
	{ printf 'Subject: number %s\n\n' $i; seq $((i * 500)) | sed 's/^/body /'; } | exim4 -odb tester@chroot.test
done
for i in $(seq 20); do
	printf 'MAIL FROM:<tester@chroot.test>\nRCPT TO:<both@chroot.test>\nDATA\nSubject: stdin %s\n\n' $i
	seq $((i * 300)) | sed 's/^/body /'
	printf '.\n'
done >session
{ echo HELO test; cat session; echo QUIT; } | exim4 -bs -odb >answers
cut -c 1-3 answers | sort | uniq -c
cat >client <<'E2'
exec 3<>/dev/tcp/127.0.0.1/25
answer() { read -r line <&3; echo "${line:0:3}"; }
say() { printf '%s\r\n' "$1" >&3; answer; }
answer
say 'HELO test'
for i in {1..20}; do
	say 'MAIL FROM:<tester@chroot.test>'
	say 'RCPT TO:<both@chroot.test>'
	say DATA
	{ printf 'Subject: client %s %s\n\n' $1 $i; seq $((i * 300)) | sed 's/^/body /'; echo .; } | sed 's/$/\r/' >&3
	answer
done
say QUIT
E2
for i in 1 2 3; do
	bash client $i >client$i &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait $pid
done
sort client? | uniq -c
all()
{
	[ "$(grep -c '^Subject' /var/mail/tester)" -eq 100 ] && [ "$(grep -c '^Subject' /var/mail/second)" -eq 80 ] && [ "$(exim4 -bpc)" -eq 0 ]
}
wait_for 60 all
for box in tester second; do
	grep ^Subject /var/mail/$box | sort | md5sum
	grep ^body /var/mail/$box | sort | md5sum
done
grep -c Completed /var/log/exim4/mainlog
exim4 -be '${map{<, 1,2,3}{${eval:$item*$item}}} ${sha256:text} ${lookup{root}lsearch{/etc/passwd}}'
! grep -i -E 'panic|crash|signal' /var/log/exim4/*
kill "$(cat /run/exim4/exim.pid)"
