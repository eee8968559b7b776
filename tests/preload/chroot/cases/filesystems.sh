# File systems are made, filled, checked and changed in files, and a disk is divided.
# packages: fdisk parted e2fsprogs dosfstools xfsprogs btrfs-progs squashfs-tools mtools
# seconds: 180
# not on an overlay, where mkfs.btrfs stumbles over the link counts
cd /tmp
mkdir tree
for i in $(seq 400); do
	mkdir -p tree/$((i % 11))
	seq $i $((i * 5)) >tree/$((i % 11))/$i
done
uuid=01234567-89ab-cdef-0123-456789abcdef
truncate -s 64M ext4
mke2fs -q -t ext4 -U $uuid -E hash_seed=$uuid -d tree ext4
e2fsck -f -n ext4 2>/dev/null | tail -n 1
debugfs -R 'cat /7/40' ext4 2>/dev/null | md5sum
{
	for i in $(seq 200); do echo "write tree/5/5 new$i"; done
	echo 'mkdir folder'
	echo 'rm /7/40'
	echo 'symlink link /5/5'
} | debugfs -w -f - ext4 >log 2>&1
debugfs -R 'ls -l /' ext4 2>/dev/null | grep -c new
resize2fs ext4 96M 2>/dev/null && tune2fs -O ^has_journal -L label ext4 >log && e2fsck -f -y -D ext4 >log 2>&1 || echo "e2fsck: $?"
dumpe2fs -h ext4 2>/dev/null | grep -E 'volume name|UUID|Block count|Inode count'
e2image -r ext4 image 2>/dev/null && e2fsck -f -n image 2>/dev/null | tail -n 1 | sed 's/^image//'

truncate -s 64M fat
mkfs.vfat -F 32 -i 01234567 -n LABEL fat >log
mcopy -i fat -s tree/* :: && mdir -i fat -b ::/7 | sort | md5sum
mcopy -i fat ::/3/3 got && cmp got tree/3/3
mdel -i fat '::/5/*' && fsck.vfat -n fat | grep -o '[0-9]* files'

truncate -s 400M xfs
mkfs.xfs -q -m uuid=$uuid xfs
xfs_repair -n -f xfs >log 2>&1 && echo xfs is fine
xfs_db -r -f -c 'sb 0' -c 'p blocksize agcount rootino' xfs
xfs_admin -f -L label xfs >log && xfs_db -f -x -c label xfs
xfs_metadump -a -o xfs dump && xfs_mdrestore dump restored && xfs_repair -n -f restored >log 2>&1 && echo restored

truncate -s 200M btrfs
mkfs.btrfs -q -U $uuid -r tree btrfs >&2
btrfs check btrfs >log 2>&1 && echo btrfs is fine
mkdir out && btrfs restore btrfs out >log && diff -r tree out && echo the same
btrfs inspect-internal dump-tree -t fs btrfs | grep -c EXTENT_DATA
btrfs filesystem label btrfs name && btrfs filesystem label btrfs

for compression in gzip xz zstd lz4 lzo; do
	rm -f squash
	mksquashfs tree squash -comp $compression -processors 4 -no-progress -all-root -mkfs-time 0 -all-time 0 >log
	rm -rf un && unsquashfs -q -n -no-xattrs -d un squash >log && diff -r tree un && echo $compression
done

truncate -s 100M disk
parted -s disk mklabel gpt mkpart one ext4 1MiB 30MiB mkpart two fat32 30MiB 60MiB mkpart three 60MiB 90MiB
parted -s disk name 3 other set 1 boot on rm 2 resizepart 3 95MiB
parted -s -m disk unit s print | sed 's/^\/.*disk/disk/'
sfdisk -d disk | grep -c start=
printf 'label: dos\n,20M\n,20M,c\n,,E\n,10M\n,10M\n' | sfdisk -q disk && sfdisk -l -o Device,Start,Sectors,Id disk | tail -n 5
blkid -p -s TYPE ext4 fat xfs btrfs squash
