#!/bin/sh
# sqlite3: tables of 100,000 rows, indices, joins, full-text search, transactions, vacuum.
. "$(dirname "$0")/lib.sh"
need sqlite3

work()
{
	cat >work.sql <<'E1'
PRAGMA cache_size = -64000;
CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b TEXT, c BLOB);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO t SELECT i, (i * 7919) % 10007, printf('%x-%d', i * 31, i % 97), zeroblob(i % 50) FROM n;
COMMIT;
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (b, a);
SELECT count(*), sum(a), max(b), sum(length(c)) FROM t;
SELECT a % 10, count(*), group_concat(DISTINCT id % 7) FROM t GROUP BY 1 ORDER BY 1;
SELECT x.id, y.id FROM t x JOIN t y ON x.a = y.a AND x.id < y.id ORDER BY x.a, x.id, y.id LIMIT 10;
SELECT b FROM t ORDER BY b DESC, a LIMIT 5;
SELECT count(*) FROM (SELECT DISTINCT substr(b, 1, 3) FROM t);
BEGIN;
UPDATE t SET b = b || '-' || a WHERE id % 3 = 0;
DELETE FROM t WHERE id % 5 = 0;
ROLLBACK;
DELETE FROM t WHERE id % 4 = 0;
SELECT count(*), sum(a) FROM t;
WITH RECURSIVE f(a, b, n) AS (SELECT 0, 1, 0 UNION ALL SELECT b, a + b, n + 1 FROM f WHERE n < 80)
SELECT max(a) FROM f;
SELECT id, sum(a) OVER (ORDER BY id ROWS 100 PRECEDING) FROM t ORDER BY id DESC LIMIT 3;
SELECT json_group_array(json_object('id', id, 'b', b)) FROM (SELECT id, b FROM t LIMIT 5);
VACUUM;
PRAGMA integrity_check;
.shell cat /proc/$PPID/maps >maps
E1
	sqlite3 work.db <work.sql
	sqlite3 work.db .dump | cksum
	sqlite3 :memory: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
		SELECT count(*), sum(i % 13) FROM (SELECT i FROM n ORDER BY i * 7919 % 200003)"
}
compare
