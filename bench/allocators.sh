# allocators.sh - sourced by run.sh, idle.sh and insn.sh: which allocators there are, and how far one is.
#
# find_allocators BUILD WITH CHOSEN prints NAME=PATH lines: the libc's (no path), ours, Debian's
# peers, those given as NAME=PATH words in WITH; only the names in CHOSEN when that is not empty. In
# WITH, what a peer needs in its environment may follow the path: NAME=PATH,VAR=VALUE,VAR=VALUE.

in_list() { # in_list WORD LIST: an empty list holds everything
	[ -z "$2" ] && return 0
	case " $2 " in *" $1 "*) return 0 ;; esac
	return 1
}

# progress ROW TEXT: in one row of a terminal that is written over; elsewhere, where nobody can write over
# anything, ROW once and then the TEXTs behind it. Without arguments: the last row is over.
progress_row=
progress() {
	if [ -t 2 ]; then
		printf '\r%s\033[K' "$*" >&2
	elif [ "${1:-}" != "$progress_row" ]; then
		printf '%s%s' "${progress_row:+
}" "$*" >&2
	elif [ $# != 0 ]; then
		printf ' %s' "$2" >&2
	fi
	progress_row=${1:-}
}

# The two parts of what stands behind NAME=.
library() {
	echo "${1%%,*}"
}

settings() { # as words
	case $1 in *,*) echo "${1#*,}" | tr , ' ' ;; esac
}

find_allocators() {
	libdir=/usr/lib/$(${CC:-cc} -print-multiarch 2>/dev/null || true)
	for a in glibc= ashlar="$1/.libs/libashlar.so" \
		jemalloc="$libdir/libjemalloc.so.2" \
		tcmalloc="$libdir/libtcmalloc_minimal.so.4" \
		mimalloc="$libdir/libmimalloc.so.2" \
		tbb="$libdir/libtbbmalloc_proxy.so.2"; do
		path=${a#*=}
		[ -z "$path" ] || [ -r "$path" ] || continue
		in_list "${a%%=*}" "$3" && echo "$a"
	done
	for a in $2; do
		path=$(library "${a#*=}")
		if [ ! -r "$path" ]; then
			echo "cannot read $path" >&2
			return 1
		fi
		in_list "${a%%=*}" "$3" && echo "$a"
	done
	return 0
}
