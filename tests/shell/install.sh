#!/bin/sh
# Every install_* target installs exactly its files, its twin takes them away again, and the shared
# library is replaced in one step.
. "$(dirname "$0")/env.sh"

root=$tmp/root
dirs="prefix=/p exec_prefix=/p bindir=/p/bin sbindir=/p/sbin libdir=/p/lib includedir=/p/include mandir=/p/man
	docdir=/p/doc pkgconfigdir=/p/lib/pkgconfig"
into() { $MAKE -s -C "$build" "$@" $dirs DESTDIR="$root" >"$tmp/log" 2>&1 || fail "make $*: $(cat "$tmp/log")"; }
files() { (cd "$root" && find . ! -type d | sed 's,^\./p/,,' | sort); }

bin="bin/ashlar-config"
man="man/man1/ashlar-config.1 man/man3/ashlar.3"
include="include/ashlar/ashlar.h include/ashlar/extent_hooks.h include/ashlar/malloc_hooks.h"
if [ -z "$ashlar_prefix" ]; then
	include="$include include/ashlar/jemalloc.h"
	bin="$bin bin/ashlar.sh"
	man="$man man/man1/ashlar.sh.1"
	if [ "$shared" = yes ]; then
		bin="$bin sbin/ashlar-preload"
		man="$man man/man8/ashlar-preload.8"
	fi
else
	include="$include include/ashlar/prefixed.h"
fi
doc="doc/CONTRIBUTING.md doc/LICENSE doc/NEWS.md doc/README.md doc/SECURITY.md doc/doc/ARCHITECTURE.md
	doc/doc/performance.md doc/doc/platforms.md doc/doc/preload.md
	$(cd "$src" && printf 'doc/%s ' doc/decisions/*.md) doc/examples/mem_hook.c doc/examples/mem_hook_table.c doc/examples/mem_test.c"
pc="lib/pkgconfig/ashlar$install_suffix.pc"
so=lib/libashlar$install_suffix.so
real= shared_libs= static_libs=
if [ "$shared" = yes ]; then
	real=$(basename "$(readlink -f "$lib")")
	shared_libs="$so lib/$soname lib/$real"
fi
if [ "$static" = yes ]; then
	static_libs="lib/libashlar$install_suffix.a"
	[ "$shared" = no ] || static_libs="$static_libs lib/libashlar${install_suffix}_pic.a"
fi

# expect TARGET FILE...: that install_TARGET installs the files, and uninstall_TARGET removes them.
expect()
{
	target=$1
	shift
	rm -rf "$root"
	mkdir -p "$root"
	into "install_$target"
	printf '%s\n' "$@" | sed '/^$/d' | sort >"$tmp/expected"
	files | diff "$tmp/expected" - || fail "install_$target: other files than expected (<)"
	into "uninstall_$target"
	[ -z "$(files)" ] || fail "uninstall_$target left: $(files)"
}
expect bin $bin
expect include $include
expect lib_shared $shared_libs
expect lib_static $static_libs
expect lib_pc $pc
expect lib $shared_libs $static_libs $pc
expect doc_man $man
expect doc $man $doc

rm -rf "$root"
mkdir -p "$root"
into install
printf '%s\n' $bin $include $shared_libs $static_libs $pc $man $doc | sort >"$tmp/expected"
files | diff "$tmp/expected" - || fail "install: other files than expected (<)"
[ "$shared" = no ] || [ "$(readlink "$root/p/$so")" = "$real" ] || fail "$so is not a link to $real"
sh "$src/tests/shell/links.sh" "$root/p/doc" || fail "the texts that are installed do not hold together"
for b in $bin; do
	[ -x "$root/p/$b" ] || fail "$b cannot be executed"
done

# Install again over it. Whoever writes the library must write beside it, and leave the old one in
# place and whole until a rename.
if [ "$shared" = yes ]; then
	cat >"$tmp/install" <<E1
#!/bin/sh
for last; do :; done
cmp -s "$libs/$real" "$root/p/lib/$real" || echo "the old library is gone" >>"$tmp/seen"
[ "\$last" != "$root/p/lib/$real" ] || echo "written in place" >>"$tmp/seen"
echo once >>"$tmp/calls"
exec install "\$@"
E1
	chmod +x "$tmp/install"
	inode=$(stat -c %i "$root/p/lib/$real")
	into install_lib_shared INSTALL_PROGRAM="$tmp/install"
	[ "$(cat "$tmp/calls")" = once ] || broken "the spy was not called, or not once"
	[ ! -f "$tmp/seen" ] || fail "not replaced in one step: $(cat "$tmp/seen")"
	[ "$(stat -c %i "$root/p/lib/$real")" != "$inode" ] || fail "the library was not replaced"
	cmp "$libs/$real" "$root/p/lib/$real" || fail "the installed library is another"
fi
into uninstall
[ -z "$(files)" ] || fail "uninstall left: $(files)"

# ldconfig: only root, only into the live system.
mkdir "$tmp/path"
printf '#!/bin/sh\necho called >>"%s"\n' "$tmp/ldconfig" >"$tmp/path/ldconfig"
printf '#!/bin/sh\n[ "$*" = -u ] && echo $FAKE_ID || exec /usr/bin/id "$@"\n' >"$tmp/path/id"
chmod +x "$tmp/path/ldconfig" "$tmp/path/id"
PATH=$tmp/path:$PATH
export FAKE_ID
live() { $MAKE -s -C "$build" install $(echo "$dirs" | sed "s,/p,$tmp/live/p,g") >"$tmp/log" 2>&1 ||
	fail "make install: $(cat "$tmp/log")"; }
FAKE_ID=1000
live
[ ! -f "$tmp/ldconfig" ] || fail "ldconfig was run by another than root"
FAKE_ID=0
into install
[ ! -f "$tmp/ldconfig" ] || fail "ldconfig was run for an installation into DESTDIR"
live
[ -f "$tmp/ldconfig" ] || fail "ldconfig was not run when root installed into the live system"
