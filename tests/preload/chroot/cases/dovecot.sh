# Dovecot: IMAP over a mailbox of a thousand messages; its processes limit their own address space.
# packages: dovecot-imapd python3
mkdir -p mail/user
seq 1000 | awk '{
	print "From a@test Thu Jan  1 00:00:00 2015"
	print "From: \"Person " $1 % 37 "\" <p" $1 % 37 "@test>\nTo: me@test\nSubject: =?utf-8?Q?Th=C3=A9me_" $1 % 113 "?="
	print "Date: Thu, 01 Jan 2015 " int($1 / 60) ":" $1 % 60 ":00 +0000\nMessage-ID: <" $1 "@test>\n"
	for (i = 0; i < $1 % 40; i++) print "line " i " of " $1 " " $1 * i
	print ""
}' >mail/box
for n in 0 1 2 3; do cp mail/box mail/user/$n; done
chown -R tester mail
cat >conf <<'E2'
protocols = imap
listen = 127.0.0.1
base_dir = /run/dovecot
log_path = /area/log.dovecot
ssl = no
disable_plaintext_auth = no
default_vsz_limit = 64M
mail_location = mbox:/home/tester/%u:INBOX=/area/mail/user/%u
passdb {
	driver = static
	args = password=secret
}
userdb {
	driver = static
	args = uid=tester gid=tester home=/home/tester
}
service imap-login {
	inet_listener imap {
		port = 1143
	}
}
E2
chmod 755 .
dovecot -F -c /area/conf &
server=$!
wait_for 10 listens 1143
cat >client.py <<'E2'
import hashlib, imaplib, threading
def client(me):
    c = imaplib.IMAP4('127.0.0.1', 1143)
    c.login(str(me), 'secret')
    box = 'other'
    c.create(box)
    c.select()
    h = hashlib.md5()
    for query in ('(RFC822)', '(ENVELOPE BODYSTRUCTURE)', '(BODY[TEXT]<0.50> RFC822.SIZE)'):
        h.update(repr(c.fetch('1:*', query)[1]).encode())
    out = [h.hexdigest()]
    out.append(len(c.search(None, 'BODY', '"line 7 of"')[1][0].split()))
    out.append(hashlib.md5(c.sort('(REVERSE SUBJECT DATE)', 'UTF-8', 'ALL')[1][0]).hexdigest())
    out.append(c.thread('REFERENCES', 'UTF-8', 'ALL')[1][0].count(b'('))
    c.copy('1:300', box)
    for i in range(200):
        c.append(box, None, None, b'Subject: mine %d\r\n\r\n' % i + b'x' * (i * 50))
    c.select(box)
    c.store('100:199', '+FLAGS', r'(\Deleted)')
    c.expunge()
    out.append(c.select(box)[1])
    h = hashlib.md5(repr(c.fetch('1:*', '(BODY[])')[1]).encode())
    out.append(h.hexdigest())
    c.logout()
    results[me] = out
results = {}
threads = [threading.Thread(target=client, args=(n,)) for n in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
for me in sorted(results):
    print(me, *results[me])
E2
python3 client.py
doveconf -c conf -n | grep -v '^#' | md5sum
kill $server
wait $server
! grep -iE 'panic|fatal|signal (6|11)|crash|out of memory' log.dovecot
