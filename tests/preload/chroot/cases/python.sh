# Python: objects, json, regular expressions, SQLite, threads and forked workers, with its own small-block
# allocator and with malloc for everything.
# packages: python3
# short
# seconds: 120
cat >script.py <<'E2'
import gc, hashlib, json, multiprocessing, re, sqlite3, sys, threading, zlib
sys.set_int_max_str_digits(0)

def sha(data):
	return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()[:20]

class Node:
	def __init__(self, n):
		self.n, self.other, self.name = n, None, 'node %d' % n

def work(n):
	nodes = [Node(n * i) for i in range(2000)]
	for a, b in zip(nodes, nodes[1:] + nodes[:1]):
		a.other = b # a cycle, for the collector
	text = json.dumps([{'n': a.n, 'name': a.name, 'next': a.other.name} for a in nodes])
	back = json.loads(text)
	return sha(zlib.compress(json.dumps(back, indent=1).encode()))

def in_thread(results, n):
	results[n] = work(n)

results = {}
threads = [threading.Thread(target=in_thread, args=(results, n)) for n in range(24)]
for t in threads: t.start()
for t in threads: t.join()
print('threads', sha(json.dumps(results, sort_keys=True)))

with multiprocessing.get_context('fork').Pool(4) as pool:
	print('forked', sha(json.dumps(pool.map(work, range(24)))))

db = sqlite3.connect(':memory:')
db.execute('create table t (a integer primary key, b text)')
db.executemany('insert into t values (?, ?)', ((i, sha(str(i))) for i in range(20000)))
db.execute('create index i on t (b)')
print('sqlite', db.execute('select count(*), min(b), max(b), total(a) from t where b between "3" and "7"').fetchone())

text = ' '.join(sha(str(i)) for i in range(5000))
print('re', len(re.findall(r'\b(\d)[a-f]+(\d+)', text)), sha(re.sub(r'([a-f]+)(\d+)', r'\2-\1', text)))
print('big', sha(str(pow(3, 20000))), sha(bytes(bytearray(b'ab' * 1000000))))
print('collected', gc.collect() >= 0, len(gc.garbage))
E2
python3 script.py
PYTHONMALLOC=malloc python3 script.py
