# MariaDB: four clients at once, joins, full text, a dump read back.
# packages: mariadb-server
# seconds: 120
mariadb-install-db --no-defaults --user=tester --datadir=/home/tester/db --auth-root-authentication-method=normal --skip-test-db >log
mariadbd --no-defaults --user=tester --datadir=/home/tester/db --socket=/tmp/sql --pid-file=/tmp/pid --skip-networking \
	--innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 &
server=$!
sql() { mariadb --no-defaults --socket=/tmp/sql --user=root --batch --skip-column-names "$@"; }
wait_for 60 sql -e 'select 1'

sql -e 'create database d; create table d.t (id int primary key auto_increment, c int, n int, s varchar(200), key (n), fulltext (s)) engine=InnoDB'
for client in 1 2 3 4; do
	for i in $(seq 1 3000); do
		[ $((i % 100)) -ne 1 ] || echo 'start transaction;'
		echo "insert into t (c, n, s) values ($client, $((i % 331)), concat_ws(' ', md5($i), 'word$((i % 50))', repeat('x', $((i % 90)))));"
		[ $((i % 100)) -ne 0 ] || echo 'commit;'
	done >in.$client
done
clients=
for client in 1 2 3 4; do
	sql d <in.$client &
	clients="$clients $!"
done
for client in $clients; do wait "$client"; done

sql d <<'E2'
select count(*), sum(n), sum(crc32(s)) from t;
select c, count(distinct n), max(s) from t group by c order by c;
select count(*), sum(a.n) from t a join t b on a.n = b.n where a.c = 1 and b.c = 2;
select count(*) from t where match (s) against ('word17');
select md5(group_concat(x order by x)) from (select concat(n, '/', sum(length(s))) x from t group by n) y;
update t set s = reverse(s) where n % 3 = 0;
alter table t add column u varchar(40) as (md5(s)) stored, add index (u);
select sum(conv(left(u, 8), 16, 10)) from t;
check table t;
E2
mariadb-dump --no-defaults --socket=/tmp/sql --user=root d >dump
sql -e 'create database e'
sql e <dump
sql -e 'select count(*) from d.t join e.t using (id, u)'
mariadb-admin --no-defaults --socket=/tmp/sql --user=root shutdown
wait $server
