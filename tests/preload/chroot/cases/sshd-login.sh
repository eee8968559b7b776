# sshd with its sandbox and privilege separation: logins, commands, copies and a forwarded port.
# packages: openssh-server openssh-client
# seconds: 120
# short
mkdir -p /run/sshd /root/.ssh
for type in ed25519 rsa ecdsa; do
	ssh-keygen -q -t $type -N '' -f key-$type
done
install -d -m 700 -o tester -g tester /home/tester/.ssh
cat key-*.pub >/home/tester/.ssh/authorized_keys
cat key-ed25519.pub >/root/.ssh/authorized_keys
chown tester: /home/tester/.ssh/authorized_keys
cat >>/etc/ssh/sshd_config <<'E2'
ListenAddress 127.0.0.1
PasswordAuthentication no
MaxStartups 50
E2
/usr/sbin/sshd -t
/usr/sbin/sshd -D -e &
wait_for 20 listens 22
ssh-keyscan -t ed25519 127.0.0.1 >known
cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub >ours
cut -d ' ' -f 2,3 known | cmp - ours
options='-o BatchMode=yes -o UserKnownHostsFile=known -o LogLevel=ERROR'
for type in ed25519 rsa ecdsa; do
	ssh $options -i key-$type tester@127.0.0.1 'id -un; cd /; pwd; echo $SSH_CONNECTION | cut -d " " -f 1,3,4'
done
ssh $options -i key-ed25519 root@127.0.0.1 'id -u; exit 7' || echo status $?
for cipher in chacha20-poly1305@openssh.com aes128-ctr aes256-gcm@openssh.com; do
	seq 300000 | ssh $options -c $cipher -i key-ed25519 tester@127.0.0.1 sha256sum
done
for kex in sntrup761x25519-sha512@openssh.com curve25519-sha256 ecdh-sha2-nistp384 diffie-hellman-group14-sha256; do
	ssh $options -C -o KexAlgorithms=$kex -i key-rsa tester@127.0.0.1 'seq 100000' | sha256sum
done
ssh $options -tt -i key-ed25519 tester@127.0.0.1 'tty >/dev/null && echo a terminal' | tr -d '\r'
seq 200000 >file
scp -q $options -i key-ed25519 file tester@127.0.0.1:copy
scp -q $options -i key-ed25519 -r tester@127.0.0.1:copy back && cmp file back
mkdir many && for i in $(seq 200); do seq $i >many/$i; done
cat >batch <<'E2'
put -r many
ls -1 many
rename copy moved
chmod 600 moved
get moved got
rm moved
E2
sftp -q -b batch $options -i key-ed25519 tester@127.0.0.1 >log
cmp got file && sort log | md5sum
for i in 1 2 3 4 5 6; do
	ssh $options -i key-ed25519 tester@127.0.0.1 "seq $i 50000 | md5sum" >sum$i &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait $pid
done
cat sum?
ssh $options -i key-ed25519 -fN -M -S master -L 127.0.0.1:2222:127.0.0.1:22 tester@127.0.0.1 >&2
ssh $options -S master -O check x 2>&1 | sed 's/pid=[0-9]*//'
for i in 1 2 3; do
	ssh $options -S master x "echo shared $i"
done
ssh $options -o HostKeyAlias=127.0.0.1 -i key-rsa -p 2222 root@127.0.0.1 true || echo no rsa for root
ssh $options -o HostKeyAlias=127.0.0.1 -i key-ed25519 -p 2222 root@127.0.0.1 echo forwarded
ssh $options -S master -O exit x 2>&1
