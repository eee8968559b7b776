# Nim: its compiler, and a program whose allocator is malloc, with reference counts and with a collector.
# packages: nim gcc libc6-dev
# seconds: 240
cat >program.nim <<'E2'
import std/[algorithm, sequtils, strutils, tables]
type Node = ref object
  next: Node
  text: string
  list: seq[int]
proc sum(text: string): uint32 =
  result = 7
  for c in text: result = result * 31 + uint32(ord(c))
proc work(n: int): uint32 {.gcsafe.} =
  var head: Node
  var t = initTable[string, seq[string]]()
  for i in 1 .. 20000:
    head = Node(next: (if i mod 100 == 0: nil else: head), text: "node " & $(i * n mod 1999), list: toSeq(0 ..< i mod 30))
    t.mgetOrPut(head.text, @[]).add(repeat('x', i mod 50) & $head.list.len)
  var lines: seq[string]
  for k, v in t: lines.add(k & v.join(","))
  lines.sort()
  result = sum(lines.join("\n"))
var results: array[6, uint32]
var threads: array[6, Thread[int]]
proc run(n: int) {.thread.} = results[n] = work(n + 1)
for n in 0 .. 5: createThread(threads[n], run, n)
joinThreads(threads)
echo results
E2
for flags in '--mm:orc -d:useMalloc' '--mm:refc'; do
	nim c --threads:on --hints:off --warnings:off $flags --nimcache:cache -o:program program.nim
	./program
done
