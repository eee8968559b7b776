# Run by soak.sh inside the chroot, behind lib.sh and lines that set seconds= and every=: servers that live as
# long as this does, clients of theirs, and short programs, each asked the same things again and again. Prints
#
#	answer NAME SUM TIMES	what it answered, the same each time
#	rss SECOND NAME KIB	resident memory of a process that lives as long
#	library TIMES		replaced
#
# and BAD lines.
# packages: redis-server redis-tools nginx-light postgresql php-fpm php-sqlite3 sqlite3 openssh-server
# packages: openssh-client curl python3 perl gcc libc6-dev git xz-utils apt procps
begin=$(date +%s)
end=$((begin + seconds))
ulimit -c unlimited
mkdir out counts
exec 3>report

bad() { echo "BAD $*" >&3; }
goes_on() { [ "$(date +%s)" -lt $end ]; }

# lives NAME PID: must do so to the end.
lives() { echo "$1 $2" >>living; }

# ask NAME: runs the function of this name; it must answer as it did the first time.
ask()
{
	status=0
	"$1" >"out/$1.now" 2>"out/$1.err" || status=$?
	[ -e "out/$1" ] || cp "out/$1.now" "out/$1"
	if [ $status -ne 0 ] || ! cmp -s "out/$1" "out/$1.now"; then
		bad "$1: status $status: $(head -c 300 "out/$1.err" "out/$1.now" | tr '\n' ' ')"
	else
		echo >>"counts/$1"
	fi
}

# again NAME...: all of them in turn, to the end.
again()
{
	while goes_on; do
		for one; do ask "$one"; done
	done
}

# ---- servers

redis-server --port 6379 --save '' --dir /tmp >redis.log 2>&1 &
lives redis $!

su postgres -c '/usr/lib/postgresql/*/bin/initdb -D /tmp/pg -A trust >/dev/null 2>&1' || bad "initdb"
su postgres -c 'exec /usr/lib/postgresql/*/bin/postgres -D /tmp/pg -k /tmp -c listen_addresses=' >pg.log 2>&1 &

cat >fpm.conf <<'E2'
[global]
error_log = /area/fpm.log
[www]
user = www-data
group = www-data
listen = /run/fpm.sock
listen.owner = www-data
pm = static
pm.max_children = 2
E2
/usr/sbin/php-fpm* -F -y /area/fpm.conf >/dev/null 2>&1 &
lives php-fpm $!
mkdir www
chmod 755 /area www
seq 200000 >www/numbers
cat >www/page.php <<'E2'
<?php
$db = new SQLite3(':memory:');
$db->exec('create table t(a int, b text)');
for ($i = 0; $i < 300; $i++)
	$db->exec("insert into t values($i, '" . md5("$i") . "')");
$r = $db->query('select a, b from t order by b');
$s = '';
while ($row = $r->fetchArray())
	$s .= json_encode(['k' => $row['a'], 'v' => str_repeat($row['b'], 20)]);
echo strlen($s), ' ', md5(preg_replace('/[0-9]+/', 'x', $s)), "\n";
E2
cat >nginx.conf <<'E2'
user www-data;
daemon off;
worker_processes 2;
error_log /area/nginx.log;
pid /run/nginx.pid;
events { }
http {
	access_log off;
	gzip on;
	gzip_types *;
	server {
		listen 127.0.0.1:8080;
		root /area/www;
		location ~ \.php$ {
			fastcgi_pass unix:/run/fpm.sock;
			fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
			fastcgi_param REQUEST_METHOD $request_method;
		}
	}
}
E2
nginx -c /area/nginx.conf >/dev/null 2>&1 &
lives nginx $!

mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f key
mkdir -p /home/tester/.ssh
cp key.pub /home/tester/.ssh/authorized_keys
chown -R tester /home/tester
/usr/sbin/sshd -D -e -p 2222 >sshd.log 2>&1 &
lives sshd $!

