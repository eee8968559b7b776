#!/bin/sh
# A program's own options: its variables malloc_conf and malloc_conf_2_conf_harder, linked dynamically,
# statically and preloaded; and programs where those names are something else.
. "$(dirname "$0")/env.sh"
no_sanitizer

cat >"$tmp/options.c" <<E1
#include <stdlib.h>
const char *${ashlar_prefix}malloc_conf = "confirm_conf:true,narenas:2,dirty_decay_ms:2,hpa:true,madvise:false";
const char *${ashlar_prefix}malloc_conf_2_conf_harder = "dirty_decay_ms:4";
void *${ashlar_prefix}malloc(size_t size);
int main(void) { return ${ashlar_prefix}malloc(10) == NULL; }
E1
# A number, and a text without a pointer to it.
cat >"$tmp/number.c" <<E1
#include <stdlib.h>
long ${ashlar_prefix}malloc_conf[] = {7, 7};
char ${ashlar_prefix}malloc_conf_2_conf_harder[] = "this is a text, not a pointer to one";
void *${ashlar_prefix}malloc(size_t size);
int main(void) { return ${ashlar_prefix}malloc(10) == NULL; }
E1
# check HOW COMMAND...
check()
{
	how=$1
	shift
	env ASHLAR_CONF=narenas:3,dirty_decay_ms:3 "$@" >"$tmp/out" 2>&1 || fail "$how: $(cat "$tmp/out")"
	for option in narenas:3 dirty_decay_ms:4 madvise:false; do
		grep -qx "ashlar: $option" "$tmp/out" || fail "$how: not $option: $(cat "$tmp/out")"
	done
	! grep unknown "$tmp/out" || fail "$how: an option of jemalloc's"
}
# quiet HOW COMMAND...
quiet()
{
	how=$1
	shift
	env "$@" >"$tmp/out" 2>&1 || fail "$how: $(cat "$tmp/out")"
	[ ! -s "$tmp/out" ] || fail "$how: $(cat "$tmp/out")"
}
# build FLAG...: both programs
build()
{
	for program in options number; do
		$CC -fno-builtin -o "$tmp/$program" "$tmp/$program.c" "$@" || broken "$program: $*"
	done
}

if [ "$shared" = yes ]; then
	build -L"$libs" -lashlar"$install_suffix"
	check linked LD_LIBRARY_PATH="$libs" "$tmp/options"
	quiet "linked, no pointer" LD_LIBRARY_PATH="$libs" "$tmp/number"
fi
if [ "$shared" = yes ] && [ -z "$ashlar_prefix" ]; then
	build -rdynamic
	check preloaded LD_PRELOAD="$lib" "$tmp/options"
	quiet "preloaded, no pointer" LD_PRELOAD="$lib" "$tmp/number"
	build
	quiet "preloaded, not exported" LD_PRELOAD="$lib" "$tmp/options"
fi
[ "$static" = yes ] && [ "$static_programs" = yes ] || exit 0
build -static "$archive"
check static "$tmp/options"
quiet "static, no pointer" "$tmp/number"
if [ -f "$pic_archive" ]; then
	build -static-pie -fPIE "$pic_archive"
	check static-pie "$tmp/options"
	quiet "static-pie, no pointer" "$tmp/number"
fi
