# initramfs-tools packs an initial file system, copying many programs and their libraries.
# packages: initramfs-tools busybox cpio kmod
# seconds: 120
mkdir -p /lib/modules/1.0-test /boot
touch /lib/modules/1.0-test/modules.order /lib/modules/1.0-test/modules.builtin
depmod 1.0-test
echo CONFIG_RD_ZSTD=y >/boot/config-1.0-test
mkinitramfs -o image 1.0-test
lsinitramfs image | grep -v -E 'ashlar|jemalloc|tcmalloc|mimalloc|preload' >list
grep -c . list >n
grep -E '^(usr/)?bin/busybox$|^init$|/libc\.so\.6$' list | sort -u
unmkinitramfs image out && cmp out/usr/bin/busybox /usr/bin/busybox && echo the same
