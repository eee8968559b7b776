# Chromium as an ordinary user, in its sandbox: scripts, a canvas and workers; what the page says and how it looks.
# packages: chromium chromium-sandbox fonts-dejavu-core python3
# seconds: 120
cat >server.py <<'E2'
import http.server, threading
done = threading.Event()
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_POST(self):
        print('page:', self.rfile.read(int(self.headers['Content-Length'])).decode(), flush=True)
        self.send_response(204)
        self.end_headers()
        done.set()
    def do_GET(self):
        if self.path == '/wait': # holds back the end of loading until the scripts are done
            done.wait()
            done.clear()
            self.path = '/dot.svg'
        super().do_GET()
http.server.ThreadingHTTPServer(('127.0.0.1', 8080), Handler).serve_forever()
E2
echo '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="5"/></svg>' >dot.svg
cat >worker.js <<'E2'
onmessage = e => {
	const list = [];
	for (let i = 0; i < e.data; i++) list.push([i * 7919 % 10007, 'x'.repeat(i % 30)]);
	list.sort((x, y) => x[0] - y[0] || x[1].length - y[1].length);
	postMessage(list.slice(-3).join());
};
E2
cat >index.html <<'E2'
<!DOCTYPE html><meta charset=utf-8><canvas id=c width=300 height=200></canvas><img src=wait><div id=d></div>
<script>
const hash = s => { let h = 2166136261; for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 16777619); return (h >>> 0).toString(16); };
const out = [], map = new Map();
for (let i = 0; i < 200000; i++) map.set('k' + i % 50000, { n: i, s: 'v'.repeat(i % 20) });
out.push(map.size, hash(JSON.stringify([...map])));
for (let i = 0; i < 3000; i++) {
	const p = document.createElement('p');
	p.innerHTML = '<b>' + i + '</b> <i style="color: rgb(' + i % 256 + ',0,0)">text</i>';
	d.append(p);
	if (i % 3 == 0) p.remove();
}
out.push(document.querySelectorAll('p').length, hash(d.innerHTML));
const g = c.getContext('2d');
for (let i = 0; i < 500; i++) {
	g.fillStyle = '#' + (i * 7919 % 4096 + 4096).toString(16).slice(1);
	g.fillRect(i * 13 % 300, i * 29 % 200, 16, 16);
}
out.push(hash(g.getImageData(0, 0, 300, 200).data.join()));
let left = 3;
for (let n = 1; n <= 3; n++) {
	const worker = new Worker('worker.js');
	worker.onmessage = e => {
		out[4 + n] = e.data;
		if (--left == 0) fetch('/', { method: 'POST', body: out.join(' ') });
	};
	worker.postMessage(30000 * n);
}
</script>
E2
chmod 755 .
python3 server.py 2>log &
server=$!
wait_for 10 listens 8080
run() { as_user chromium --headless --disable-gpu --no-first-run --disable-dev-shm-usage "$@" 2>>log.chromium; } # it does not start without a sandbox
run --dump-dom http://127.0.0.1:8080/ >dom
grep -c . dom
md5sum <dom
run --screenshot=/home/tester/shot.png --window-size=400,300 http://127.0.0.1:8080/
md5sum </home/tester/shot.png
kill $server
