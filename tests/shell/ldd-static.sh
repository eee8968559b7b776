#!/bin/sh
# Static programs on ashlar: no duplicate symbols whatever they call of malloc.h, nothing of the
# libc's allocator in them, and they run.
. "$(dirname "$0")/env.sh"
need_static
need_interposition

cat >"$tmp/everything.c" <<'E1'
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *thread(void *arg)
{
	for (int i = 1; i < 1000; i++) {
		char *p = malloc(i);
		if (!p)
			return NULL;
		memset(p, i, i);
		free(p);
	}
	return arg;
}

static int check(int ok, const char *what)
{
	if (!ok)
		fprintf(stderr, "%s\n", what);
	return !ok;
}

int main(void)
{
	int bad = 0, status;
	void *p = NULL, *result = NULL;
	pthread_t id;

	bad |= check(pthread_create(&id, NULL, thread, &bad) == 0, "pthread_create");
	bad |= check(pthread_join(id, &result) == 0 && result == &bad, "a thread's malloc");

	pid_t pid = fork();
	if (pid == 0) {
		char *q = malloc(100);
		_exit(q == NULL || thread(q) != q);
	}
	bad |= check(waitpid(pid, &status, 0) == pid && status == 0, "malloc after fork");

	bad |= check(posix_memalign(&p, 4096, 10) == 0 && (size_t)p % 4096 == 0, "posix_memalign");
	bad |= check(malloc_usable_size(p) >= 10, "malloc_usable_size");
	p = reallocarray(p, 10, 100);
	bad |= check(p != NULL, "reallocarray");
	free(p);
	free(aligned_alloc(64, 128));
	free(memalign(64, 128));
	free(valloc(1));
	free(pvalloc(1));
	free(calloc(3, 5));
	p = strdup("strdup");
	bad |= check(p && strcmp(p, "strdup") == 0, "strdup");
	free(p);

	malloc_trim(0);
	struct mallinfo2 info2 = mallinfo2();
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	struct mallinfo info = mallinfo();
	(void)info2;
	(void)info;
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	bad |= check(malloc_info(0, stdout) == 0, "malloc_info");
	malloc_stats();
	return bad;
}
E1
# A program that needs a single rarely used name is the one that draws in the libc's malloc.o.
for f in 'malloc_trim(0)' 'mallopt(M_PERTURB, 0)' 'free(valloc(1))'; do
	n=${f%(*}
	n=${n#*(}
	n=${n%(*}
	printf '#include <malloc.h>\n#include <stdlib.h>\nint main(void) { %s; return 0; }\n' "$f" \
		>"$tmp/only_$n.c"
done
cp "$src/examples/mem_test.c" "$tmp"

try()
{
	program=$1
	shift
	"$@" -o "$tmp/$program" 2>"$tmp/err" || fail "linking $program: $(cat "$tmp/err")"
	! ldd "$tmp/$program" >"$tmp/ldd" 2>&1 || grep -q 'statically linked' "$tmp/ldd" ||
		fail "ldd $program: $(cat "$tmp/ldd")"
	$NM "$tmp/$program" >"$tmp/names"
	grep -q ' T ashlar_' "$tmp/names" || fail "$program: ashlar is not in it"
	# The heart of the libc's allocator.
	! grep ' [tT] \(_int_malloc\|_int_free\|sysmalloc\)' "$tmp/names" ||
		fail "$program: the libc's allocator is in it too"
	timeout 60 "$tmp/$program" >"$tmp/out" 2>&1 || fail "$program failed: $(cat "$tmp/out")"
}

for c in "$tmp"/mem_test.c "$tmp"/everything.c "$tmp"/only_*.c; do
	p=$(basename "$c" .c)
	try "$p" $CC -g -static "$c" -L"$build" -lashlar"$install_suffix"
	[ ! -f "$pic_archive" ] || try "$p-pie" $CC -g -static-pie -fPIE "$c" "$pic_archive"
done

if command -v "${CXX:-g++}" >/dev/null; then
	cat >"$tmp/cxx.cc" <<'E1'
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <vector>
struct alignas(64) wide { char c[64]; };
static int calls;
static void give_up()
{
	calls++;
	throw std::bad_alloc();
}
int main()
{
	std::vector<std::string> v(1000, std::string(100, 'x'));
	std::unique_ptr<wide> w(new wide);
	int thrown = 0, null = 0;
	volatile std::size_t huge = PTRDIFF_MAX;
	std::set_new_handler(give_up);
	try {
		delete[] new char[huge];
	} catch (const std::bad_alloc &) {
		thrown++;
	}
	std::set_new_handler(nullptr);
	try {
		::operator delete(::operator new(huge, std::align_val_t(64)), std::align_val_t(64));
	} catch (const std::bad_alloc &) {
		thrown++;
	}
	std::set_new_handler(give_up);
	null += new (std::nothrow) char[huge] == nullptr;
	null += ::operator new(huge, std::align_val_t(64), std::nothrow) == nullptr;
	delete[] new (std::nothrow) char[100];
	return !(v[999].size() == 100 && (std::size_t)w.get() % 64 == 0 && thrown == 2 && null == 2 &&
		calls == 3);
}
E1
	# One that mentions nothing else of the C++ library that could bring in what throws.
	cat >"$tmp/bare.cc" <<'E1'
#include <cstdint>
#include <new>
int main()
{
	volatile std::size_t huge = PTRDIFF_MAX;
	try {
		delete[] new char[huge];
	} catch (const std::bad_alloc &) {
		return new (std::nothrow) char[huge] != nullptr;
	}
	return 1;
}
E1
	# A program's own operators take the place of ours, and of all forms that it left out.
	cat >"$tmp/own.cc" <<'E1'
#include <cstdlib>
#include <new>
static int live;
void *operator new(std::size_t n)
{
	live++;
	return std::malloc(n);
}
void operator delete(void *p) noexcept
{
	live--;
	std::free(p);
}
int main()
{
	int *volatile one = new int, *volatile many = new int[10], *volatile quiet = new (std::nothrow) int;
	if (live != 3)
		return 1;
	delete one;
	delete[] many;
	::operator delete(quiet, sizeof *quiet);
	return live != 0;
}
E1
	for c in cxx bare own; do
		set -- "${CXX:-g++}" -std=c++17 "$tmp/$c.cc" -L"$build"
		# Without operators of ours, only libstdc++ calls malloc: it must be asked for.
		try $c "$@" -static -Wl,-u,malloc -lashlar"$install_suffix"
		[ "$cxx" = no ] || try $c "$@" -static -lashlar"$install_suffix"
		[ ! -f "$pic_archive" ] ||
			try $c-pie "$@" -static-pie -fPIE -Wl,-u,malloc "$pic_archive"
	done
fi
