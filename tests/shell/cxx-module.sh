#!/bin/sh
# A C program on ashlar loads a module in C++, whose runtime comes with it and is in no search order but
# its own: what new throws without memory is caught there all the same.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition
no_sanitizer
CXX=${CXX:-g++}
need "$CXX"

cat >"$tmp/module.cc" <<'E1'
#include <cstdint>
#include <new>
#include <sys/resource.h>
static int calls;
static void give_up()
{
	calls++;
	throw std::bad_alloc();
}
extern "C" int go()
{
	volatile std::size_t huge = PTRDIFF_MAX; /* with 32 bits there may be so much, but for the limit */
	struct rlimit limit = {1 << 30, 1 << 30};
	int caught = 0;
	setrlimit(RLIMIT_AS, &limit);
	std::set_new_handler(give_up);
	try {
		delete[] new char[huge];
	} catch (const std::bad_alloc &) {
		caught++;
	}
	try {
		::operator delete(::operator new(huge, std::align_val_t(64)), std::align_val_t(64));
	} catch (const std::bad_alloc &) {
		caught++;
	}
	caught += new (std::nothrow) char[huge] == nullptr;
	delete new int;
	return caught == 3 && calls == 3 ? 0 : 1;
}
E1
cat >"$tmp/host.c" <<'E1'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	void *module = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL);
	int (*go)(void) = module ? (int (*)(void))dlsym(module, "go") : 0;
	return go ? go() : (puts(dlerror()), 2);
}
E1
"$CXX" -std=c++17 -shared -fPIC -o "$tmp/module.so" "$tmp/module.cc"
$CC -o "$tmp/host" "$tmp/host.c" -ldl
! ldd_names "$tmp/host" | grep libstdc || broken "the host has a C++ runtime of its own"
"$tmp/host" "$tmp/module.so" >"$tmp/out" 2>&1 || broken "without ashlar: $(cat "$tmp/out")"
LD_PRELOAD=$lib "$tmp/host" "$tmp/module.so" >"$tmp/out" 2>&1 || fail "exit $?: $(cat "$tmp/out")"
