# Chromium as an ordinary user, in its sandbox: scripts, a canvas and a worker fill a page; and a picture of it.
# packages: chromium chromium-sandbox fonts-dejavu-core python3
# seconds: 120
cat >page.html <<'E2'
<!DOCTYPE html><meta charset=utf-8><title>t</title><canvas id=c width=300 height=200></canvas><div id=d></div>
<script>
function hash(x) { let h = 2166136261; for (let i = 0; i < x.length; i++) h = Math.imul(h ^ x.charCodeAt(i), 16777619); return (h >>> 0).toString(16); }
const out = [];
const map = new Map();
for (let i = 0; i < 200000; i++) map.set('k' + i % 50000, { n: i, s: 'v'.repeat(i % 20) });
out.push(map.size, hash(JSON.stringify([...map].slice(0, 20000))));
for (let i = 0; i < 3000; i++) {
	const p = document.createElement('p');
	p.innerHTML = '<b>' + i + '</b> <i style="color: rgb(' + i % 256 + ',0,0)">text</i>';
	d.append(p);
	if (i % 3 == 0) p.remove();
}
out.push(document.querySelectorAll('p').length, hash(d.innerHTML));
const g = c.getContext('2d');
for (let i = 0; i < 500; i++) { g.fillStyle = '#' + (i * 7919 % 4096 + 4096).toString(16).slice(1); g.fillRect(i * 13 % 300, i * 29 % 200, 16, 16); }
out.push(hash(g.getImageData(0, 0, 300, 200).data.join()));
d.textContent = '';
const worker = new Worker(URL.createObjectURL(new Blob(['onmessage = e => { const a = []; for (let i = 0; i < e.data; i++) a.push([i * 7919 % 10007]); a.sort((x, y) => x[0] - y[0]); postMessage(a.slice(-3).join()); }'])));
worker.onmessage = e => { out.push(e.data); d.textContent = 'result ' + out.join(' '); };
worker.postMessage(100000);
</script>
E2
chmod 755 .
run() { as_user chromium --headless --disable-gpu --no-first-run --disable-dev-shm-usage --hide-scrollbars --virtual-time-budget=20000 "$@" file:///work/page.html; }
run --dump-dom >dom
grep -o '<div id="d">.*</div>' dom
run --screenshot=/home/tester/shot.png --window-size=400,300
