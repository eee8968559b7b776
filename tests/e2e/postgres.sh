#!/bin/sh
# PostgreSQL: initdb, a cluster under pgbench, queries that sort, hash and aggregate.
. "$(dirname "$0")/lib.sh"
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
PATH=${bin:+$bin:}$PATH
need initdb postgres pg_ctl psql pgbench

not_root postgres nobody

sql() { $as psql -h "$PWD" -X -q -A -t -v ON_ERROR_STOP=1 -d postgres "$@"; }

work()
{
	[ -z "$as" ] || chown "$user" "$PWD"
	HOME=$PWD
	export HOME
	$as initdb -D "$PWD/data" -A trust -U "$($as id -un)" --no-sync >initdb.log 2>&1
	trap '$as pg_ctl -D "$PWD/data" stop -m immediate >/dev/null 2>&1 || :' EXIT
	$as pg_ctl -D "$PWD/data" -w -l "$PWD/log" \
		-o "-k '$PWD' -h '' -F -c shared_buffers=32MB -c work_mem=16MB" start >/dev/null
	$as pgbench -h "$PWD" -i -q -s 1 postgres >/dev/null 2>&1
	$as pgbench -h "$PWD" -c 4 -j 2 -t 100 postgres 2>&1 | grep 'actually processed'
	sql <<'E1'
SELECT count(*) FROM pgbench_history;
SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(bbalance) FROM pgbench_branches);
CREATE TABLE t AS SELECT i AS id, (i::bigint * 7919) % 10007 AS a, md5(i::text) AS b
	FROM generate_series(1, 60000) i;
CREATE INDEX ON t (b);
ANALYZE t;
SELECT count(*), sum(a), min(b), max(b) FROM t;
SELECT a % 10, count(*), count(DISTINCT substr(b, 1, 2)) FROM t GROUP BY 1 ORDER BY 1;
SELECT md5(string_agg(b, ',' ORDER BY a, id)) FROM t;
SELECT count(*) FROM t x JOIN t y USING (a) WHERE x.id < y.id;
SELECT id, sum(a) OVER (ORDER BY id ROWS 50 PRECEDING) FROM t ORDER BY id DESC LIMIT 3;
SELECT count(*) FROM t WHERE b ~ '^[a-c]+[0-9]{3}';
SELECT jsonb_agg(to_jsonb(t) ORDER BY id) -> 7 FROM t WHERE id <= 1000;
DO $$ BEGIN FOR i IN 1..2000 LOOP UPDATE t SET a = a + i WHERE id = i; END LOOP; END $$;
SELECT sum(a) FROM t;
VACUUM t;
E1
	sql -c "SELECT pg_read_file('/proc/self/maps')" >maps.backend
	cat /proc/"$(head -n 1 data/postmaster.pid)"/maps >maps.postmaster
	$as pg_ctl -D "$PWD/data" -w stop -m fast >/dev/null
	! grep -e PANIC -e 'terminated by signal' log
}
compare
