# PostgreSQL: transactions of eight clients at once, parallel queries, indexes, a dump read back.
# packages: postgresql-15
# seconds: 120
# short
PATH=/usr/lib/postgresql/15/bin:$PATH
export PGHOST=/tmp PGUSER=tester PGDATABASE=postgres
data=/home/tester/data
as_user initdb -D $data --no-sync >log
cat >>$data/postgresql.conf <<'E2'
listen_addresses = ''
unix_socket_directories = '/tmp'
fsync = off
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
E2
as_user pg_ctl -D $data -l /home/tester/log -w start >log

pgbench -i -q -s 2 2>log
pgbench -n -c 8 -j 4 -t 100 >log
psql -qAt <<'E2'
select count(*) from pgbench_history;
select (select sum(delta) from pgbench_history) = (select sum(abalance) from pgbench_accounts),
	(select sum(bbalance) from pgbench_branches) = (select sum(tbalance) from pgbench_tellers);
create table t as select i, md5(i::text) as h, i % 997 as k,
	jsonb_build_object('n', i, 'l', array[i, i * 2]) as j from generate_series(1, 100000) i;
create index on t (h);
create index on t using gin (j jsonb_path_ops);
vacuum analyze t;
select md5(string_agg(h, ',' order by h)), sum(k), count(distinct k) from t;
select count(*), sum(a.i) from t a join t b on a.i = b.k where a.h like '%ab%';
select k, s, rank() over (order by s desc) from (select k, sum(length(h || j::text)) s from t group by k) x order by 3, 1 limit 3;
select count(*) from t where j @> '{"n": 777}';
E2
pg_dump -t t >dump
createdb again
psql -q -d again -f dump >log
psql -qAt -d again -c "select md5(string_agg(j::text, ',' order by i)) from t"
as_user pg_ctl -D $data -m fast -w stop >log
# A server process that dies takes the others with it, and is started again. One that the stop finds at work (a
# client's that just left, autovacuum's) says so.
! grep -E 'terminated by signal|PANIC|FATAL' /home/tester/log | grep -v 'due to administrator command'
