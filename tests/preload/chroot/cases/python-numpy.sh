# NumPy: arrays of all sizes, linear algebra with threads, sorting, strings, and its tests of allocation.
# packages: python3-numpy
# seconds: 120
cat >script.py <<'E2'
import hashlib, threading
import numpy as np

def sha(a):
	return hashlib.sha1(np.ascontiguousarray(a).tobytes()).hexdigest()

def work(n, results):
	a = (np.arange(90000, dtype=np.int64) * 7919 * n) % 10007
	parts = []
	for i in range(300):
		b = a[i:i + 5000 + i * n].reshape(-1, 10) if i % 2 == 0 and (5000 + i * n) % 10 == 0 else a[i::3]
		parts.append(np.sort(b, axis=None)[::7].copy())
		if len(parts) > 20: parts.pop(0)
	s = np.char.add(a[:3000].astype('U'), 'x')
	o = np.array([str(x) for x in a[:5000]], dtype=object)
	m = np.asmatrix(a[:10000].reshape(100, 100))
	results[n] = ' '.join((sha(np.concatenate(parts)), sha(s), str(sum(map(len, o))), sha(m @ m % 10007)))

results = {}
threads = [threading.Thread(target=work, args=(n, results)) for n in range(1, 9)]
for t in threads: t.start()
for t in threads: t.join()
for n in sorted(results): print(results[n])
m = np.fromfunction(lambda i, j: (i * 31 + j * 17) % 101, (400, 400)) + 1000 * np.eye(400)
print(np.allclose(np.linalg.inv(m) @ m, np.eye(400)), np.linalg.matrix_rank(m), np.allclose(np.fft.ifft(np.fft.fft(m)), m))
for i in range(2000):
	x = np.empty(i * 16 + 1); x.resize(i * 24 + 1, refcheck=False)
try:
	np.zeros((1 << 30, 1 << 30))
except (MemoryError, ValueError) as e:
	print(type(e).__name__)
np.savez_compressed('x.npz', m=m, s=np.arange(100000))
with np.load('x.npz') as f: print(sha(f['s']), np.array_equal(f['m'], m))
E2
python3 script.py
