#!/bin/sh
# A file of lib/ includes its own layer or one below; nothing else.
. "$(dirname "$0")/env.sh"

cat >"$tmp/layers.awk" <<'E1'
BEGIN {
	n = split("ashlar base os region slab heap obs api", layer, " ")
	for (i = 1; i <= n; i++)
		rank[layer[i]] = i
}
# dir/file.c:#include "layer/header.h"
{
	from = $0
	sub(/\/.*/, "", from)
	to = $0
	sub(/^[^"<]*["<]/, "", to)
	sub(/\/.*/, "", to)
	if (!(from in rank) || !(to in rank) || rank[to] > rank[from]) {
		print
		bad = 1
	}
	seen++
}
END { exit bad || !seen }
E1
includes() { (cd "$1" && grep -r --include='*.[ch]' '^[ 	]*#[ 	]*include[ 	]*["<][a-z]*/[^">]*[">]' .) |
	sed 's,^\./,,' | grep -v '<\(sys\|linux\|asm\|gnu\|bits\|arpa\|net[a-z]*\)/'; }

# The rule must catch what it is for: an include that goes up, and a layer nobody knows.
mkdir -p "$tmp/up/os" "$tmp/unknown/heap"
echo '#include "slab/slab.h"' >"$tmp/up/os/os.c"
echo '#include "misc/misc.h"' >"$tmp/unknown/heap/cache.c"
for tree in up unknown; do
	! includes "$tmp/$tree" | awk -f "$tmp/layers.awk" >/dev/null ||
		broken "an include that is wrong ($tree) goes unseen"
done

includes "$src/lib" | awk -f "$tmp/layers.awk" || fail "includes that do not go down"

# The build's configuration is read in one place, and never by a public header.
wrong=$(cd "$src" && grep -rl --include='*.[ch]' 'include.*config\.h"' lib include |
	grep -v '^lib/base/base\.h$' || :)
[ -z "$wrong" ] || fail "config.h is for base/base.h alone: $wrong"