# Workers: what they build is built anew each time, of sizes that come again, and has to be right.
cat >worker.py <<'E2'
import collections, hashlib, json, random, sys, time
end, last, n = float(sys.argv[1]), None, 0
kept = collections.deque(maxlen=20)
while time.time() < end:
	r = random.Random(n % 10)
	d = {str(i): [r.random()] * r.randrange(30) for i in range(3000)}
	d['text'] = ''.join(chr(97 + r.randrange(26)) * r.randrange(500) for _ in range(400))
	text = json.dumps(d, sort_keys=True)
	if json.loads(text) != d:
		sys.exit('another object')
	kept.append(text[:r.randrange(len(text))])
	n += 1
	if n % 10 == 1:
		total = hashlib.sha256(text.encode()).hexdigest()
		if last not in (None, total):
			sys.exit('another text')
		last = total
	time.sleep(0.1)
print('python', last, n)
E2
cat >worker.pl <<'E2'
use Digest::MD5 'md5_hex';
my ($last, $n) = ('', 0);
while (time < $ARGV[0]) {
	my %h;
	$h{$_ % 997} .= "$_," for 1 .. 20000;
	my $s = join '', map { "$_=$h{$_};" } sort keys %h;
	$s =~ s/(\d+)5,/<$1>/g;
	my $sum = md5_hex($s);
	die "another text\n" if $n++ && $sum ne $last;
	$last = $sum;
	select undef, undef, undef, 0.1;
}
print "perl $last $n\n";
E2
python3 worker.py $end >out/python.worker 2>out/python.err & python=$!
perl worker.pl $end >out/perl.worker 2>out/perl.err & perl=$!

# ---- clients

redis()
{
	redis-cli -p 6379 ping
	seq 3000 | sed 's/.*/SET key& value-&-of-some-length/' | redis-cli -p 6379 --pipe | tail -n 1
	redis-cli -p 6379 eval 'for i = 1, 2000 do redis.call("rpush", "list", string.rep(i, i % 50)) end return redis.call("llen", "list")' 0
	redis-cli -p 6379 lrange list 0 -1 | md5sum
	redis-cli -p 6379 get key77
	redis-cli -p 6379 flushall
}
web()
{
	for i in 1 2 3; do
		curl -s --compressed http://127.0.0.1:8080/numbers | md5sum
		curl -s http://127.0.0.1:8080/page.php
	done
}
sql()
{
	psql -h /tmp -U postgres -At <<'E2'
drop table if exists t;
create table t as select i, md5(i::text) as m, repeat('x', i % 300) as r from generate_series(1, 5000) i;
create index on t(m);
update t set r = m || r where i % 3 = 0;
select count(*), md5(string_agg(m || r, ',' order by i)) from t;
select substr(m, 1, 1) as c, sum(length(r)) from t group by c order by c;
E2
}
login() { ssh -n -q -i key -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null tester@127.0.0.1 'seq 5000 | md5sum; id -un'; }

# ---- short programs

pipeline()
{
	seq 30000 | awk '{ print $1 % 977, $1 }' | sort -k1,1n -k2,2nr | uniq -c -f 1 | sed 's/  */ /g' | md5sum
	find /usr/share -type f -name '*.pl' | sort | xargs cat | tr -c a-z '\n' | sort --parallel=2 | uniq -c | sort -rn | head -n 50 | md5sum
	bash -c 'declare -A a; for i in {1..5000}; do a[$((i % 701))]+=$i; done; for k in "${!a[@]}"; do echo $k ${a[$k]}; done | sort | md5sum'
}
compile()
{
	printf '#include <stdio.h>\nint main(void) { long s = 0; for (int i = 0; i < 1000; i++) s += i * i; printf("%%ld\\n", s); }\n' >hello.c
	gcc -O2 -g -o hello hello.c
	./hello
}
packages()
{
	apt-cache show bash coreutils | md5sum
	apt-cache rdepends libc6 | sort | md5sum
	dpkg-query -W | md5sum
}
git_history()
{
	rm -rf repository
	git init -q repository
	(
		cd repository
		export GIT_AUTHOR_DATE='2020-01-01 00:00:00 +0000' GIT_COMMITTER_DATE='2020-01-01 00:00:00 +0000'
		git config user.name n
		git config user.email n@example.org
		for i in 1 2 3 4 5; do
			seq $((i * 1000)) >numbers
			git add numbers
			git commit -q -m "change $i"
		done
		git gc -q
		git log --format=%H
		git fsck --full 2>&1
	)
}
archive()
{
	tar c --sort=name -C / usr/share/perl usr/lib/git-core/mergetools 2>/dev/null | tee archive.tar | md5sum
	xz -1 -T2 <archive.tar | xz -d | md5sum
	gzip -n <archive.tar | gzip -d | tar t | md5sum
}
table() { sqlite3 :memory: 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) select count(*), sum(i), length(group_concat(hex(i))) from n; select sqlite_version() is not null;'; }

