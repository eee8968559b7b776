#!/bin/sh
# g++: templates and the standard library; what it builds runs on the same allocator.
. "$(dirname "$0")/lib.sh"
need g++

work()
{
	cat >work.cc <<'E1'
#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

template <int N> struct chain {
	std::tuple<std::map<int, std::string>, std::vector<chain<N - 1>>> t;
	static int depth() { return 1 + chain<N - 1>::depth(); }
};
template <> struct chain<0> {
	static int depth() { return 0; }
};

int main()
{
	std::mt19937 random(7);
	std::unordered_map<std::string, std::vector<int>> index;
	for (int i = 0; i < 100000; i++)
		index[std::to_string(random() % 5000)].push_back(i);
	std::map<std::string, size_t> sorted;
	for (auto &[k, v] : index)
		sorted[k] = std::accumulate(v.begin(), v.end(), size_t{0});
	size_t sum = 0;
	for (auto &[k, v] : sorted)
		sum = sum * 31 + std::hash<size_t>()(v);
	std::cout << sorted.size() << ' ' << sum << ' ' << chain<60>::depth() << '\n';

	std::vector<std::thread> threads;
	std::vector<std::shared_ptr<std::string>> shared(8);
	for (size_t t = 0; t < shared.size(); t++)
		threads.emplace_back([&shared, t] {
			std::ostringstream out;
			for (int i = 0; i < 3000; i++)
				out << i * (int)t << ',';
			shared[t] = std::make_shared<std::string>(out.str());
		});
	for (auto &t : threads)
		t.join();
	for (auto &s : shared)
		std::cout << s->size() << ' ';
	std::smatch m;
	std::string text = "size=123 name=abc";
	std::cout << std::regex_search(text, m, std::regex("name=(\\w+)")) << m[1] << '\n';
	try {
		volatile size_t huge = (size_t)-1 / 4;
		std::cout << new char[huge];
	} catch (const std::bad_alloc &) {
		std::cout << "bad_alloc\n";
	}
	std::ofstream("maps") << std::ifstream("/proc/self/maps").rdbuf();
}
E1
	g++ -std=c++17 -O2 -pthread work.cc -o work
	cksum <work
	./work
	compiler_maps g++ c++ >maps.compiler
}
compare
