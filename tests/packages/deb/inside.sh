# Run by ../deb.sh in a chroot, as a case of tests/preload/chroot (enter.sh). In /area lie one, same, other (three
# versions of the packages), tests (debian/tests) and mem_test.c.
# packages: gcc g++ libc6-dev pkgconf perl python3 strace
list=/etc/ld.so.preload
multiarch=$(gcc -print-multiarch)
lib=/usr/lib/$multiarch/libashlar.so.2
export DEBIAN_FRONTEND=noninteractive

fail() { echo "FAIL: $*"; exit 1; }
begin=$(date +%s)
step() { printf '\n-- %s (after %s s)\n' "$*" $(($(date +%s) - begin)); }
quietly() { "$@" >log 2>&1 || { cat log; fail "$*"; }; }

# Programs start, and none has anything to say on stderr (the dynamic linker would, and ashlar).
all_quiet()
{
	for command in true 'ls /' 'sh -c :' 'sed q /etc/passwd' 'perl -e 1' 'dpkg --version'; do
		$command >out 2>err || fail "$1: $command exits with $?: $(cat err)"
		[ ! -s err ] || fail "$1: $command says: $(cat err)"
	done
}
in_use() { cat /proc/self/maps >maps && grep -q '/libashlar\.so\.2' maps; }
enabled() { grep -q 'libashlar\.so\.2' "$list" && in_use || fail "$1: not in use"; all_quiet "$1"; }
disabled() { ! grep -q libashlar "$list" 2>/dev/null || fail "$1: $list: $(cat "$list")"
	! in_use || fail "$1: still in use"; all_quiet "$1"; }
gone() { [ ! -e "$list" ] || fail "$1: $list is there: $(cat "$list")"; disabled "$1"; }

# Each file there is, but for what dpkg, apt and ldconfig keep for themselves.
listing()
{
	find / -xdev \( -path /area -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache/apt -o \
		-path /var/cache/ldconfig -o -path /var/log -o -path /etc/ld.so.cache \) -prune -o \
		\( -type f -printf '%p %m %U:%G %s %T@\n' \) -o -printf '%p %m %U:%G %l\n' | sort
}
(umask 077 && : >>/etc/.pwd.lock) # which is lckpwdf's
listing >before

step "installing"
# what is enabled is told; nothing is
quietly apt-get -q -y -o APT::Sandbox::User=root install /area/one/*.deb
gone "after installing"
quietly dpkg --verify
ldconfig -p | grep "libashlar\.so\.2 .*/lib/$multiarch/libashlar\.so\.2" || fail "ldconfig does not list it"
for page in 'ashlar 3' 'ashlar-config 1' 'ashlar.sh 1' 'ashlar-preload 8'; do
	[ -s "/usr/share/man/man${page#* }/${page% *}.${page#* }.gz" ] || fail "no manual page $page"
done
for package in libashlar-dev ashlar-preload; do
	quietly sh links.sh "/usr/share/doc/$package"
	for name in $(grep -oh '[A-Za-z]*\.md' "/usr/share/doc/$package/README.Debian"); do
		[ -e "/usr/share/doc/$package/$name" ] || fail "README.Debian of $package names $name, which is not there"
	done
done
quietly gcc mem_test.c -lashlar
ldd ./a.out
ldd ./a.out | grep -Eq "libashlar\.so\.2 => (/usr)?/lib/$multiarch/libashlar\.so\.2 " || fail "a.out is not on ashlar"
quietly ./a.out

step "debian/tests"
tests=$(sed -n 's/^Tests: //p' tests/control)
[ -n "$tests" ] || fail "tests/control was not understood"
for test in $tests; do
	AUTOPKGTEST_TMP=$(mktemp -d)
	export AUTOPKGTEST_TMP
	quietly "./tests/$test"
	rm -rf "$AUTOPKGTEST_TMP"
	echo "$test: passed"
done
gone "after debian/tests"

step "enable"
quietly ashlar-preload enable
enabled "after enable"
cat "$list"
# runs_with_it PROGRAM...: its first output has to wait, for the pipe is full; meanwhile its maps are read.
mkfifo pipe
exec 3<>pipe
runs_with_it()
{
	head -c 65536 /dev/zero >&3
	"$@" >&3 2>err </dev/null &
	pid=$!
	tries=0
	until grep -q '/libashlar\.so\.2' "/proc/$pid/maps" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "$1 does not run with it: $(cat err)"
		sleep 0.02
	done
	head -c 65536 <&3 >/dev/null
	wait $pid || fail "$* exits with $?: $(cat err)"
	[ ! -s err ] || fail "$* says: $(cat err)"
	printf '\nend of the output\n' >&3
	sed '/^end of the output$/q' <&3 >out
	[ "$(wc -c <out)" -gt 20 ] || fail "$* had nothing to say"
	ldd "$(command -v "$1")" | grep -q 'libashlar\.so\.2' || fail "ldd $1 does not show it"
	programs=$((programs + 1))
}
programs=0
while read -r command; do
	runs_with_it $command
