# Meson: a project in C and C++ with a plugin that is loaded, configured, built and tested.
# packages: meson ninja-build g++ libc6-dev pkgconf
# seconds: 240
mkdir source
cat >source/meson.build <<'E2'
project('small', 'c', 'cpp', default_options: ['cpp_std=c++17', 'werror=true', 'warning_level=2'])
sources = []
foreach i : range(1, 25)
	sources += configure_file(input: 'part.c.in', output: 'part@0@.c'.format(i), configuration: { 'N': i })
endforeach
parts = static_library('parts', sources, pic: true)
plugin = shared_module('plugin', 'plugin.cc', link_with: parts)
program = executable('program', 'main.c', dependencies: meson.get_compiler('c').find_library('dl'))
foreach i : range(1, 20)
	test('test @0@'.format(i), program, args: [plugin, '@0@'.format(i)])
endforeach
E2
cat >source/part.c.in <<'E2'
#include <stdlib.h>
#include <string.h>
unsigned part@N@(unsigned n);
unsigned part@N@(unsigned n)
{
	unsigned sum = 0;
	while (n--) { char *p = calloc(n % 500 + @N@, 1); memset(p, 'x', n % 500); sum = sum * 31 + (unsigned)strlen(p); free(p); }
	return sum;
}
E2
{
	echo '#include <string>'
	echo '#include <map>'
	for i in $(seq 24); do echo "extern \"C\" unsigned part$i(unsigned n);"; done
	echo 'extern "C" unsigned all(unsigned n) { std::map<std::string, unsigned> m;'
	for i in $(seq 24); do echo "m[\"part $i\"] = part$i(n * 100);"; done
	echo 'unsigned sum = 0; for (auto &p : m) sum = sum * 31 + p.second + static_cast<unsigned>(p.first.size()); return sum; }'
} >source/plugin.cc
cat >source/main.c <<'E2'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
	for (int i = 0; i < 10 && argc > 2; i++) {
		void *plugin = dlopen(argv[1], i % 2 ? RTLD_NOW : RTLD_LAZY);
		if (!plugin) return 1;
		unsigned (*all)(unsigned) = (unsigned (*)(unsigned))dlsym(plugin, "all");
		if (i == 9) printf("%x\n", all((unsigned)atoi(argv[2])));
		dlclose(plugin);
	}
	return argc < 3;
}
E2
for options in '--buildtype=debugoptimized' '--buildtype=release -Db_lto=true'; do
	rm -rf build
	meson setup $options source build >log
	ninja -C build -j 2 >log
	meson test -C build --num-processes 2 >log
	grep -E '^(Ok|Fail|Timeout):' log
	build/program build/libplugin.so 77
done
