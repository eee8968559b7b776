# sudo by its rules, and su with passwords through PAM, which are set-user-ID programs.
# packages: sudo util-linux expect
# short
useradd -m other
echo other:secret | chpasswd
echo tester:word | chpasswd
cat >/etc/sudoers.d/rules <<'E2'
User_Alias PEOPLE = tester
Cmnd_Alias IDS = /usr/bin/id, /usr/bin/env
PEOPLE ALL = (root, other) NOPASSWD: IDS
PEOPLE ALL = (other) /usr/bin/sort
Defaults env_keep += "KEPT"
E2
for i in $(seq 300); do
	echo "tester ALL = (other) NOPASSWD: /usr/bin/test$i -a $i"
done >/etc/sudoers.d/many
chmod 440 /etc/sudoers.d/*
visudo -c
as_user sudo -n id -u
as_user sudo -n -u other id -un
as_user env KEPT=1 LOST=2 sudo -n env | grep -E '^(KEPT|LOST|SUDO_USER|USER)=' | sort
! as_user sudo -n /bin/ls / || echo allowed too much
seq 5 >numbers && chmod 755 . && chmod 644 numbers
echo word | as_user sudo -k -S -u other sort -rn /area/numbers | tr '\n' ' '
! echo wrong | as_user sudo -k -S -u other sort -rn /area/numbers || echo allowed too much
as_user sudo -n -l | md5sum
for i in $(seq 30); do
	as_user sudo -n id -g
done | uniq -c
sudo -u tester sh -c 'echo $HOME; id -un'
su tester -c 'id -un; echo $SHELL; cd; pwd'
su - other -c 'echo $USER'
as_user sh -c 'echo secret | su other -c "id -un"'
! as_user sh -c 'echo wrong | su other -c "id -un"' || echo allowed too much
runuser -u other -- id -Gn
cat >dialogue <<'E2'
set timeout 20
spawn su other -c "seq 20000 | sort | md5sum"
expect "assword:" { send "secret\r" }
expect -re {([0-9a-f]{32})} { set sum $expect_out(1,string) }
expect eof
set file [open sum w]
puts $file "$sum [lindex [wait] 3]"
close $file
E2
chmod 777 .
as_user expect dialogue >&2
cat sum
