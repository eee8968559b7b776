# Tor in its seccomp sandbox, without a network: what it may call once it is up decides whether it comes up.
# packages: tor python3
# short
# seconds: 40
mkdir -m 700 data
chown debian-tor data
chmod 755 .
cat >torrc <<'E2'
Sandbox 1
DisableNetwork 1
ControlPort 9051
SocksPort 0
DataDirectory /area/data
User debian-tor
Log notice file /area/data/log
E2
tor -f torrc --defaults-torrc /dev/null --hush >log &
server=$!
wait_for 20 listens 9051
cat >control.py <<'E2'
import hashlib, socket
s = socket.create_connection(('127.0.0.1', 9051), timeout=20)
f = s.makefile('r', newline='\r\n')
def ask(line):
    s.sendall(line.encode() + b'\r\n')
    answer = []
    while True:
        answer.append(f.readline().rstrip())
        if answer[-1][3:4] == '+':
            while answer[-1] != '.':
                answer.append(f.readline().rstrip())
        elif answer[-1][3:4] == ' ':
            return answer
        elif not answer[-1]:
            raise SystemExit('no answer to ' + line[:40])
print(*ask('AUTHENTICATE'))
for n in range(0, 4000, 100):
    ask('MAPADDRESS ' + ' '.join('n%d.test=%s.example' % (i, 'x' * (i % 50 + 1)) for i in range(n, n + 100)))
maps = sorted(ask('GETINFO address-mappings/control'))
print(len(maps), hashlib.md5('\n'.join(maps).encode()).hexdigest())
print(sum(ask('ADD_ONION NEW:ED25519-V3 Flags=DiscardPK,Detach Port=80,127.0.0.1:%d' % (8000 + n))[-1] == '250 OK' for n in range(50)))
print(len(ask('GETINFO onions/detached')))
print(len(ask('GETINFO config/names')) > 300, len(ask('GETINFO config/defaults')) > 200)
print(*ask('SETCONF MaxCircuitDirtiness=700'), *ask('GETCONF MaxCircuitDirtiness'))
for n in range(20):
    ask('SIGNAL NEWNYM')
print(*ask('SIGNAL SHUTDOWN'))
E2
timeout 20 python3 control.py
wait $server
! grep -E '\[err\]' data/log
