# New namespaces with unshare and nsenter, and sandboxes made by bubblewrap.
# packages: util-linux bubblewrap
# short
echo 'seq 20000 | sort | sha256sum; id -u; hostname; ls /area | head -n 1' >script
chmod 755 . script
for i in $(seq 10); do
	unshare --mount --uts --ipc --pid --net --cgroup --fork --mount-proc sh -c "hostname inside; set -- /proc/[0-9]*; echo \$#; sh script"
done | sort | uniq -c
unshare --uts sh -c 'hostname other; echo $$ >pid; exec sleep 100' &
wait_for 10 test -s pid
other() { [ "$(nsenter -t "$(cat pid)" -u hostname)" = other ]; }
wait_for 10 other
nsenter -t "$(cat pid)" -u hostname
kill "$(cat pid)"
user=yes
as_user unshare -U true 2>/dev/null || user=
[ -z "$user" ] || as_user unshare -U -r -m sh -c 'id -u; mount -t tmpfs x /mnt; seq 10000 >/mnt/f; md5sum </mnt/f'
spaces=--unshare-all
[ -n "$user" ] || spaces='--unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try'
box="bwrap $spaces --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --hostname box --die-with-parent --new-session"
for i in $(seq 10); do
	$box sh script
done | sort | uniq -c
for i in $(seq 300); do
	echo --setenv V$i $i --dir /tmp/d$i
done >arguments
tr ' \n' '\0\0' <arguments >arguments0
$box --args 3 sh -c 'ls /tmp | wc -l; env | grep -c ^V' 3<arguments0
$box --ro-bind-data 4 /tmp/data sh -c 'md5sum /tmp/data; ! touch /area/x 2>/dev/null && echo read-only' 4<script
if [ -n "$user" ]; then
	as_user $box sh script
	as_user $box --uid 5 --gid 6 sh -c 'id -u; id -g; grep CapEff /proc/self/status'
fi
