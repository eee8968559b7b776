# PyPy: its compiler to machine code and its collector, and ctypes with libc's own handle.
# packages: pypy3
# seconds: 120
cat >script.py <<'E2'
import array, ctypes, gc, hashlib, json, re, threading, zlib

def sha(text):
	return hashlib.sha1(text.encode() if isinstance(text, str) else text).hexdigest()

class Node:
	def __init__(self, n): self.n, self.other = n, None

def work(n):
	nodes = [Node(n * i % 10007) for i in range(50000)]
	for a, b in zip(nodes, nodes[1:] + nodes[:1]): a.other = b
	text = json.dumps([{'n': a.n, 'next': a.other.n} for a in nodes[::5]])
	return sha(zlib.decompress(zlib.compress(json.dumps(json.loads(text)).encode())))

results = {}
threads = [threading.Thread(target=lambda n=n: results.__setitem__(n, work(n))) for n in range(6)]
for t in threads: t.start()
for t in threads: t.join()
print(sha(json.dumps(results, sort_keys=True)))
kept = []
for i in range(3000):
	kept.append((bytearray(i * 20), array.array('l', range(i % 500))))
	if len(kept) > 100: del kept[:50]
print(sum(len(b) + sum(a) for b, a in kept))
libc = ctypes.CDLL('libc.so.6')
libc.strdup.restype = ctypes.c_void_p
libc.strdup.argtypes = [ctypes.c_char_p]
libc.free.argtypes = [ctypes.c_void_p]
total = 0
for i in range(5000):
	p = libc.strdup(b'x' * (i % 900))
	total += len(ctypes.string_at(p))
	libc.free(p)
print(total)
text = ' '.join(sha(str(i)) for i in range(3000))
print(len(re.findall(r'\b(\d)[a-f]+(\d+)', text)), sha(re.sub(r'([a-f]+)(\d+)', r'\2-\1', text)))
gc.collect()
E2
pypy3 script.py
