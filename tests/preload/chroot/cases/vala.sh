# Vala: its compiler, and a program of GLib's objects, hash tables and thread pools.
# packages: valac gcc libc6-dev libglib2.0-dev
# seconds: 120
cat >program.vala <<'E2'
class Node : Object {
	public string text { get; set; }
	public Node? next;
	public int[] list;
}

string work(int n) {
	var table = new HashTable<string, GenericArray<string>>(str_hash, str_equal);
	Node? head = null;
	for (int i = 0; i < 10000; i++) {
		var key = "key %d".printf(i * n % 997);
		if (!table.contains(key)) table[key] = new GenericArray<string>();
		table[key].add(i.to_string());
		var node = new Node();
		node.text = string.nfill(i % 60, 'x');
		node.list = new int[i % 100];
		node.next = i % 50 == 0 ? null : head;
		head = node;
	}
	var keys = table.get_keys();
	keys.sort(strcmp);
	var text = new StringBuilder();
	foreach (unowned string key in keys) text.append_printf("%s %s\n", key, string.joinv(",", table[key].data));
	var upper = new Regex("([0-9])([0-9]+)").replace(text.str, -1, 0, "<\\2\\1>").up();
	return Checksum.compute_for_string(ChecksumType.SHA1, upper);
}

int main() {
	var results = new string[12];
	var threads = new GenericArray<Thread<int>>();
	for (int n = 0; n < 12; n++) {
		int m = n;
		threads.add(new Thread<int>("worker", () => { results[m] = work(m + 1); return 0; }));
	}
	for (int n = 0; n < 12; n++) threads[n].join();
	foreach (unowned string s in results) print("%s\n", s);
	return 0;
}
E2
valac -X -w -X -O2 --pkg glib-2.0 -o program program.vala
./program
