/*
 * Arenas in C++, as databases write them against jemalloc's own names: an allocator for containers whose memory is the
 * program's, taken from a pool of large pieces, and a nodump arena over the default's hooks.
 */
#include "support.h"

#include <ashlar/jemalloc.h>

#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace
{

int control(unsigned arena, const char *what, void *old, void *value)
{
	std::string name = "arena." + std::to_string(arena) + "." + what;
	size_t n = sizeof(void *);

	return mallctl(name.c_str(), old, old ? &n : nullptr, value, value ? n : 0);
}

/* The hooks come first, so that they know whose they are: what they are called with leads to the pool. Its own list of
 * pieces is on the heap. */
class Pool : public extent_hooks_t
{
public:
	Pool() : extent_hooks_t()
	{
		alloc = take;
		dalloc = give;
	}
	bool has(const void *p) const
	{
		for (const auto &piece : pieces)
			if ((const char *)p >= piece.first && (const char *)p < piece.first + piece.second)
				return true;
		return false;
	}
	std::map<char *, size_t> pieces;
	size_t taken = 0, given = 0;

private:
	static void *take(extent_hooks_t *h, void *, size_t size, size_t alignment, bool *zero, bool *, unsigned)
	{
		Pool *pool = static_cast<Pool *>(h);
		char *p = (char *)mmap(nullptr, size + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return nullptr;
		char *at = (char *)(((uintptr_t)p + alignment - 1) & ~(uintptr_t)(alignment - 1));
		if (at > p)
			munmap(p, (size_t)(at - p));
		munmap(at + size, (size_t)(p + alignment - at));
		pool->pieces[at] = size;
		pool->taken++;
		*zero = true;
		return at;
	}
	static bool give(extent_hooks_t *h, void *addr, size_t size, bool, unsigned)
	{
		Pool *pool = static_cast<Pool *>(h);
		auto piece = pool->pieces.find((char *)addr);

		must(piece != pool->pieces.end() && piece->second == size);
		pool->pieces.erase(piece);
		pool->given++;
		return munmap(addr, size) != 0;
	}
};

unsigned create(extent_hooks_t *hooks)
{
	unsigned arena = 0;
	size_t n = sizeof(arena);

	must(mallctl("arenas.create", &arena, &n, hooks ? &hooks : nullptr, hooks ? sizeof(hooks) : 0) == 0);
	return arena;
}

template <class T> struct In {
	typedef T value_type;
	int flags;

	explicit In(int f) : flags(f) {}
	template <class U> In(const In<U> &other) : flags(other.flags) {}
	T *allocate(size_t n)
	{
		void *p = mallocx(n * sizeof(T), flags);

		if (!p)
			throw std::bad_alloc();
		return static_cast<T *>(p);
	}
	void deallocate(T *p, size_t n) { sdallocx(p, n * sizeof(T), flags); }
	template <class U> bool operator==(const In<U> &other) const { return flags == other.flags; }
	template <class U> bool operator!=(const In<U> &other) const { return flags != other.flags; }
};

typedef std::basic_string<char, std::char_traits<char>, In<char>> Text;

} // namespace

START_TEST(test_containers_live_in_the_programs_memory)
{
	Pool pool;
	unsigned arena = create(&pool), tcache = 0;
	size_t n = sizeof(tcache);

	must(mallctl("tcache.create", &tcache, &n, nullptr, 0) == 0);
	const int flags = MALLOCX_ARENA(arena) | MALLOCX_TCACHE(tcache);
	{
		std::vector<Text, In<Text>> all{In<Text>(flags)};
		std::map<int, Text, std::less<int>, In<std::pair<const int, Text>>> tree{In<Text>(flags)};

		for (int i = 0; i < 20000; i++) {
			all.emplace_back((size_t)i % 300 + 50, 'x', In<char>(flags));
			tree.emplace(i, all.back());
		}
		for (size_t i = 0; i < all.size(); i++) {
			must(pool.has(&all[i]) && pool.has(all[i].data()));
			must(tree.find((int)i)->second == all[i] && pool.has(&*tree.find((int)i)));
		}
		must(pool.taken > 5);
		must(!pool.has(pool.pieces.begin()->first - 1) && !pool.has(std::unique_ptr<int>(new int).get()));
	}
	must(mallctl("tcache.destroy", nullptr, nullptr, &tcache, sizeof(tcache)) == 0);
	must(control(arena, "destroy", nullptr, nullptr) == 0);
	must(pool.pieces.empty() && pool.taken == pool.given);
}
END_TEST

START_TEST(test_each_thread_has_an_arena)
{
	Pool pools[3];
	std::vector<std::thread> threads;

	for (Pool &pool : pools)
		threads.emplace_back([&pool] {
			unsigned arena = create(&pool);
			{
				std::vector<int, In<int>> v{In<int>(MALLOCX_ARENA(arena) | MALLOCX_TCACHE_NONE)};

				for (int i = 0; i < 3000000; i++)
					v.push_back(i);
				must(pool.has(v.data()) && v[2999999] == 2999999);
			}
			must(control(arena, "destroy", nullptr, nullptr) == 0 && pool.pieces.empty());
		});
	for (std::thread &t : threads)
		t.join();
}
END_TEST

namespace
{

extent_hooks_t *standard;

void *nodump(extent_hooks_t *h, void *new_addr, size_t size, size_t alignment, bool *zero, bool *commit, unsigned arena)
{
	void *p = standard->alloc(h, new_addr, size, alignment, zero, commit, arena);

	if (p && madvise(p, size, MADV_DONTDUMP) != 0 && !emulated())
		throw 1;
	return p;
}

} // namespace

START_TEST(test_a_nodump_arena_over_the_defaults)
{
	unsigned arena = create(nullptr);

	must(control(arena, "extent_hooks", &standard, nullptr) == 0);
	auto hooks = std::make_unique<extent_hooks_t>(*standard), *at = &hooks;
	extent_hooks_t *mine = at->get();
	mine->alloc = nodump;
	must(control(arena, "extent_hooks", nullptr, &mine) == 0);
	void *p = mallocx(100 * MIB, MALLOCX_ARENA(arena) | MALLOCX_TCACHE_NONE);
	must(p);
	memset(p, 1, 100 * MIB);
	size_t rss = rss_now();
	dallocx(p, MALLOCX_TCACHE_NONE);
	must(SANITIZED || growth(rss, rss_now()) > 90 * MIB);
	must(control(arena, "destroy", nullptr, nullptr) == 0);
}
END_TEST

int main()
{
	const TTest *const tests[] = {
		test_containers_live_in_the_programs_memory,
		test_each_thread_has_an_arena,
		test_a_nodump_arena_over_the_defaults,
	};

	return run_tests("cxx_arena", 60, tests, ARRAY_LEN(tests));
}
