# The undefined behaviour sanitizer, which allocates its reports, says what it should.
# packages: g++ libc6-dev libgcc-12-dev
cat >program.cc <<'E2'
#include <climits>
#include <cstdio>
#include <map>
#include <string>
#include <thread>
#include <vector>

struct Base { virtual ~Base() {} virtual int value() { return 1; } };
struct Derived : Base { int value() override { return 2; } };
struct Other { virtual ~Other() {} };

int main(int argc, char **)
{
	std::vector<std::thread> threads;
	std::vector<std::map<std::string, int>> maps(4);
	for (auto &map : maps)
		threads.emplace_back([&map] { for (int i = 0; i < 5000; i++) map["key " + std::to_string(i * 7 % 3001)] += i; });
	for (auto &thread : threads) thread.join();
	printf("%zu %d\n", maps[3].size(), maps[0]["key 77"]);
	volatile int big = INT_MAX, shift = 40, zero = 0;
	Base *base = new Derived;
	Base *wrong = reinterpret_cast<Base *>(new Other);
	printf("%d\n", base->value());
	if (argc > 1) {
		big = big + 1;
		big = 1 << shift;
		int array[4] = { 0 };
		big = array[zero + 4 * (argc > 1) + 1];
		big = static_cast<Derived *>(wrong) != nullptr;
	}
	delete base;
}
E2
g++ -g -fsanitize=undefined -pthread -c program.cc
for kind in -static-libubsan ''; do
	g++ -fsanitize=undefined $kind -pthread -o program program.o
	./program
	./program wrong 2>errors
	sed -n 's/.*runtime error: \([a-z ]*\).*/\1/p' errors
done
