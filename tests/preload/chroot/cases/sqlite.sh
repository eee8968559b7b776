# SQLite: a hundred thousand rows, indexes, full text, JSON, recursion, a dump read back.
# packages: sqlite3
# short
cat >in.sql <<'E2'
create table t (i integer primary key, k int, s text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
	insert into t select i, i * 7919 % 10007, printf('%x-%s', i * 2654435761, substr('abcdefghijklmnopqrstuvwxyz', i % 26 + 1, i % 9)) from n;
create index tk on t (k, s);
create virtual table f using fts5 (s, tokenize = trigram);
insert into f select s from t where i % 5 = 0;
select count(*), sum(k), sum(length(s)) from t;
select count(*) from f where f match 'mno';
select k, group_concat(s, ' ') from (select * from t order by s) group by k order by count(*) desc, k limit 2;
select count(*) from t a join t b on a.k = b.i where a.s > b.s;
select sum(json_extract(j, '$.l[1]')) from (select json_object('i', i, 'l', json_array(k, i)) j from t);
select i, sum(k) over (order by s rows 10 preceding) from t order by 2 desc, 1 limit 3;
begin;
delete from t where k % 3 = 0;
update t set s = upper(s) where k % 3 = 1;
rollback;
delete from t where i % 2 = 0;
vacuum;
pragma integrity_check;
E2
sqlite3 a.db <in.sql
sqlite3 a.db '.dump t' >dump
md5sum <dump
sqlite3 b.db <dump
sqlite3 b.db "attach 'a.db' as a; select count(*) from t join a.t using (i, k, s)"
for i in 1 2 3 4 5 6 7 8; do
	sqlite3 b.db '.timeout 50000' "begin immediate; update t set k = k + $i; commit" &
	pids="${pids:-} $!"
done
for pid in $pids; do wait "$pid"; done
sqlite3 b.db 'select sum(k) from t'
