# qemu-system: a machine with two disks boots 512 bytes that count, write to the serial line and end; disk images are made and compared.
# packages: qemu-system-x86 qemu-utils seabios
# 16-bit code at 0x7c00: for (c = 'A'; c <= 'Z'; c++) { out 0x3f8, c; spin } out 0x501, 0x10
printf '\260\101\272\370\003\356\271\377\377\342\376\376\300\074\132\166\364\272\001\005\260\020\356\364' >boot
truncate -s 510 boot
printf '\125\252' >>boot
qemu-img create -q -f qcow2 b.qcow2 64M
seq 1000000 >data
qemu-img convert -f raw -O qcow2 -c data c.qcow2
qemu-img convert -f qcow2 -O raw c.qcow2 data.back
head -c "$(stat -c %s data)" data.back | cmp - data
qemu-io -c 'write -P 7 0 1M' -c 'write -z 4M 2M' -c 'read -P 7 0 1M' b.qcow2 | grep -c bytes
qemu-img snapshot -c s b.qcow2
qemu-img check -q b.qcow2
for run in 1 2 3 4; do
	status=0
	qemu-system-x86_64 -M pc -accel tcg,thread=multi -smp 2 -m 128 -display none -monitor none -no-reboot -nic user,model=e1000 \
		-drive file=boot,format=raw,if=ide -drive file=b.qcow2,if=virtio,snapshot=on \
		-device isa-debug-exit,iobase=0x501 -serial file:serial || status=$?
	echo $status $(cat serial)
done
