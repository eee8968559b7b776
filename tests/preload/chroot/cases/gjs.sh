# GJS: SpiderMonkey with GLib and GObject, whose memory passes from one to the other.
# packages: gjs gir1.2-glib-2.0
# seconds: 120
cat >script.js <<'E2'
const { GLib, Gio, GObject } = imports.gi
const sha = text => GLib.compute_checksum_for_string(GLib.ChecksumType.SHA1, text, -1)
const Thing = GObject.registerClass({ Properties: { name: GObject.ParamSpec.string('name', '', '', GObject.ParamFlags.READWRITE, '') } },
	class Thing extends GObject.Object {})
let rows = []
for (let i = 0; i < 20000; i++) rows.push({ n: i, name: 'row ' + i * 7 % 1999, list: new Array(i % 9).fill(i) })
print(sha(JSON.stringify(JSON.parse(JSON.stringify(rows)).sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : a.n - b.n))))
let store = new Gio.ListStore({ item_type: Thing })
for (let i = 0; i < 3000; i++) store.append(new Thing({ name: 'x'.repeat(i % 100) }))
store.sort((a, b) => a.name.length - b.name.length)
let total = 0
for (let i = 0; i < store.get_n_items(); i += 7) total = (total * 31 + store.get_item(i).name.length) % 1000003
print(total)
for (let i = 0; i < 2000; i++) {
	const v = new GLib.Variant('a{sv}', { a: GLib.Variant.new_int32(i), b: GLib.Variant.new_string('é'.repeat(i % 50)) })
	total += v.deepUnpack().b.deepUnpack().length + GLib.build_filenamev(['/', 'a', String(i)]).length
}
print(total)
let file = Gio.File.new_for_path('data')
file.replace_contents('line of text\n'.repeat(20000), null, false, 0, null)
const [, bytes] = file.load_contents(null)
print(GLib.compute_checksum_for_bytes(GLib.ChecksumType.SHA1, new GLib.Bytes(bytes)))
let loop = GLib.MainLoop.new(null, false), left = 20, sizes = []
for (let i = 0; i < 20; i++) file.load_contents_async(null, (f, r) => { sizes.push(f.load_contents_finish(r)[1].length); if (--left === 0) loop.quit() })
loop.run()
print(sizes.join(','))
const [, out] = GLib.spawn_command_line_sync('seq 10000')
print(out.length)
imports.system.gc()
E2
gjs script.js
