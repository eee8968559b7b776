#!/bin/sh
# In a control group: its CPUs bound the arenas, its memory the heap, where options ask for it; files are opened
# in the constructor, and never without such an option. Needs to be allowed to make groups.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition
need nproc

cat >"$tmp/member.c" <<'E1'
#include <ashlar/ashlar.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* "limits": what they are. "fill": takes and writes memory until there is none. */
int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	size_t taken = 0;
	char *p;
	if (!strcmp(what, "limits")) {
		printf("%zu %zu\n", ashlar_get_limit(ASHLAR_LIMIT_SOFT), ashlar_get_limit(ASHLAR_LIMIT_HARD));
	} else if (!strcmp(what, "fill")) {
		while ((p = malloc(100000))) {
			memset(p, 1, 100000);
			taken += 100000;
		}
		printf("%zu\n", errno == ENOMEM ? taken : 0);
	}
}
E1
$CC -O1 -fno-builtin -pthread -I"$src/include" -o "$tmp/member" "$tmp/member.c" -L"$libs" \
	-lashlar$install_suffix -Wl,-rpath,"$libs" || broken "member.c does not compile"
$CC -O1 -fno-builtin -pthread -o "$tmp/threads" "$src/tests/shell/threads.c" -L"$libs" \
	-lashlar$install_suffix -Wl,-rpath,"$libs" || broken "threads.c does not compile"

# Where no option asks, none is opened; the loader's are there without ashlar as well.
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	opened() { strace -f -e trace=open,openat -o "$tmp/trace" env ASHLAR_CONF="$1" "$tmp/member" limits >"$tmp/out"
		sed -n 's/.*"\(\/proc\/self\/[a-z]*\|[^"]*\(memory\|cpu\)\.[^"]*\)".*/\1/p' "$tmp/trace"; }
	[ -z "$(opened "")" ] || fail "opened without an option: $(opened "")"
	[ -z "$(opened limit_hard:100M,limit_soft:50M)" ] || fail "opened for a limit in bytes"
	[ "$(cat "$tmp/out")" = "52428800 104857600" ] || fail "limits of 50M and 100M: $(cat "$tmp/out")"
	opened container:true | grep -q '^/proc/self/cgroup$' || fail "container:true reads no cgroup"
fi

# make CONTROLLER: a group of our own, in $group, below ours; gone at the end.
groups=
trap 'for g in $groups; do rmdir "$g" 2>/dev/null; done; rm -rf "$tmp"' EXIT
make_group()
{
	point=$(awk -v c="$1" '$3 == "cgroup" && ("," $4 ",") ~ ("," c ",") { print $2; exit }' /proc/mounts)
	version=1
	path=$(awk -F: -v c="$1" '("," $2 ",") ~ ("," c ",") { print $3; exit }' /proc/self/cgroup)
	if [ -z "$point" ]; then
		point=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
		path=$(sed -n 's/^0:://p' /proc/self/cgroup)
		version=2
	fi
	[ -n "$point" ] && [ -d "$point$path" ] || return 1
	group=${point%/}${path%/}/ashlar-test.$$
	mkdir -p "$group" 2>/dev/null || return 1
	groups="$groups $group"
	grep -qw "$1" "$group/cgroup.controllers" 2>/dev/null || [ $version = 1 ]
}
set_to() { echo "$2" 2>/dev/null >"$group/$1"; }
# inside OPTIONS PROGRAM [ARGUMENT]
inside() { sh -c 'for g in '"$groups"'; do echo $$ >"$g/cgroup.procs" || exit 77; done; exec "$0" "$@"' \
	env ASHLAR_CONF="$1" "$tmp/$2" ${3:-} 2>"$tmp/report"; }

tested=
if make_group cpu && { [ $version = 1 ] && set_to cpu.cfs_period_us 100000 && set_to cpu.cfs_quota_us 70000 ||
	set_to cpu.max "70000 100000"; } && inside "" threads; then
	arenas() { inside "stats_print:true$1" threads || fail "$(cat "$tmp/report")"
		grep -c '^	[0-9][0-9]*:$' "$tmp/report"; }
	[ "$(arenas ,narenas:0,container:true)" = 1 ] || fail "0.7 CPUs: $(cat "$tmp/report")"
	[ "$(nproc)" = 1 ] || [ "$(arenas ,narenas:0)" -gt 1 ] || fail "the quota counts where nobody asked"
	[ "$(arenas ,container:true,narenas:2)" = 2 ] || fail "narenas does not count"
	tested="$tested cpu"
fi
if make_group memory && { [ $version = 1 ] && set_to memory.limit_in_bytes 134217728 ||
	set_to memory.max 134217728; } && inside "" member limits >"$tmp/out"; then
	[ "$(cat "$tmp/out")" = "0 0" ] || fail "limits where nobody asked: $(cat "$tmp/out")"
	limits=$(inside limit_hard:cgroup,limit_soft:cgroup:50% member limits)
	[ "$limits" = "67108850 127506815" ] || fail "soft and hard limit in 128 MiB: $limits"
	taken=$(inside limit_hard:cgroup:80% member fill) || fail "killed: $(cat "$tmp/report")"
	[ "$taken" -gt 70000000 ] && [ "$taken" -lt 107374182 ] || fail "80 % of 128 MiB: $taken"
	[ "$(inside container:true member limits)" = "0 0" ] || fail "container:true sets a limit"
	tested="$tested memory"
fi
[ -n "$tested" ] || skip "no groups may be made here"
echo "$name: tested:$tested"
