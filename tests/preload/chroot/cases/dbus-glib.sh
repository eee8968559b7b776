# Message buses, with gdbus, dbus-send, gio and gsettings as their clients.
# packages: dbus libglib2.0-bin
# short
mkdir schemas
{
	echo '<schemalist>'
	for i in $(seq 200); do
		echo "<schema id='test.s$i' path='/test/s$i/'><key name='number' type='i'><default>$i</default></key>" \
			"<key name='list' type='as'><default>['a', 'b$i']</default></key>" \
			"<key name='map' type='a{sv}'><default>{'x': &lt;$i&gt;}</default></key></schema>"
	done
	echo '</schemalist>'
} >schemas/test.gschema.xml
glib-compile-schemas --strict schemas
cat >client <<'E2'
set -eu
bus='--session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus'
gdbus introspect $bus --xml | md5sum
for i in $(seq 30); do
	gdbus call $bus --method org.freedesktop.DBus.NameHasOwner "test.name$i"
	dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.DBus
done | sort | uniq -c
gdbus call $bus --method org.freedesktop.DBus.GetNameOwner org.freedesktop.DBus
dbus-monitor --session --profile "type='signal',interface='test.I'" >seen &
monitor=$!
until grep -q NameAcquired seen; do sleep 0.1; done
gdbus monitor --session --dest org.freedesktop.DBus >seen2 &
for i in $(seq 50); do
	gdbus emit --session --object-path /test --signal test.I.Tick "$i" "['a', 'b']" "{'k': <$i>}"
	dbus-send --session /test test.I.Tock dict:string:int32:one,1,two,2 array:int32:1,2,3 variant:string:x
done
until [ "$(grep -c Tick seen)" -eq 50 ] && [ "$(grep -c Tock seen)" -eq 50 ]; do sleep 0.1; done
awk '/test/ { print $1, $NF }' seen | sort | uniq -c
kill $monitor
gsettings list-schemas | grep -c '^test\.'
gsettings list-recursively test.s7
for i in $(seq 40); do
	gsettings set test.s$i number $((i * i))
	gsettings set test.s$i list "['$i', 'é']"
done
gsettings get test.s40 number
gsettings get test.s3 list
md5sum <config/glib-2.0/settings/keyfile
E2
export GSETTINGS_SCHEMA_DIR=/area/schemas GSETTINGS_BACKEND=keyfile XDG_CONFIG_HOME=/area/config
timeout 50 dbus-run-session -- sh client
seq 100000 >file
gio copy file copy && gio cat copy | cmp - file
gio info -a standard::size,standard::content-type copy | grep standard | sort
gio mkdir folder && gio move copy folder/moved && gio list folder
gio tree folder
gio remove folder/moved
mkdir -p /run/dbus
dbus-daemon --system --nofork --nopidfile &
daemon=$!
wait_for 10 test -S /run/dbus/system_bus_socket
for i in $(seq 20); do
	as_user dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames
done | uniq -c | sed 's/:1\.[0-9]*//' | awk '{ print $1, $4 }' | sort | uniq -c
kill $daemon
status=0
wait $daemon || status=$?
echo ended with $status
