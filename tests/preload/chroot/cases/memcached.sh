# memcached: eight clients store, change and read twenty thousand values.
# packages: memcached python3
# short
memcached -u tester -l 127.0.0.1 -p 11211 -t 4 -m 256 &
server=$!
wait_for 10 listens 11211
cat >client.py <<'E2'
import hashlib, socket, threading
sums = {}
def client(me):
    s = socket.create_connection(('127.0.0.1', 11211))
    f = s.makefile('rb')
    h = hashlib.md5()
    def ask(line, data=None):
        s.sendall(line + b'\r\n' + (data + b'\r\n' if data is not None else b''))
    for i in range(2500):
        value = hashlib.sha1(b'%d/%d' % (me, i)).hexdigest().encode() * (1 + i * i % 97)
        ask(b'set k%d.%d %d 0 %d' % (me, i, i, len(value)), value)
        h.update(f.readline())
        if i % 3 == 0:
            ask(b'append k%d.%d 0 0 4' % (me, i), b'more')
            h.update(f.readline())
        if i % 5 == 0:
            ask(b'delete k%d.%d' % (me, i // 2))
            h.update(f.readline())
    for i in range(0, 2500, 50):
        ask(b'get ' + b' '.join(b'k%d.%d' % (me, j) for j in range(i, i + 50)))
        line = b''
        while line != b'END\r\n':
            line = f.readline()
            h.update(line)
    sums[me] = h.hexdigest()
threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
for n in range(8):
    print(n, sums[n])
s = socket.create_connection(('127.0.0.1', 11211))
s.sendall(b'stats\r\nquit\r\n')
for line in s.makefile('r'):
    if line.split()[1:2] in (['curr_items'], ['evictions'], ['cmd_set'], ['bytes']):
        print(line.strip())
E2
python3 client.py
kill -TERM $server
wait $server