done <<E1
sh -c set
bash -c help
ls /
cat /etc/passwd
grep root /etc/passwd
sed p /etc/passwd
awk {print} /etc/passwd
perl -V:version
python3 -VV
apt-get --version
dpkg --version
tar -C / -cf - etc/passwd
gzip -c /etc/passwd
find /etc/apt
sort /etc/passwd
uniq /etc/passwd
od /etc/passwd
date
id tester
uname -a
ps -ef
mount
env
gcc --version
ld --version
dpkg-deb --info one/$(cd one && ls | sed q)
md5sum /etc/passwd
E1
exec 3>&-
echo "$programs programs run with the library"
[ $programs -ge 20 ] || fail "too few"

step "upgrades while programs are started"
# until the file stop is there; what should not be goes into the file complaints
keep_starting()
{
	while [ ! -e stop ]; do
		for command in true 'sh -c :' 'sed q /etc/passwd' 'perl -e 1' 'cat /proc/self/maps'; do
			$command >"out.$1" 2>"err.$1" || echo "$command: exit $?" >>complaints
			[ ! -s "err.$1" ] || { echo "$command:"; cat "err.$1"; } >>complaints
		done
		if [ -e must-be-in-use ]; then
			grep -q '/libashlar\.so\.2' "out.$1" || echo "started without the library" >>complaints
		fi
		echo >>"rounds.$1"
	done
}
start_many() { rm -f stop complaints rounds.*; keep_starting 1 & keep_starting 2 & }
stop_many()
{
	: >stop
	wait
	[ ! -e complaints ] || fail "$1: $(sort complaints | uniq -c | head -n 20)"
	echo "$1: $(($(cat rounds.* | wc -l) * 5)) programs were started"
	[ "$(cat rounds.* | wc -l)" -ge 4 ] || fail "$1: too few programs were started" # removing is quick
}
: >must-be-in-use
start_many
for turn in 1 2 3; do
	for version in same other one; do
		quietly dpkg -i $version/libashlar2_*.deb $version/libashlar-dev_*.deb $version/ashlar-tools_*.deb \
			$version/ashlar-preload_*.deb
		readlink "$lib" >>links
	done
