-- Sorts, hashes, groups, windows, documents and a function, in the memory of one backend.
CREATE TEMP TABLE t AS SELECT i AS id, (i::bigint * 7919) % 100003 AS k, 'row ' || i || ' of ' || i * 31 AS s
  FROM generate_series(1, 100000) i;
ANALYZE t;
SELECT count(*), sum(k), max(s) FROM t;
SELECT count(*), sum(length(c)) FROM (SELECT k % 1000 AS g, string_agg(s, ',' ORDER BY s) AS c FROM t GROUP BY g) x;
SELECT count(*), sum(length(a.s)) FROM t a JOIN t b ON a.k = b.k + 1;
SELECT sum(r) FROM (SELECT rank() OVER (PARTITION BY k % 100 ORDER BY s) AS r FROM t) x;
SELECT sum(length(j::text)) FROM (SELECT jsonb_object_agg(s, k) AS j FROM t GROUP BY id % 500) x;
SELECT count(DISTINCT regexp_replace(s, '[0-9]+$', '')), count(DISTINCT substr(s, 5, 3)) FROM t;
DO $$
DECLARE
  a text[] := '{}'; n bigint := 0;
BEGIN
  FOR i IN 1..20000 LOOP
    a[i % 200 + 1] := repeat(i::text, i % 60 + 1);
    n := n + coalesce(length(a[i * 7 % 200 + 1]), 0);
  END LOOP;
  EXECUTE format('CREATE TEMP TABLE n AS SELECT %s AS n, %s AS kept', n, array_length(a, 1));
END $$;
SELECT * FROM n;
