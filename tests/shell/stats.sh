#!/bin/sh
# Reports as programs get them: JSON that a parser reads and that has jemalloc's names where its readers look, XML as
# glibc's, whatever parts are left out; at the end of a program; through a malloc_message of the program's own.
# Whether the figures are true, tests/api/test_stats.c asks.
. "$(dirname "$0")/env.sh"
need_interposition
need_shared
need python3
LD_LIBRARY_PATH=$libs
export LD_LIBRARY_PATH

cat >"$tmp/report.c" <<'E1'
#include <ashlar/ashlar.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void to_file(void *file, const char *text)
{
	fputs(text, file);
}

static void *work(void *unused)
{
	for (int i = 1; i < 3000; i++)
		if (!malloc((size_t)i % 700 + 1) || !malloc((size_t)i * 50))
			return NULL;
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t other;
	work(NULL);
	if (pthread_create(&other, NULL, work, NULL) != 0)
		return 1;
	pthread_join(other, NULL);
	for (int i = 1; i < argc; i++) {
		char name[64];
		FILE *f;
		snprintf(name, sizeof name, "report-%s", argv[i]);
		f = fopen(name, "w");
		if (!f)
			return 1;
		if (strcmp(argv[i], "xml") == 0)
			malloc_info(0, f);
		else
			malloc_stats_print(to_file, f, argv[i]);
		fclose(f);
	}
	return 0;
}
E1
$CC -I"$src/include" -g -o "$tmp/report" "$tmp/report.c" -L"$libs" -lashlar"$install_suffix" -lpthread
cd "$tmp"

