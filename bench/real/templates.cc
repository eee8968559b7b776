// What a C++ compiler allocates for: the library's heavy headers and some instances.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

template <int N> struct layer {
	std::map<std::string, std::vector<std::tuple<int, std::string, std::array<char, N>>>> m;
	std::unordered_map<int, std::shared_ptr<layer<N - 1>>> next;
	std::variant<int, std::string, std::set<std::string>> v;
	void put(int i)
	{
		m[std::to_string(i)].emplace_back(i, "x", std::array<char, N>());
		next[i] = std::make_shared<layer<N - 1>>();
		std::sort(m.begin()->second.begin(), m.begin()->second.end());
		next[i]->put(i + 1);
	}
};
template <> struct layer<0> {
	void put(int) {}
};

int count(const std::string &s)
{
	static const std::regex word("[a-z]+(ab|cd)*");
	return (int)std::distance(std::sregex_iterator(s.begin(), s.end(), word), std::sregex_iterator());
}

void use()
{
	layer<3> l;
	l.put(1);
}
