# Databases of LMDB and GDBM: loaded, dumped, changed, put in order.
# packages: lmdb-utils gdbmtool
{
	printf 'VERSION=3\nformat=print\ntype=btree\nmapsize=104857600\nmaxreaders=126\nHEADER=END\n'
	for i in $(seq 20000); do
		echo " key$((i * 7919 % 20011))"
		echo " value $i $i $i"
	done
	echo DATA=END
} >dump
mkdir db copy
mdb_load -f dump db
mdb_stat db | grep -E 'Entries|depth'
mdb_dump -p db | sed -n '/HEADER=END/,$p' | md5sum
mdb_copy -c db copy
mdb_dump copy | sed -n '/HEADER=END/,$p' | md5sum
sed 's/value/other/' dump >dump2
mdb_load -f dump2 db
mdb_dump -p db | grep -c other

{
	for i in $(seq 5000); do
		echo "store key$i \"value number $i\""
	done
	for i in $(seq 1 3 5000); do
		echo "delete key$i"
	done
	echo count
	echo fetch key77
	echo reorganize
	echo count
} >commands
gdbmtool -n numbers.gdbm <commands | tail -n 4
gdbm_dump numbers.gdbm dumped && grep -c '^#:len' dumped
gdbm_load dumped again.gdbm
printf 'list\n' | gdbmtool -r again.gdbm | sort | md5sum
printf 'count\n' | gdbmtool -r again.gdbm
