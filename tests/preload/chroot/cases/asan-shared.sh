# A program with the shared address sanitizer refuses to start behind any preloaded library, even an empty one;
# told not to check that, it still finds an overflow, a use after free, a double free, the wrong kind of free and
# a leak; and nothing in a correct program with all forms of new.
# packages: g++ libc6-dev libgcc-12-dev
cat >program.cc <<'E2'
#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char **argv)
{
	std::vector<std::thread> threads;
	for (int n = 0; n < 4; n++)
		threads.emplace_back([n] { std::map<std::string, std::string> map; for (int i = 0; i < 3000; i++) map[std::to_string(i * n % 701)] += 'x'; });
	for (auto &thread : threads) thread.join();
	delete[] new (std::nothrow) char[30];
	delete new std::string(300, 'x');
	struct alignas(128) Wide { char bytes[256]; };
	delete new Wide();
	delete[] new (std::nothrow) Wide[3];
	::operator delete(::operator new(300, std::align_val_t(64)), std::align_val_t(64));
	char *volatile p = new char[20]();
	switch (argc > 1 ? argv[1][0] : 0) {
	case 'o': p[20] = 'x'; break;
	case 'u': delete[] p; putchar(p[3]); break;
	case 'd': delete[] p; break;
	case 'm': free(p); return 0;
	case 'l': p = nullptr; return 0;
	}
	delete[] p;
	puts("done");
}
E2
g++ -std=c++17 -g -fsanitize=address -pthread -o program program.cc
export ASAN_OPTIONS=verify_asan_link_order=0
./program
for wrong in overflow use-after-free double-free mismatch leak; do
	status=0
	./program $wrong >out 2>&1 || status=$?
	echo "$wrong: $status $(grep -o 'ERROR: [A-Za-z]*: [a-z-]*' out)"
	grep -E '^SUMMARY' out | sed 's/ (.*//; s/ [^ ]*program.cc/ program.cc/'
done
