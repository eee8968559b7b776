#!/bin/sh
# python3: containers, text, compression, threads, subprocesses, and C extensions.
. "$(dirname "$0")/lib.sh"
need python3

work()
{
	cat >work.py <<'E1'
import collections, concurrent.futures, decimal, gc, hashlib, itertools, json, random, re
import subprocess, sys, zlib

random.seed(20221)
words = ["".join(random.choices("abcdefgh", k=random.randint(1, 12))) for _ in range(200000)]
count = collections.Counter(words)
print(len(count), sorted(count.items(), key=lambda kv: (-kv[1], kv[0]))[:5])

tree = {}
for w in words[:60000]:
    node = tree
    for c in w:
        node = node.setdefault(c, {})
text = json.dumps(tree, sort_keys=True)
print(len(text), hashlib.sha256(text.encode()).hexdigest(), json.loads(text) == tree)

print(len(re.findall(r"(?:ab)+c|h{2,}", " ".join(words))))
packed = zlib.compress(text.encode(), 6)
print(len(packed), zlib.decompress(packed).decode() == text)

decimal.getcontext().prec = 2000
print(hashlib.md5(str(decimal.Decimal(2).sqrt()).encode()).hexdigest())
print(sum(int(d) for d in str(3 ** 9000)))

def sort(seed):
    r = random.Random(seed)
    rows = [(r.random(), str(r.random())) for _ in range(20000)]
    rows.sort(key=lambda row: row[1])
    return hashlib.md5(repr(rows).encode()).hexdigest()

with concurrent.futures.ThreadPoolExecutor(4) as pool:
    for digest in pool.map(sort, range(8)):
        print(digest)

cycles = [[] for _ in range(50000)]
for a, b in zip(cycles, itertools.chain(cycles[1:], cycles[:1])):
    a.append(b)
del cycles, a, b
print(gc.collect() >= 50000)

buf = bytearray()
for i in range(3000):
    buf += bytes([i % 251]) * 1000
print(len(buf), hashlib.sha1(buf).hexdigest())
for _ in range(5):
    print(subprocess.run([sys.executable, "-c", "print(sum(range(1000)))"],
                         capture_output=True, text=True, check=True).stdout.strip())
open("maps", "w").write(open("/proc/self/maps").read())
E1
	PYTHONHASHSEED=0 python3 work.py
}
compare
