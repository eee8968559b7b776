# D: its compiler, and a program with the collector, threads and malloc.
# packages: gdc libc6-dev
# seconds: 120
cat >program.d <<'E2'
import core.stdc.stdlib, core.stdc.string, core.memory;
import std.algorithm, std.array, std.conv, std.digest.sha, std.parallelism, std.range, std.stdio, std.string;

class Node { Node next; string text; int[] list; }

string work(int n)
{
	int[][string] table;
	Node head;
	size_t native;
	void*[100] kept;
	foreach (i; 0 .. 10000) {
		table["key " ~ to!string(i * n % 997)] ~= i;
		auto node = new Node;
		node.next = i % 100 ? head : null;
		node.text = "x".replicate(i % 60);
		node.list = iota(i % 40).array;
		head = node;
		auto p = cast(char*)strdup(node.text.toStringz);
		native += strlen(p);
		free(kept[i % 100]);
		kept[i % 100] = realloc(p, i + 100);
	}
	foreach (p; kept) free(p);
	auto lines = table.keys.sort.map!(k => k ~ table[k].map!(to!string).join(","));
	return toHexString(sha1Of(lines.join("\n"))).idup ~ " " ~ to!string(native);
}

void main()
{
	auto results = new string[12];
	foreach (n, ref r; parallel(results, 1)) r = work(cast(int)n + 1);
	foreach (r; results) writeln(r);
	GC.collect();
	int caught;
	foreach (i; 0 .. 1000) try throw new Exception("wanted"); catch (Exception e) caught++;
	writeln(caught);
}
E2
gdc -O2 -o program program.d
./program
