# stunnel: sixteen TLS sessions at once to a plain server, through a client and a server of its own.
# packages: stunnel4 openssl python3
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout key -out crt 2>log
cat >conf <<'E2'
foreground = yes
pid =
debug = err
[server]
accept = 127.0.0.1:4433
connect = 127.0.0.1:4000
cert = /area/crt
key = /area/key
[client]
client = yes
accept = 127.0.0.1:4001
connect = 127.0.0.1:4433
CAfile = /area/crt
verifyChain = yes
E2
cat >echo.py <<'E2'
import socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    request_queue_size = 100
Server(('127.0.0.1', 4000), Echo).serve_forever()
E2
cat >client.py <<'E2'
import hashlib, socket, threading
good = []
def client(me):
    for n in range(6):
        data = hashlib.sha512(b'%d %d' % (me, n)).digest() * (1 + me * n * 300)
        s = socket.create_connection(('127.0.0.1', 4001), timeout=30)
        sender = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)))
        sender.start()
        back = b''.join(iter(lambda: s.recv(65536), b''))
        sender.join()
        good.append(back == data)
threads = [threading.Thread(target=client, args=(n,)) for n in range(16)]
[t.start() for t in threads]
[t.join() for t in threads]
print(len(good), sum(good))
E2
python3 echo.py &
origin=$!
stunnel conf &
server=$!
wait_for 10 listens 4000
wait_for 10 listens 4001
wait_for 10 listens 4433
python3 client.py
kill $origin
kill $server
wait $server
