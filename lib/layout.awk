# Reads what the linker says with --verbose, in it its own script, and writes that script, changed: the functions named
# in the first file, lib/near.list, come first in .text, and before them what else a small program touches. Where a
# page of a file is touched the kernel maps all pages around it that are in memory, 64 KiB, and each counts as
# resident: so what is used should lie together, next to what the dynamic linker reads.
# The functions have sections of their own (-ffunction-sections); with link-time optimization they have not, and
# this changes nothing.
FNR == NR { near[++n] = $1; next }
/^=====/ { inside = !inside; next }
!inside { next }
/^ *\.text[ \t]*:/ && !done {
	far = "EXCLUDE_FILE(*ctl.o *report.o *stats.o *glibc.o *cgroup.o *fmt.o) "
	print "  .rodata_near : { *(" far ".rodata " far ".rodata.*) }"
	print "  .fini : { KEEP (*(SORT_NONE(.fini))) }"
	print
	getline # {
	print
	print "    *crt*.o(.text)"
	print "    *libgcc.a:*(.text .text.*)"
	print "    *libc_nonshared.a:*(.text .text.*)"
	print "    *(.text.startup .text.startup.* .text.exit .text.exit.*"
	for (i = 1; i <= n; i++)
		printf "      .text.%s .text.%s.* .text.unlikely.%s .text.unlikely.%s.*\n", near[i], near[i], near[i], near[i]
	print "    )"
	print "    HIDDEN(ash_near_end = .);" # for tests/shell/layout.sh
	done = 1
	next
}
{ print }
END { exit !done }