done
rm must-be-in-use
stop_many "nine upgrades and downgrades"
[ "$(sort -u links | wc -l)" -eq 2 ] || fail "the library's file always had the same name: $(cat links)"
enabled "after upgrades"
# And as dpkg does it: no moment without the library, and no library that is written while it has its name.
for version in same other; do
	quietly strace -f -qq -o calls -e trace=file dpkg -i $version/libashlar2_*.deb
	file=$(readlink -f "$lib")
	awk -v so="$lib" -v file="$file" '
	/ E[A-Z]+ \(/ { next }
	{ call = $2; sub(/\(.*/, "", call); n = split($0, q, "\""); first = q[2]; last = q[n > 4 ? n - 1 : 2] }
	call ~ /^rename/ && last == file { there = 1 }
	call ~ /^rename/ && last == so { if (!there) print "the link before its file"; linked = 1 }
	call ~ /^(unlink|truncate)/ && (first == so || first == file) { print "removed:", $0 }
	call ~ /^unlink/ && index(first, so ".") == 1 && first !~ /\.dpkg-(new|tmp)$/ && !linked { print "too early:", $0 }
	call ~ /^(open|creat)/ && /O_(WRONLY|RDWR|TRUNC)/ && (first == so || first == file) { print "written to:", $0 }
	END { if (!there || !linked) print "no rename of the library was seen" }' calls >wrong
	[ ! -s wrong ] || fail "upgrade to $version: $(cat wrong)"
done
quietly dpkg -i one/*.deb
quietly ashlar-preload disable
gone "after disable"

step "ashlar-preload killed at each call that changes something"
changes=open,openat,creat,write,rename,renameat,renameat2,unlink,unlinkat,truncate,ftruncate,chmod,fchmod,fsync,flock,chown,fchown
# The calls from the lock on, each with its number among those of its name; what is told on stdout does not count.
calls_of() { strace -qq -e signal=none -o calls -e trace=$changes ashlar-preload "$1" >/dev/null && awk '
	{ name = $0; sub(/\(.*/, "", name); count[name]++ }
	name == "flock" { on = 1 }
	on && !(name ~ /^(open|creat)/ && !/O_CREAT/) && !/^write\(1,/ { print name, count[name] }' calls; }
# killed COMMAND OPPOSITE LINE: with a LINE of somebody else's in the list, or none; it has to stay.
killed()
{
	doing=$1 opposite=$2 line=$3
	[ -z "$line" ] || echo "$line" >"$list"
	kept() { $1 "$2"; [ -z "$line" ] || grep -qxF "$line" "$list" || fail "$2: a line is lost: $(cat "$list")"; }
	quietly ashlar-preload "$opposite"
	calls_of "$doing" >numbers
	[ "$(wc -l <numbers)" -ge 3 ] || fail "the calls of $doing were not understood: $(cat calls)"
	while read -r name n; do
		quietly ashlar-preload "$opposite"
		status=0
		strace -qq -o call -e trace="$name" -e inject="$name:signal=KILL:when=$n" \
			ashlar-preload "$doing" >log 2>&1 || status=$?
		[ $status -eq 137 ] || fail "$doing was not killed at $name $n: $status"
		now=disabled
		! grep -q libashlar "$list" 2>/dev/null || now=enabled
		kept $now "$doing killed at $name $n"
		echo "$doing killed at $name $n: $now"
		quietly ashlar-preload enable
		kept enabled "enable after $doing was killed at $name $n"
		quietly ashlar-preload disable
		kept disabled "disable after $doing was killed at $name $n"
	done <numbers
	rm -f "$list"
}
killed enable disable '/usr/$LIB/libm.so.6'
killed disable enable '/usr/$LIB/libm.so.6'
killed disable enable ''

step "removing"
quietly ashlar-preload enable
start_many
quietly apt-get -q -y remove ashlar-preload
gone "after the removal of ashlar-preload"
[ -e "$lib" ] || fail "the library went with ashlar-preload"
stop_many "removal of ashlar-preload"
quietly dpkg -i one/ashlar-preload_*.deb
quietly ashlar-preload enable
start_many
quietly apt-get -q -y remove libashlar2
gone "after the removal of libashlar2"
[ ! -e "$lib" ] || fail "the library is still there"
stop_many "removal of libashlar2 and all that needs it"

# A package that is in conflict with it: dpkg deconfigures ashlar-preload, and removes libashlar2.
quietly dpkg -i one/*.deb
quietly ashlar-preload enable
mkdir -p enemy/DEBIAN
cat >enemy/DEBIAN/control <<E2
Package: enemy
Version: 1
Architecture: all
Maintainer: Nobody <nobody@localhost>
Conflicts: libashlar2
Replaces: libashlar2
Description: in conflict with libashlar2
E2
quietly dpkg-deb --root-owner-group -b enemy enemy.deb
start_many
dpkg --auto-deconfigure -i enemy.deb >log 2>&1 || :
[ ! -e "$lib" ] || { cat log; fail "dpkg did not remove libashlar2"; }
gone "after libashlar2 made room for another package"
stop_many "room for another package"
quietly dpkg -P --force-depends enemy ashlar-preload ashlar-tools libashlar-dev

step "libashlar2 alone, with a line that was written by hand"
by_hand()
{
	quietly dpkg -i one/libashlar2_*.deb
	printf "$1" >"$list"
	in_use || fail "it is not in use with $1"
	quietly dpkg -r libashlar2
	printf "${2-}" >expected
	if [ -s expected ]; then
		cmp "$list" expected || fail "$1 became $(cat "$list")"
		[ "$(stat -c %a:%u "$list")" = 644:0 ] || fail "mode $(stat -c %a:%u "$list")"
		all_quiet "removal with $1"
		rm "$list"
	fi
	gone "removal with $1"
}
by_hand '/usr/$LIB/libashlar.so.2\n'
by_hand 'libashlar.so.2'
by_hand "/usr/lib/$multiarch/libm.so.6:$lib /\${LIB}/libc.so.6\n" \
	"/usr/lib/$multiarch/libm.so.6:/\${LIB}/libc.so.6\n"
by_hand 'libm.so.6:\tlibashlar.so.2:\nlibashlar.so.2 libm.so.6\nlibashlar.so.2 # libashlar.so.2' \
	'libm.so.6\nlibm.so.6\n# libashlar.so.2'
by_hand 'libm.so.6 libashlar.so.2 /x/libashlar.so.2.0.0 libc.so.6 # libashlar.so.2\n' \
	'libm.so.6 libc.so.6 # libashlar.so.2\n'
by_hand "/usr/\$LIB/libm.so.6\n\n$(readlink -f "$lib")\n# not $lib\n" "/usr/\$LIB/libm.so.6\n\n# not $lib\n"
by_hand 'libashlar.so.2\0'
# with the entry gone, the second comment would be none for the dynamic linker
by_hand '# Libraries.\n# See ld.so(8).\nlibashlar.so.2\n' '# Libraries.\n# See ld.so(8).\n              \n'
# of two architectures, the one of the system's own programs counts
tree=$(mktemp -d)
dpkg-deb -R one/libashlar2_*.deb "$tree"
sed -i 's/^Architecture: .*/Architecture: i386/; /^Pre-Depends:/d' "$tree/DEBIAN/control"
sed -i "s,/$multiarch/,/i386-linux-gnu/," "$tree/DEBIAN/md5sums"
mv "$tree/usr/lib/$multiarch" "$tree/usr/lib/i386-linux-gnu"
quietly dpkg-deb --root-owner-group -b "$tree" foreign.deb
rm -rf "$tree"
quietly dpkg --add-architecture i386
quietly dpkg -i one/libashlar2_*.deb foreign.deb
echo '/usr/$LIB/libashlar.so.2' >"$list"
quietly dpkg -r libashlar2:i386
enabled "removal of the foreign one"
quietly dpkg -i foreign.deb
quietly dpkg -r "libashlar2:$(dpkg --print-architecture)"
gone "removal of the native one, the foreign one stays"
quietly dpkg -r libashlar2:i386
quietly dpkg --remove-architecture i386
# what it cannot change keeps it installed
quietly dpkg -i one/libashlar2_*.deb
# stays WHY: the library does, and so do the other package and the system
stays()
{
	for package in libashlar2 ashlar-preload; do
		! dpkg -r --force-depends $package >log 2>&1 || fail "$package: removed, with a list that $1"
		grep "$2" log || { cat log; fail "$package: no word of why it stays"; }
		quietly dpkg --configure -a
	done
}
quietly dpkg -i one/ashlar-preload_*.deb
echo libashlar.so.2 >"$list"
mount --bind "$list" "$list"
stays "is mounted" mounted
enabled "after a removal that was refused"
umount "$list"
rm "$list"
# a list that does not name it holds up nothing, whatever it is
passes()
{
	quietly dpkg -r ashlar-preload libashlar2
	[ ! -e "$lib" ] || fail "the library is still there, with a list that is $1"
	quietly dpkg -i one/libashlar2_*.deb one/ashlar-preload_*.deb
}
printf 'libm.so.6\n\0' >"$list"
passes "no text"
rm "$list"
mkdir "$list"
passes "a folder"
rmdir "$list"
: >"$list"
passes empty
mount --bind /dev/null "$list"
passes /dev/null
umount "$list"
head -c 3000000 /dev/zero | tr '\0' '#' >"$list"
passes long
rm "$list"
# a link becomes a file of its own, or goes
for package in libashlar2 ashlar-preload; do
	printf 'libashlar.so.2\nlibm.so.6\n' >/etc/list
	ln -s list "$list"
	enabled "a list that is a link"
	quietly dpkg -r --force-depends $package
	disabled "removal of $package, with a list that is a link"
	[ ! -L "$list" ] && [ "$(cat "$list")" = libm.so.6 ] || fail "$package: a list that is a link became $(cat "$list")"
	[ "$(wc -l </etc/list)" -eq 2 ] || fail "$package wrote where the list led"
	rm "$list" /etc/list
	quietly dpkg -i one/libashlar2_*.deb one/ashlar-preload_*.deb
done
# both take out a library of that name elsewhere, too
mkdir -p /usr/local/lib
cp "$lib" /usr/local/lib/libashlar.so.2
for package in libashlar2 ashlar-preload; do
	echo /usr/local/lib/libashlar.so.2 >"$list"
	enabled "another library of that name"
	quietly dpkg -r --force-depends $package
	gone "removal of $package, with another library of that name in use"
	quietly dpkg -i one/libashlar2_*.deb one/ashlar-preload_*.deb
done
rm /usr/local/lib/libashlar.so.2
ldconfig

step "purging"
quietly dpkg -i one/*.deb
quietly ashlar-preload enable
: >"$list.ashlar-new" # as one leaves it that is killed
start_many
quietly apt-get -q -y purge ashlar-preload ashlar-tools libashlar-dev libashlar2
gone "after the purge"
stop_many "purge"
listing >after
diff before after || fail "before (<) and after (>) differ"
! dpkg-query -W '*ashlar*' 2>/dev/null || fail "dpkg knows them still"
! ls /var/lib/dpkg/info | grep ashlar || fail "dpkg has files of them still"
! ldconfig -p | grep ashlar || fail "ldconfig lists it still"
echo "no file is left"
step "done"
