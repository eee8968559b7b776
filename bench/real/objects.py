# Dicts, strings and lists made and dropped; run with PYTHONMALLOC=malloc, so that each is a malloc.
import json

class Node:
    def __init__(self, key, left=None, right=None):
        self.key, self.left, self.right = key, left, right

def insert(root, key):
    if root is None:
        return Node(key)
    n = root
    while True:
        side = "left" if key < n.key else "right"
        child = getattr(n, side)
        if child is None:
            setattr(n, side, Node(key))
            return root
        n = child

total, x, root = 0, 12345, None
for i in range(40000):
    x = (x * 1103515245 + 12345) % 2147483648
    root = insert(root, x)
rows = [{"id": i, "name": "n%d" % i, "tags": [str(i % k) for k in range(1, 9)]} for i in range(30000)]
for _ in range(2):
    text = json.dumps(rows)
    rows = json.loads(text)
    total += len(text)
words = {}
for i in range(300000):
    w = "w" + str(i * 7919 % 20011)
    words[w] = words.get(w, "")[-20:] + str(i)
total += sum(len(v) for v in words.values())
print(total)
