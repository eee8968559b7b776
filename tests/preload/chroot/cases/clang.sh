# Clang and lld: C and C++ built with and without link-time optimisation, and run.
# packages: clang lld llvm make libc6-dev libstdc++-12-dev
# seconds: 240
cat >part.cc <<'E2'
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
template<unsigned N> struct Chain { std::map<std::string, std::vector<Chain<N - 1>>> links; unsigned long sum() const { unsigned long s = N; for (auto &l : links) for (auto &c : l.second) s = s * 31 + c.sum() + l.first.size(); return s; } };
template<> struct Chain<0> { std::shared_ptr<std::string> text; unsigned long sum() const { return text->size(); } };
template<unsigned N> Chain<N> make(unsigned n) { Chain<N> c; for (unsigned i = 0; i < 5; i++) c.links["key " + std::to_string(n * i % 7)].push_back(make<N - 1>(n + i)); return c; }
template<> Chain<0> make<0>(unsigned n) { return { std::make_shared<std::string>(n % 90, 'x') }; }
unsigned long part(unsigned n)
{
	unsigned long s = make<5>(n).sum();
	for (unsigned i = 0; i < 1000; i++) try { throw std::runtime_error(std::string(i % 200, 'e')); } catch (std::exception &e) { s += std::string(e.what()).size(); }
	return s;
}
E2
cat >main.cc <<'E2'
#include <cstdio>
#include <new>
#include <thread>
#include <vector>
unsigned long part(unsigned n);
extern "C" unsigned many(unsigned n);
static volatile std::size_t huge = std::size_t(1) << 61;
int main()
{
	std::vector<unsigned long> sums(6);
	std::vector<std::thread> threads;
	for (unsigned i = 0; i < 6; i++) threads.emplace_back([&sums, i] { sums[i] = part(i + 1); });
	for (auto &t : threads) t.join();
	for (auto s : sums) printf("%lx\n", s);
	printf("%x\n", many(30000));
	try { delete[] new char[huge]; } catch (const std::bad_alloc &) { puts("bad_alloc"); }
}
E2
{
	echo '#include <stdlib.h>'
	echo '#include <string.h>'
	for i in $(seq 400); do echo "static unsigned f$i(unsigned x) { char *p = strdup(\"text of $i\"); for (int k = 0; p[k]; k++) x = x * $((i * 2 + 1)) + p[k]; free(p); return x; }"; done
	echo 'unsigned many(unsigned n) { unsigned x = 1; while (n--) switch (x % 400) {'
	for i in $(seq 400); do echo "case $((i - 1)): x = f$i(x + n); break;"; done
	echo '} return x; }'
} >many.c
for flags in '-O2' '-O1 -flto=thin'; do
	for file in part.cc main.cc; do clang++ -std=c++17 $flags -pthread -c $file; done
	clang $flags -c many.c
	clang++ $flags -fuse-ld=lld -pthread -o program part.o main.o many.o
	./program
	cat part.o main.o many.o | md5sum
done
