# RocksDB: its benchmark with four threads, compaction, and keys put, scanned and dumped with its tool.
# packages: rocksdb-tools
db_bench --db=/tmp/bench --benchmarks=fillrandom,overwrite,readrandom,readwhilewriting,compact,deleterandom,seekrandom --num=10000 --threads=4 \
	--seed=7 --compression_type=lz4 --write_buffer_size=1000000 --cache_size=2000000 --verify_checksum=1 >log 2>&1
grep -oE '^(fillrandom|overwrite|readrandom|readwhilewriting|deleterandom|seekrandom) ' log
seq 20000 | awk '{ printf "key%06d ==> value %d\n", $1 * 7919 % 20011, $1 * 104729 }' >data
ldb --db=/tmp/db --create_if_missing load <data
ldb --db=/tmp/db compact
ldb --db=/tmp/db batchput a 1 b 2 c 3
ldb --db=/tmp/db deleterange key000000 key000100
ldb --db=/tmp/db scan | md5sum
ldb --db=/tmp/db get key000777
ldb --db=/tmp/db checkconsistency
ldb --db=/tmp/db dump --count_only | grep -o 'Keys in range: .*'
