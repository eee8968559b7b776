# vsftpd: a session in its seccomp sandbox, under the limit of address space (200 MB) that it sets on itself.
# packages: vsftpd curl
# seconds: 120
# short
echo tester:secret | chpasswd
mkdir in out /home/tester/files
chown tester /home/tester/files
for i in $(seq 100); do seq "$i" $((i * i)) >in/$i; done
seq 1000000 >in/large
cat >conf <<'E2'
listen=YES
listen_address=127.0.0.1
listen_port=2121
local_enable=YES
write_enable=YES
local_umask=022
background=NO
secure_chroot_dir=/run/empty
xferlog_enable=NO
E2
mkdir /run/empty
vsftpd conf &
server=$!
wait_for 10 listens 2121
ftp=ftp://tester:secret@127.0.0.1:2121/files
curl -sS -T "in/{large,$(seq -s , 100)}" "$ftp/"
curl -sS "$ftp/" | awk '{ print $1, $5, $9 }' | sort >list
wc -l <list
md5sum <list
curl -sS --parallel --parallel-max 4 -o 'out/#1' "$ftp/[1-100]"
curl -sS -o out/large --ignore-content-length "$ftp/large"
diff -r in out
curl -sS -Q '-RNFR 7' -Q '-RNTO seven' -Q '-DELE 8' -Q '-MKD new' -o log "$ftp/9"
curl -sS -l "$ftp/" | sort | md5sum
ls /home/tester/files | md5sum
curl -sS ftp://tester:wrong@127.0.0.1:2121/ 2>&1 || echo $?
kill $server
