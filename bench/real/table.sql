-- A table in memory with an index, joins, groups and strings; the answers are printed.
CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, s TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250000)
  INSERT INTO t SELECT i, (i * 7919) % 100003, printf('row %d of %x', i, i * 31) FROM n;
CREATE INDEX tk ON t(k);
SELECT count(*), sum(k), max(s) FROM t;
SELECT count(*) FROM (SELECT k % 1000 AS g, group_concat(s) AS c FROM t GROUP BY g) WHERE length(c) > 10;
UPDATE t SET s = s || s WHERE k % 3 = 0;
SELECT count(*), sum(length(a.s)) FROM t a JOIN t b ON a.k = b.k + 1 WHERE a.id < 100000;
DELETE FROM t WHERE k % 2 = 0;
SELECT count(*), sum(length(s)) FROM t;
