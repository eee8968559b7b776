#!/bin/sh
# yrmcds, a server for memcached's protocol that takes its memory from tc_malloc, tc_realloc and tc_free: values of all
# sizes stored, appended to, read and deleted by several clients.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
need yrmcdsd python3

cat >"$tmp/client.py" <<'E1'
import hashlib, socket, sys, threading

port = int(sys.argv[1])
def client(number, digests):
    s = socket.create_connection(("127.0.0.1", port))
    f = s.makefile("rb")
    def ask(line, data=None):
        s.sendall(line.encode() + b"\r\n" + (data + b"\r\n" if data is not None else b""))
        return f.readline().strip()
    def value(i):
        return (b"%d-" % (i * number)) * (i % 700 + 1)
    for i in range(4000):
        assert ask("set %d:%d 0 0 %d" % (number, i, len(value(i))), value(i)) == b"STORED"
    for i in range(0, 4000, 3):
        assert ask("append %d:%d 0 0 1000" % (number, i), b"+" * 1000) == b"STORED"
    for i in range(0, 4000, 5):
        assert ask("delete %d:%d" % (number, i)) == b"DELETED"
    digest = hashlib.sha256()
    for i in range(4000):
        head = ask("get %d:%d" % (number, i))
        if head == b"END":
            assert i % 5 == 0
            continue
        data = f.read(int(head.split()[3]) + 2)[:-2]
        assert f.readline() == b"END\r\n"
        assert data == value(i) + (b"+" * 1000 if i % 3 == 0 else b"")
        digest.update(data)
    digests[number] = digest.hexdigest()

digests = {}
threads = [threading.Thread(target=client, args=(n, digests)) for n in range(1, 5)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert len(digests) == 4
for n in sorted(digests):
    print(n, digests[n])
E1
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
answers() { python3 -c "import socket; socket.create_connection(('127.0.0.1', $1))"; }

work()
{
	port=$(free_port)
	mkdir temp
	cat >conf <<E1
port = $port
repl_port = $(free_port)
temp_dir = "$PWD/temp"
log.file = "$PWD/log"
memory_limit = 512M
E1
	yrmcdsd -f conf &
	server=$!
	pids="$pids $server"
	trap 'kill $server 2>/dev/null || :' EXIT
	wait_for answers "$port"
	cat /proc/"$server"/maps >maps
	env -u LD_PRELOAD python3 "$tmp/client.py" "$port"
	kill "$server"
	wait "$server" || echo "exit $?"
	! grep -i -e error -e warn log
}
compare
