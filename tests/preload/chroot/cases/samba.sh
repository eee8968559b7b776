# smbd and its client: a share with a user, files up and down, a listing; tdb tools on its files.
# packages: samba smbclient tdb-tools
mkdir -p share lib in out
chown tester share
for i in $(seq 60); do seq "$i" $((i * 50)) >in/$i.txt; done
seq 1000000 >in/large
cat >smb.conf <<'E2'
[global]
	server role = standalone server
	interfaces = lo
	bind interfaces only = yes
	smb ports = 4450
	disable netbios = yes
	private dir = /area/lib
	state directory = /area/lib
	cache directory = /area/lib
	lock directory = /area/lib
	pid directory = /area/lib
	ncalrpc dir = /area/lib/rpc
	log file = /area/log.smbd
	load printers = no
	rpc start on demand helpers = no
	log level = 1
[data]
	path = /area/share
	read only = no
E2
chmod 755 .
testparm -s smb.conf 2>log | grep -c =
printf 'secret\nsecret\n' | smbpasswd -c smb.conf -s -a tester
pdbedit -s smb.conf -L | cut -d : -f 1
smbd -F -s smb.conf &
server=$!
wait_for 20 listens 4450
smb() { smbclient -s smb.conf -p 4450 -U tester%secret //127.0.0.1/data -c "$1"; }
smb 'lcd in; prompt off; mput *' >log
smb 'lcd out; prompt off; mget *; del 7.txt; mkdir sub; rename 8.txt sub/eight; ls' >list
grep -c '[0-9].txt  *A' list
diff -r in out
for n in 1 2 3 4; do
	smb "lcd out; get large large.$n" >log.$n &
	pids="${pids:-} $!"
done
for pid in $pids; do wait "$pid"; done
md5sum out/large.?
find share -type f | wc -l
smbclient -s smb.conf -p 4450 -U tester%wrong //127.0.0.1/data -c ls 2>/dev/null || echo $?
kill $server
wait $server || echo $?
tdbtool lib/passdb.tdb check
! grep -rE 'INTERNAL ERROR|PANIC' log.smbd
