# A C++ program: containers and exceptions in several threads, sized and aligned new, and a new that fails: the
# handler is called, and bad_alloc thrown, again and again.
# packages: g++ libc6-dev
# short
# seconds: 120
cat >program.cc <<'E2'
#include <algorithm>
#include <any>
#include <cstdint>
#include <cstdio>
#include <future>
#include <map>
#include <memory>
#include <memory_resource>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

struct alignas(256) Wide { unsigned char bytes[768]; };

template<unsigned N> struct Tree {
	std::vector<Tree<N - 1>> branches;
	explicit Tree(unsigned n) { for (unsigned i = 0; i < n; i++) branches.emplace_back(n - i % 2); }
	unsigned leaves() const { unsigned sum = 0; for (auto &b : branches) sum += b.leaves(); return sum; }
};
template<> struct Tree<0> {
	std::shared_ptr<std::string> leaf;
	explicit Tree(unsigned n) : leaf(std::make_shared<std::string>(n * 5, 'x')) {}
	unsigned leaves() const { return leaf->size(); }
};

static uint64_t fold(uint64_t sum, const std::string &s) { for (unsigned char c : s) sum = (sum ^ c) * 1099511628211u; return sum; }

static uint64_t work(unsigned n)
{
	uint64_t sum = n;
	std::map<std::string, std::vector<int>> sorted;
	std::unordered_map<unsigned, std::any> any;
	for (unsigned i = 0; i < 5000; i++) {
		sorted["key " + std::to_string(i * (n + 7) % 1999)].push_back(i);
		any[i % 777] = i % 2 ? std::any(std::string(i % 100, 'a')) : std::any(i);
		if (i % 3 == 0) any.erase(i % 555);
	}
	for (auto &[key, list] : sorted) sum = fold(sum, key) + list.size();
	for (unsigned i = 0; i < 777; i++)
		if (auto it = any.find(i); it != any.end())
			try { sum = fold(sum, std::any_cast<std::string>(it->second)); }
			catch (const std::bad_any_cast &) { sum += std::any_cast<unsigned>(it->second); }
	for (unsigned i = 0; i < 2000; i++)
		try { throw std::runtime_error("error " + std::to_string(i)); }
		catch (const std::exception &e) { sum = fold(sum, e.what()); }
	std::vector<std::unique_ptr<Wide>> wide;
	for (unsigned i = 0; i < 300; i++) {
		wide.push_back(std::make_unique<Wide>());
		if (reinterpret_cast<uintptr_t>(wide.back().get()) % alignof(Wide)) throw std::logic_error("not aligned");
		if (i % 3 == 0) wide.erase(wide.begin() + i / 4);
	}
	std::pmr::unsynchronized_pool_resource pool;
	std::pmr::vector<std::pmr::string> strings(&pool);
	for (unsigned i = 0; i < 2000; i++) strings.emplace_back(i % 200, 'p');
	for (auto &s : strings) sum += s.size();
	std::ostringstream out;
	for (unsigned i = 0; i < 2000; i++) out << i << ' ' << i / 7.0 << '\n';
	sum = fold(sum, out.str());
	return sum + Tree<4>(5).leaves();
}

static volatile std::size_t huge = SIZE_MAX / 4;
static thread_local unsigned called, given;
static void handler() { called++; if (called % 3 == 0) throw std::bad_alloc(); }

static unsigned failing()
{
	unsigned thrown = 0;
	for (unsigned i = 0; i < 200; i++) {
		try { delete[] new char[huge]; } catch (const std::bad_alloc &) { thrown++; }
		try { ::operator delete(::operator new(huge, std::align_val_t(4096)), std::align_val_t(4096)); } catch (const std::bad_alloc &) { thrown++; }
		try { std::vector<Wide> v(huge / sizeof (Wide) / 2); } catch (const std::bad_alloc &) { thrown++; }
		if (!new (std::nothrow) char[huge]) thrown++;
	}
	return thrown;
}

int main()
{
	std::vector<std::future<uint64_t>> parts;
	for (unsigned n = 0; n < 12; n++) parts.push_back(std::async(std::launch::async, work, n));
	for (auto &part : parts) printf("%016llx\n", static_cast<unsigned long long>(part.get()));
	printf("without a handler %u\n", failing());
	std::set_new_handler(handler);
	std::vector<std::future<std::pair<unsigned, unsigned>>> threads;
	for (unsigned n = 0; n < 4; n++)
		threads.push_back(std::async(std::launch::async, [] { unsigned t = failing(); return std::make_pair(t, called); }));
	for (auto &thread : threads) { auto [t, c] = thread.get(); printf("with a handler %u, called %u\n", t, c); }
	::operator delete(::operator new(100), std::size_t(100));
	::operator delete[](::operator new[](3000, std::align_val_t(64)), std::size_t(3000), std::align_val_t(64));
	// A handler that takes itself away is called once.
	std::set_new_handler([] { given++; std::set_new_handler(nullptr); });
	try { ::operator delete(::operator new(huge)); } catch (const std::bad_alloc &) { printf("given %u\n", given); }
}
E2
g++ -std=c++17 -O1 -pthread -c program.cc
for kind in '' '-static-libstdc++ -static-libgcc'; do
	g++ $kind -pthread -o program program.o
	./program
done
