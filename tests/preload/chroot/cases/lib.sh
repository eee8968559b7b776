# Read before each case, inside the chroot. What a case prints on stdout is its answer, and must be the
# same with every allocator.
set -eu

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for()
{
	tries=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { echo "in vain: $*"; exit 1; }
		sleep 0.1
	done
}

# listens PORT: whether a TCP server does.
listens() { grep -qi ":$(printf %04X "$1") 0*:0000 0A" /proc/net/tcp /proc/net/tcp6; }

# as_user COMMAND...: as an ordinary user, with a home of its own.
as_user() { setpriv --reuid=tester --regid=tester --init-groups env HOME=/home/tester USER=tester "$@"; }
