#!/bin/sh
# MariaDB: a data folder is made, and a server sorts, joins, aggregates and stores in two engines, with clients at
# the same time. It says whose malloc it runs on.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
need mariadbd mariadb mariadb-admin mariadb-install-db

not_root mysql nobody

sql() { mariadb --no-defaults -S "$PWD/sock" -u root -N -B "$@"; }

work()
{
	[ -z "$as" ] || chown "$user" "$PWD"
	HOME=$PWD
	export HOME
	$as mariadb-install-db --no-defaults --datadir="$PWD/data" --auth-root-authentication-method=normal \
		--skip-test-db --skip-name-resolve >install.log 2>&1 || { tail install.log >&2; return 1; }
	$as mariadbd --no-defaults --datadir="$PWD/data" --socket="$PWD/sock" --pid-file="$PWD/pid" --skip-networking \
		--innodb-buffer-pool-size=32M --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 >log 2>&1 &
	starter=$!
	trap 'kill $(cat pid) $starter 2>/dev/null || :' EXIT
	wait_for sql -e 'SELECT 1' || { tail log >&2; return 1; }
	server=$(cat pid)
	cat /proc/"$server"/maps >maps
	sql <<'E1'
CREATE DATABASE d;
USE d;
CREATE TABLE t (id INT PRIMARY KEY, a BIGINT, b CHAR(32), KEY (a)) ENGINE=InnoDB
	AS SELECT seq AS id, seq * 7919 % 10007 AS a, MD5(seq) AS b FROM seq_1_to_40000;
CREATE TABLE u ENGINE=Aria AS SELECT * FROM t WHERE id % 3 = 0;
SELECT COUNT(*), SUM(a), MIN(b), MAX(b) FROM t;
SELECT a % 10, COUNT(*), COUNT(DISTINCT LEFT(b, 2)) FROM t GROUP BY 1 ORDER BY 1;
SET group_concat_max_len = 10000000;
SELECT MD5(GROUP_CONCAT(b ORDER BY a, id)) FROM t;
SELECT COUNT(*) FROM t JOIN u USING (a) WHERE t.id < u.id;
SELECT id, SUM(a) OVER (ORDER BY id ROWS 50 PRECEDING) FROM t ORDER BY id DESC LIMIT 3;
SELECT COUNT(*) FROM t WHERE b REGEXP '^[a-c]+[0-9]{3}';
SELECT JSON_VALUE(JSON_ARRAYAGG(JSON_OBJECT('id', id, 'b', b)), '$[7].b') FROM u WHERE id <= 1000;
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 900) SELECT SUM(n) FROM r;
UPDATE t SET a = a + 1 WHERE id % 2 = 0;
DELETE FROM t WHERE id % 7 = 0;
SELECT SUM(a), COUNT(*) FROM t;
CHECKSUM TABLE t, u;
CHECK TABLE t, u;
E1
	for client in 1 2 3 4; do
		awk -v c=$client 'BEGIN {
			print "CREATE TABLE c" c " (k INT PRIMARY KEY, v VARCHAR(200));"
			for (i = 0; i < 300; i++) {
				printf "INSERT INTO c%d VALUES (%d, REPEAT(\"x\", %d));\n", c, i, i % 200
				printf "SELECT SUM(LENGTH(v)) INTO @s FROM c%d WHERE k > %d;\n", c, i / 2
			}
			print "SELECT @s, COUNT(*), SUM(LENGTH(v)) FROM c" c ";"
		}' | sql d >client.$client &
		clients="${clients-} $!"
	done
	# shellcheck disable=SC2086 # a list
	wait $clients
	cat client.*
	sql -e "SELECT @@version_malloc_library" >&3
	mariadb-admin --no-defaults -S "$PWD/sock" -u root shutdown
	wait "$starter"
	! grep -i -e 'got signal' -e 'ERROR\]' log
}
exec 3>"$tmp/libraries"
compare
# libc's it calls "system"; "jemalloc" is what has mallctl("version"), which it prints, and "tcmalloc" what has
# tc_version
[ "$(tr '\n' ' ' <"$tmp/libraries" | sed 's/ashlar-.*/ashlar/')" = "system jemalloc 5.3.0-0-ashlar" ] ||
	fail "version_malloc_library: $(cat "$tmp/libraries")"
