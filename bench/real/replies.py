# replies.py SOCKET DIR: asks the server for what is in DIR, again and again, and checks each reply.
# Connections are many and each sends its requests at once, so that the client waits little.
import os
import socket
import sys
import zlib

ROUNDS, CONNECTIONS, TIMES = 5, 96, 4

def content(name):
    with open(os.path.join(sys.argv[2], name), "rb") as f:
        return f.read()

def reply(stream):
    status, headers, line = stream.readline(), {}, stream.readline()
    while line != b"\r\n":
        key, value = line.split(b":", 1)
        headers[key.lower()] = value.strip()
        line = stream.readline()
    if b"content-length" in headers:
        body = stream.read(int(headers[b"content-length"]))
    else:
        body, size = b"", int(stream.readline(), 16)
        while size:
            body += stream.read(size)
            stream.readline()
            size = int(stream.readline(), 16)
        stream.readline()
    if headers.get(b"content-encoding") == b"gzip":
        body = zlib.decompress(body, 31)
    return status, body

def request(path, *headers):
    lines = ["GET %s HTTP/1.1" % path, "Host: bench", *headers, "", ""]
    return "\r\n".join(lines).encode("ascii")

ok, small, page = b"HTTP/1.1 200 OK\r\n", content("small.txt"), content("page.txt")
included = b"".join(b"<p>%s</p>\n" % small for _ in range(12))
asked = [
    (request("/small.txt"), lambda s, b: s == ok and b == small),
    (request("/page.txt"), lambda s, b: s == ok and b == page),
    (request("/page.txt", "Accept-Encoding: gzip"), lambda s, b: s == ok and b == page),
    (request("/included.shtml"), lambda s, b: s == ok and b == included),
    (request("/list/"), lambda s, b: s == ok and b.count(b"<a href=\"entry") == 50),
    (request("/none/" + "x" * 2000), lambda s, b: b" 404 " in s and b"404 Not Found" in b),
]
count = 0
for _ in range(ROUNDS):
    connections = []
    for _ in range(CONNECTIONS):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(30)
        s.connect(sys.argv[1])
        s.sendall(b"".join(r for r, _ in asked) * TIMES)
        connections.append(s)
    for s in connections:
        with s, s.makefile("rb") as stream:
            for _ in range(TIMES):
                for what, right in asked:
                    if not right(*reply(stream)):
                        sys.exit("replies.py: wrong reply to %r" % what[:60])
                    count += 1
print(count)