wait_for 30 redis-cli -p 6379 ping
wait_for 30 psql -h /tmp -U postgres -c 'select 1'
for port in 8080 2222; do wait_for 30 listens $port; done
wait_for 30 curl -sf http://127.0.0.1:8080/page.php
lives python $python
lives perl $perl
lives postgres "$(head -n 1 /tmp/pg/postmaster.pid)"
for parent in $(cut -d ' ' -f 2 living); do
	name=$(sed -n "s/ $parent\$//p" living)
	for child in $(pgrep -P "$parent" || :); do
		[ "$name" = sshd ] || echo "$name-child $child" >>living
	done
done

# One session that lasts as long, one answer a second.
echo "select md5(string_agg(md5(i::text), ',')) from generate_series(1, 3000) i \\watch 1" |
	psql -h /tmp -U postgres -At >out/session.lines 2>&1 &
session=$!
sleep 1
for child in $(pgrep -f 'postgres: postgres postgres'); do lives postgres-session "$child"; done

again redis web sql login & clients=$!
again pipeline compile packages git_history archive table & programs=$!
lives shell-clients $clients
lives shell-programs $programs

library=$(sed "s,\$LIB,lib/$(gcc -print-multiarch)," /etc/ld.so.preload 2>/dev/null || echo /area/library)
[ -e "$library" ] || echo >"$library"
cp "$library" /area/kept
replaced=0
next=$begin
while goes_on; do
	sleep 1
	now=$(date +%s)
	if [ $((now - begin)) -ge $(((replaced + 1) * every)) ]; then
		cp /area/kept "$library.new"
		mv "$library.new" "$library"
		replaced=$((replaced + 1))
	fi
	if [ "$now" -ge "$next" ]; then
		next=$((now + 10))
		while read -r name pid; do
			kib=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status" 2>/dev/null || :)
			echo "rss $((now - begin)) $name.$pid ${kib:-0}"
		done <living >>samples
	fi
done
echo "library $replaced" >&3

# ---- the end

for worker in $clients $programs; do wait $worker || bad "a loop ended with $?"; done
wait $python || bad "python: $(cat out/python.err)"
wait $perl || bad "perl: $(cat out/perl.err)"
while read -r name pid; do
	case $name in
	python | perl | shell-*) ;;
	*) kill -0 "$pid" 2>/dev/null || bad "$name, process $pid, is gone" ;;
	esac
done <living
kill $session || bad "the session is gone"
[ "$(sed '/^$/d' out/session.lines | grep -v '^[A-Z]' | sort -u | wc -l)" -eq 1 ] || bad "session: $(sort out/session.lines | uniq -c | head -n 5 | tr '\n' ' ')"
grep -iE 'signal (4|6|7|11)|segfault|bug report|panic|corrupt|free\(\)|ashlar:' redis.log pg.log fpm.log nginx.log sshd.log >complaints || :
while read -r line; do bad "$line"; done <complaints
find / -xdev -type f \( -name core -o -name 'core.[0-9]*' \) >cores
while read -r line; do bad "a core file: $line"; done <cores
while read -r name pid; do
	case $name in redis | php-fpm | nginx | sshd | postgres) kill "$pid" 2>/dev/null || : ;; esac
done <living
for one in out/*.worker; do echo "answer $(cat $one)" >&3; done
for one in counts/*; do
	name=${one#*/}
	echo "answer $name $(md5sum <"out/$name" | cut -c 1-32) $(wc -l <"$one")" >&3
done
cat samples report