# Every set of letters gives JSON.
all=$(python3 -c '
from itertools import combinations
for n in range(7):
    for c in combinations("gmablx", n):
        print("J" + "".join(c))')
"$tmp/report" $all xml
python3 - $all <<'E2' || fail "JSON"
import json, sys
for letters in sys.argv[1:]:
    with open("report-" + letters) as f:
        r = json.load(f)["jemalloc"]
    want = {"stats"}
    if "g" not in letters:
        want |= {"version", "opt", "arenas"}
    if "m" not in letters or "a" not in letters:
        want |= {"stats.arenas"}
    assert set(r) == want, (letters, sorted(r))
E2

python3 - <<'E3' || fail "the figures of the JSON report"
import json
with open("report-J") as f:
    r = json.load(f)["jemalloc"]

# what readers of jemalloc's reports ask for
assert r["version"].startswith("5."), r["version"]
for name in "abort narenas dirty_decay_ms muzzy_decay_ms background_thread retain thp tcache tcache_max junk zero xmalloc".split():
    assert name in r["opt"], name
assert r["opt"]["retain"] is True and r["opt"]["stats_print_opts"] == "" and r["opt"]["stats_interval"] == -1, r["opt"]
stats = r["stats"]
for name in "allocated active metadata metadata_thp resident mapped retained zero_reallocs background_thread mutexes".split():
    assert name in stats, name
assert 0 < stats["allocated"] <= stats["active"] <= stats["resident"] <= stats["mapped"], stats
arenas = r["stats.arenas"]
merged = arenas.pop("merged")
for a in [merged] + list(arenas.values()):
    for name in """nthreads uptime_ns dss dirty_decay_ms muzzy_decay_ms pactive pdirty pmuzzy dirty_npurge dirty_nmadvise
            dirty_purged muzzy_npurge muzzy_nmadvise muzzy_purged small large mapped retained base internal metadata_thp
            tcache_bytes tcache_stashed_bytes resident abandoned_vm extent_avail mutexes bins lextents""".split():
        assert name in a, name
    assert set(a["small"]) == set(a["large"]) == set("allocated nmalloc ndalloc nrequests nfills nflushes".split())
    assert len(a["bins"]) == r["arenas"]["nbins"] == len(r["arenas"]["bin"])
    assert len(a["lextents"]) == r["arenas"]["nlextents"] == len(r["arenas"]["lextent"])
    for b, of in zip(a["bins"], r["arenas"]["bin"]):
        assert b["nmalloc"] - b["ndalloc"] == b["curregs"] + b["cached"], b
        assert b["curregs"] + b["cached"] <= b["curslabs"] * of["nregs"], (b, of)
        assert b["nonfull_slabs"] <= b["curslabs"] <= b["nslabs"], b
        assert "num_ops" in b["mutex"]
    assert sum(l["curlextents"] for l in a["lextents"]) == a["large"]["nmalloc"] - a["large"]["ndalloc"]

# the arenas are the whole
for name in "pactive pdirty retained base tcache_bytes resident mapped nthreads".split():
    parts = sum(a[name] for a in arenas.values())
    assert parts == merged[name], (name, parts, merged[name])
for kind in "small", "large":
    for name in merged[kind]:
        assert sum(a[kind][name] for a in arenas.values()) == merged[kind][name], (kind, name)
assert stats["allocated"] == merged["small"]["allocated"] + merged["large"]["allocated"]
assert merged["small"]["allocated"] > 2 * 2998 * 350 and merged["large"]["allocated"] > 2 * 2998 * 50 * 1000
E3

# glibc's schema: heaps with sizes, then totals.
python3 - <<'E4' || fail "malloc_info"
import xml.etree.ElementTree as xml
root = xml.parse("report-xml").getroot()
assert root.tag == "malloc" and root.attrib == {"version": "1"}
heaps = root.findall("heap")
assert [h.get("nr") for h in heaps] == [str(i) for i in range(len(heaps))] and heaps
def totals(of):
    found = {}
    for e in of:
        if e.tag in ("total", "system", "aspace"):
            assert set(e.attrib) == ({"type", "count", "size"} if e.tag == "total" else {"type", "size"}), e.attrib
            found[e.tag, e.get("type")] = int(e.get("size"))
    return found
usual = {("total", "fast"), ("total", "rest"), ("system", "current"), ("system", "max"), ("aspace", "total"),
         ("aspace", "mprotect")}
whole = totals(root)
assert set(whole) == usual | {("total", "mmap")}, whole
for h in heaps:
    assert [e.tag for e in h][0] == "sizes" and set(totals(h)) == usual, totals(h)
    for s in h.find("sizes"):
        assert s.tag == "size" and int(s.get("total")) == int(s.get("to")) * int(s.get("count")), s.attrib
    assert totals(h)["system", "current"] <= totals(h)["system", "max"]
    assert totals(h)["system", "current"] <= totals(h)["aspace", "total"]
for key in ("total", "fast"), ("system", "current"):
    assert sum(totals(h)[key] for h in heaps) == whole[key], key
E4

# At the end of a program that knows nothing of us.
printf 'int main(void) { return 0; }\n' >nothing.c
$CC -o nothing nothing.c
ASHLAR_CONF=stats_print:true LD_PRELOAD=$lib ./nothing 2>end || fail "a program, with a report at the end"
grep -q '^___ Begin ashlar statistics ___$' end && grep -q '^--- End ashlar statistics ---$' end ||
	fail "no report at the end: $(cat end)"

# A program's own malloc_message, dynamic and static.
cat >own.c <<'E5'
#include <stdio.h>
#include <stdlib.h>

static void own(void *unused, const char *text)
{
	(void)unused;
	fputs(text, stdout);
}

void (*malloc_message)(void *, const char *) = own;
void malloc_stats_print(void (*write)(void *, const char *), void *arg, const char *opts);

int main(void)
{
	free(malloc(1));
	malloc_stats_print(NULL, NULL, "J");
	return 0;
}
E5
$CC -o own own.c -L"$libs" -lashlar"$install_suffix"
./own >own.json 2>own.err && python3 -m json.tool own.json >/dev/null && [ ! -s own.err ] ||
	fail "the program's own malloc_message was passed over"
echo 'int main(void) { return 0; }' >static.c
if [ "$static" = yes ] && $CC -static -o static static.c 2>/dev/null; then
	$CC -static -o own own.c "$archive" || fail "a static program cannot define malloc_message"
	./own >own.json 2>own.err && python3 -m json.tool own.json >/dev/null && [ ! -s own.err ] ||
		fail "a static program's own malloc_message was passed over"
fi
