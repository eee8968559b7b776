/* Memory that the program provides: arenas whose memory comes through extent hooks. */
#include "support.h"

#include <ashlar/ashlar.h>
#include <pthread.h>

#define UNIT  (64 * KIB)
#define CHUNK (2 * MIB)
#define ROOM  (512 * MIB)
#define ALIGN (8 * MIB) /* the largest one that is asked for */

/* A region of the program's: taken from its beginning on, and again where a part of the same size came back. */
static struct {
	extent_hooks_t hooks;
	pthread_mutex_t lock;
	char *at;
	size_t used;                 /* of it, from the start on */
	size_t out;                  /* bytes in the allocator's hands */
	struct {
		char *at;
		size_t size;
	} back[500];                 /* size 0: none */
	int alloc, dalloc, destroy, purge;
	unsigned arena;
	size_t limit;                /* of `used` */
	bool keeps;                  /* does not take memory back */
	size_t shift;                /* bytes by which what alloc gives is misaligned */
	bool uncommitted, allocates, sets_errno, dawdles, trims, holds, forks, destroys;
	void *held;                  /* what a hook has allocated, if it holds */
	pid_t pid;                   /* what fork returned there */
	_Atomic bool inside, through; /* dalloc, if it dawdles */
	void *again;                 /* what to give another time */
} mine = {.lock = PTHREAD_MUTEX_INITIALIZER, .limit = ROOM};

static void refuse_while_destroyed(void);

static _Thread_local bool in_hook;

static void side_effects(void)
{
	must(!in_hook);
	in_hook = true;
	if (mine.allocates) { /* of all kinds, and more than any cache has */
		void *p[300];

		for (size_t i = 0; i < ARRAY_LEN(p); i++)
			must(p[i] = malloc(i % 100 * 8 + 1));
		for (size_t i = 0; i < ARRAY_LEN(p); i++)
			free(p[i]);
		p[0] = malloc(MIB);
		must(p[0]);
		free(p[0]);
	}
	if (mine.trims)
		malloc_trim(0);
	if (mine.holds) {
		mine.holds = false;
		must(mine.held = malloc(8 * MIB));
	}
	if (mine.forks) {
		mine.forks = false;
		must((mine.pid = fork()) >= 0);
	}
	if (mine.destroys) {
		mine.destroys = false;
		refuse_while_destroyed();
	}
	in_hook = false;
	if (mine.sets_errno)
		errno = EDOM;
}

static void *mine_alloc(extent_hooks_t *h, void *new_addr, size_t size, size_t align, bool *zero, bool *commit,
	unsigned arena)
{
	char *p = NULL;

	must(h == &mine.hooks && !new_addr && !*zero && *commit && arena == mine.arena);
	must(size && size % CHUNK == 0 && align >= CHUNK && (align & (align - 1)) == 0);
	side_effects();
	pthread_mutex_lock(&mine.lock);
	size_t from = (mine.used + align - 1) & ~(align - 1);
	for (size_t i = 0; i < ARRAY_LEN(mine.back) && !p; i++)
		if (mine.back[i].size == size && ((uintptr_t)mine.back[i].at & (align - 1)) == 0) {
			p = mine.back[i].at;
			mine.back[i].size = 0;
		}
	if (mine.again) {
		p = mine.again;
	} else if (p) {
		mine.out += size;
		mine.alloc++;
	} else if (from + size <= mine.limit) {
		p = mine.at + from + mine.shift;
		mine.used = from + size + mine.shift;
		*zero = true;
		mine.out += size;
		mine.alloc++;
	}
	*commit = !mine.uncommitted;
	pthread_mutex_unlock(&mine.lock);
	return p;
}

static bool mine_dalloc(extent_hooks_t *h, void *addr, size_t size, bool committed, unsigned arena)
{
	must(h == &mine.hooks && committed == !mine.uncommitted && arena == mine.arena);
	must((char *)addr >= mine.at && (char *)addr + size <= mine.at + mine.used);
	side_effects();
	if (mine.dawdles) {
		mine.inside = true;
		usleep(300000);
		mine.through = true;
	}
	pthread_mutex_lock(&mine.lock);
	mine.dalloc++;
	if (!mine.keeps) {
		mine.out -= size;
		for (size_t i = 0; i < ARRAY_LEN(mine.back) && !mine.shift; i++)
			if (mine.back[i].size == 0) {
				mine.back[i].at = addr;
				mine.back[i].size = size;
				break;
			}
	}
	pthread_mutex_unlock(&mine.lock);
	return mine.keeps;
}

static void mine_destroy(extent_hooks_t *h, void *addr, size_t size, bool committed, unsigned arena)
{
	must(h == &mine.hooks && committed && arena == mine.arena && addr);
	side_effects();
	mine.destroy++;
	mine.out -= size;
}

static bool mine_purge(extent_hooks_t *h, void *addr, size_t size, size_t offset, size_t len, unsigned arena)
{
	must(h == &mine.hooks && arena == mine.arena && len && offset + len <= size && len % UNIT == 0);
	side_effects();
	mine.purge++;
	return madvise((char *)addr + offset, len, MADV_DONTNEED) != 0;
}

static unsigned create(extent_hooks_t *h)
{
	unsigned arena = UINT_MAX;
	size_t n = sizeof(arena);

	must(ashlar_mallctl("arenas.create", &arena, &n, &h, sizeof(h)) == 0);
	return arena;
}

static unsigned begin(void)
{
	extent_hooks_t h = {mine_alloc, mine_dalloc, mine_destroy, NULL, NULL, NULL, mine_purge, NULL, NULL};
	char *p = mmap(NULL, ROOM + ALIGN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	must(p != MAP_FAILED);
	mine.at = (char *)(((uintptr_t)p + ALIGN - 1) & ~(uintptr_t)(ALIGN - 1));
	mine.hooks = h;
	mine.arena = create(&mine.hooks);
	must(mine.alloc == 0);
	return mine.arena;
}

static bool within(const void *p, size_t size)
{
	return (const char *)p >= mine.at && (const char *)p + size <= mine.at + mine.used;
}

/* arena.<arena>.what */
static int control(unsigned arena, const char *what, void *old, void *new)
{
	char name[64];
	size_t n = sizeof(void *);

	snprintf(name, sizeof(name), "arena.%u.%s", arena, what);
	return ashlar_mallctl(name, old, old ? &n : NULL, new, new ? n : 0);
}

static int act(unsigned arena, const char *what)
{
	return control(arena, what, NULL, NULL);
}

static void *get(size_t size, int more)
{
	return ashlar_mallocx(size, ASHLAR_MALLOCX_ARENA(mine.arena) | ASHLAR_MALLOCX_TCACHE_NONE | more);
}

static void put(void *p)
{
	ashlar_dallocx(p, ASHLAR_MALLOCX_TCACHE_NONE);
}

static size_t figure(unsigned arena, const char *what)
{
	size_t v = 0, n = sizeof(v);
	char name[64];

	snprintf(name, sizeof(name), "stats.arenas.%u.%s", arena, what);
	must_f(ashlar_mallctl(name, &v, &n, NULL, 0) == 0, "%s", name);
	return v;
}

static size_t total(const char *what)
{
	size_t v = 0, n = sizeof(v);

	must_f(ashlar_mallctl(what, &v, &n, NULL, 0) == 0, "%s", what);
	return v;
}

static void new_epoch(void)
{
	uint64_t any = 1;

	must(ashlar_mallctl("epoch", NULL, NULL, &any, sizeof(any)) == 0);
}

/* Without a cache (the option tcache) a thread is bound to no arena. */
static bool has_cache(void)
{
	bool v = false;
	size_t n = sizeof(v);

	must(ashlar_mallctl("opt.tcache", &v, &n, NULL, 0) == 0);
	return v;
}

/* The calling thread allocates there from now on; returns where it did. */
static unsigned bind(unsigned arena)
{
	unsigned old = UINT_MAX;
	size_t n = sizeof(old);

	must(ashlar_mallctl("thread.arena", &old, &n, &arena, sizeof(arena)) == 0);
	return old;
}

START_TEST(test_all_of_an_arena_lies_in_the_programs_memory)
{
	enum { COUNT = 40 };
	static char *p[COUNT];
	unsigned arena = begin();
	size_t size = 8;

	for (int i = 0; i < COUNT; i++, size += size / 2) {
		size_t n = i < 38 ? size % (20 * MIB) + 1 : 40 * MIB;
		int flags = i % 4 == 0 ? ASHLAR_MALLOCX_ALIGN(4096) : i % 4 == 1 ? ASHLAR_MALLOCX_ZERO : 0;

		p[i] = get(n, flags);
		must_f(p[i] && within(p[i], n), "%zu bytes", n);
		must(malloc_usable_size(p[i]) >= n && within(p[i], malloc_usable_size(p[i])));
		must(!(flags & ASHLAR_MALLOCX_ZERO) || all_zero(p[i], n));
		must(flags != ASHLAR_MALLOCX_ALIGN(4096) || (uintptr_t)p[i] % 4096 == 0);
		fill(p[i], 0, n, i);
	}
	char *wide = get(UNIT, ASHLAR_MALLOCX_ALIGN(ALIGN));
	must(wide && within(wide, UNIT) && ((uintptr_t)wide & (ALIGN - 1)) == 0);
	for (int i = 0; i < COUNT; i++)
		must(holds(p[i], 8, i));
	for (int i = 0; i < COUNT; i += 2)
		put(p[i]);
	must(act(arena, "destroy") == 0);
	must_f(mine.out == 0, "%zu", mine.out);
	must(mine.dalloc == mine.alloc && mine.destroy == 0);
}
END_TEST

START_TEST(test_caches_are_filled_from_it)
{
	static char *p[20000];
	unsigned arena = begin(), tcache = 0;
	size_t n = sizeof(tcache);

	must(ashlar_mallctl("tcache.create", &tcache, &n, NULL, 0) == 0);
	int flags = ASHLAR_MALLOCX_ARENA(arena) | ASHLAR_MALLOCX_TCACHE(tcache);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LEN(p); i++) {
			p[i] = ashlar_mallocx(i % 1000 + 1, flags);
			must(p[i] && within(p[i], i % 1000 + 1));
			memset(p[i], 1, i % 1000 + 1);
		}
		for (size_t i = 0; i < ARRAY_LEN(p); i++)
			ashlar_dallocx(p[i], ASHLAR_MALLOCX_TCACHE(tcache));
	}
	must(ashlar_mallctl("tcache.destroy", NULL, NULL, &tcache, sizeof(tcache)) == 0);
	must(act(arena, "purge") == 0);
	must_f(mine.out == 0, "%zu", mine.out);
	must(act(arena, "destroy") == 0 && mine.dalloc == mine.alloc);
}
END_TEST

START_TEST(test_a_thread_that_is_bound_to_it_lives_there)
{
	static char *p[3000];
	unsigned arena = begin(), was;

	if (!has_cache())
		return;
	was = bind(arena);
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		must(p[i] = i % 10 ? malloc(i) : calloc(1, i * 50 + 1));
		must(within(p[i], i));
		p[i] = realloc(p[i], i * 3 + 1);
		must(p[i] && within(p[i], i * 3 + 1));
	}
	bind(was);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		free(p[i]);
	must(act(arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

static void *churn(void *arg)
{
	static _Atomic unsigned seed;
	unsigned r = ++seed;
	char *p[64] = {0};

	(void)arg;
	for (int i = 0; i < 20000; i++) {
		unsigned k = (r = r * 1103515245 + 12345) >> 16 & 63;

		if (p[k]) {
			must(p[k][0] == (char)k);
			put(p[k]);
		}
		p[k] = get(k % 8 ? k * 37 + 1 : k * 20000 + 40000, 0);
		must(p[k]);
		p[k][0] = (char)k;
	}
	for (int k = 0; k < 64; k++)
		if (p[k])
			put(p[k]);
	return NULL;
}

static _Atomic bool stop;

static void *trim(void *arg)
{
	(void)arg;
	while (!stop)
		malloc_trim(0);
	return NULL;
}

/* Extents come and go in several threads, while another trims everything, also as the arena ends. */
START_TEST(test_threads_share_and_trim_it)
{
	enum { THREADS = 3 };
	pthread_t id[THREADS], trimmer;

	begin();
	mine.allocates = true;
	must(pthread_create(&trimmer, NULL, trim, NULL) == 0);
	for (int round = 0; round < 5; round++) {
		unsigned arena = round ? create(&mine.hooks) : mine.arena;

		mine.arena = arena;
		mine.hooks.dalloc = mine_dalloc;
		for (int i = 0; i < THREADS; i++)
			must(pthread_create(&id[i], NULL, churn, NULL) == 0);
		for (int i = 0; i < THREADS; i++)
			must(pthread_join(id[i], NULL) == 0);
		must(act(arena, "destroy") == 0); /* the other thread may have some in its hands */
		must_f(mine.out == 0, "%zu", mine.out);
		mine.hooks.dalloc = NULL;
	}
	stop = true;
	must(pthread_join(trimmer, NULL) == 0);
	must(mine.dalloc == mine.alloc);
}
END_TEST

static void *trim_once(void *arg)
{
	(void)arg;
	malloc_trim(0);
	return NULL;
}

/* Another thread is in a hook when this returns. */
static pthread_t begin_to_trim(void)
{
	pthread_t id;

	put(get(100000, 0)); /* whose extent is kept */
	mine.dawdles = true;
	must(mine.dalloc == 0 && pthread_create(&id, NULL, trim_once, NULL) == 0);
	while (!mine.inside)
		usleep(1000);
	return id;
}

START_TEST(test_destroy_waits_for_hooks_of_other_threads)
{
	unsigned arena = begin();
	pthread_t id = begin_to_trim();

	must(act(arena, "destroy") == 0 && mine.through && mine.out == 0);
	must(pthread_join(id, NULL) == 0);
}
END_TEST

START_TEST(test_in_a_child_destroy_does_not_wait_for_them)
{
	unsigned arena = begin();
	pthread_t id = begin_to_trim();
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(20);
		_exit(get(100, 0) && act(arena, "destroy") == 0 ? 0 : 1);
	}
	must(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	must(pthread_join(id, NULL) == 0);
	must(act(arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

START_TEST(test_no_memory_there_is_no_memory)
{
	begin();
	mine.limit = 2 * CHUNK;
	must(get(CHUNK, 0) && !get(3 * MIB, 0) && !get(100 * MIB, 0));
	for (size_t n = 0; get(1000, 0); n++)
		must(n < CHUNK / 1000);
	errno = 0;
	must(!get(1000, 0) && errno == ENOMEM);
	mine.limit = ROOM;
	must(get(1000, 0));
}
END_TEST

START_TEST(test_a_bound_thread_gets_none_from_elsewhere)
{
	unsigned was;
	size_t n = 0;

	begin();
	if (!has_cache())
		return;
	mine.limit = CHUNK;
	was = bind(mine.arena);
	for (void *p; (p = malloc(1000)); n++)
		must(n < CHUNK / 1000 && within(p, 1000));
	bind(was);
	must(n > CHUNK / 1000 / 2);
}
END_TEST

/* What is free in one size serves another, when there is no more. */
START_TEST(test_a_full_region_is_used_to_the_end)
{
	static void *p[5000];
	size_t n = 0;

	begin();
	mine.limit = 2 * CHUNK;
	while ((p[n] = get(1000, 0)))
		n++;
	for (size_t i = 0; i < n; i++)
		put(p[i]);
	for (n = 0; (p[n] = get(3000, 0)); n++)
		must(n < 2 * CHUNK / 3000);
	must_f(n > 2 * CHUNK / 3000 * 8 / 10, "%zu", n);
	for (size_t i = 0; i < n; i++)
		put(p[i]);
	usleep(200000); /* it looks for that ten times a second */
	must(get(CHUNK, 0) && get(CHUNK, 0));
}
END_TEST

static void must_fail(void)
{
	int before = mine.dalloc;

	must(!get(100, 0) && !get(MIB, 0));
	must(mine.dalloc > before && mine.out == 0); /* it went back */
}

START_TEST(test_memory_that_is_not_aligned_is_none)
{
	begin();
	mine.shift = 4096;
	must_fail();
}
END_TEST

START_TEST(test_memory_that_is_not_committed_is_none)
{
	begin();
	mine.uncommitted = true;
	must_fail();
}
END_TEST

/* What is in use already is not taken, nor given back: it is somebody's. Of blocks both the beginning and the inside. */
START_TEST(test_memory_that_is_in_use_is_none)
{
	static const size_t sizes[] = {20 * MIB, 80 * MIB};
	char *p;

	begin();
	p = get(5 * MIB, 0);
	memset(p, 7, 5 * MIB);
	for (int i = 0; i < 2; i++) {
		mine.again = p + i * CHUNK;
		must(!get(5 * MIB, 0) && mine.dalloc == 0 && p[i * CHUNK] == 7);
	}
	for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
		char *common = aligned_alloc(CHUNK, sizes[k]);

		must(common);
		memset(common, 1, sizes[k]);
		for (size_t at = 0; at <= (sizes[k] < 32 * MIB) * CHUNK; at += CHUNK) {
			mine.again = common + at;
			must(!get(5 * MIB, 0) && mine.dalloc == 0 && common[at] == 1);
		}
		free(common);
	}
	mine.again = NULL;
	must(get(5 * MIB, 0));
}
END_TEST

START_TEST(test_what_the_program_does_not_take_back_is_kept)
{
	unsigned arena = begin();

	mine.keeps = true;
	for (int i = 0; i < 50; i++) {
		char *p = get(10 * MIB, ASHLAR_MALLOCX_ZERO);

		must(p && all_zero(p, 10 * MIB));
		memset(p, 1, 10 * MIB);
		put(p);
	}
	must_f(mine.alloc == 1, "%d", mine.alloc);
	must(mine.purge > 0);
	must(act(arena, "destroy") == 0 && mine.destroy == 1 && mine.out == 0);
}
END_TEST

START_TEST(test_hooks_that_are_not_there_did_nothing)
{
	unsigned arena = begin();

	mine.hooks.dalloc = NULL;
	mine.hooks.destroy = NULL;
	mine.hooks.purge_forced = NULL;
	for (int i = 0; i < 100; i++) {
		char *p = get(3 * MIB, ASHLAR_MALLOCX_ZERO);

		must(p && all_zero(p, 3 * MIB));
		memset(p, 1, 3 * MIB);
		put(p);
	}
	must(mine.alloc == 1 && act(arena, "purge") == 0 && act(arena, "destroy") == 0);
	must(mine.out == 4 * MIB);
}
END_TEST

START_TEST(test_hooks_may_allocate_and_free)
{
	static char *p[5000];
	unsigned arena = begin(), was = 0;
	bool cache = has_cache();

	mine.allocates = true;
	if (cache)
		was = bind(arena);
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < ARRAY_LEN(p); i++) {
			must(p[i] = cache ? malloc(i + 1) : get(i + 1, 0));
			memset(p[i], (int)i, i + 1);
		}
		for (size_t i = 0; i < ARRAY_LEN(p); i++) {
			must(p[i][0] == (char)i && p[i][i] == (char)i);
			free(p[i]);
		}
		malloc_trim(0);
	}
	if (cache)
		bind(was);
	must(mine.dalloc > 0);
	must(act(arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

START_TEST(test_hooks_leave_errno_as_it_was)
{
	begin();
	mine.sets_errno = true;
	errno = 7;
	void *p = get(5 * MIB, 0), *q = get(100, 0);
	must(p && q && mine.alloc == 1 && errno == 7);
	put(p);
	put(q);
	must(act(mine.arena, "destroy") == 0 && errno == 7);
}
END_TEST

START_TEST(test_blocks_grow_and_shrink_in_their_extent)
{
	char *p, *q;

	begin();
	p = get(UNIT, 0);
	fill(p, 0, UNIT, 1);
	must(ashlar_xallocx(p, 20 * UNIT, 0, ASHLAR_MALLOCX_ZERO) == 20 * UNIT);
	must(holds(p, UNIT, 1) && all_zero(p + UNIT, 19 * UNIT) && within(p, 20 * UNIT));
	must(ashlar_xallocx(p, 40 * UNIT, 0, 0) == 20 * UNIT); /* the extent ends before that */
	must(ashlar_xallocx(p, 20 * UNIT, 100 * UNIT, 0) >= 20 * UNIT);
	must((q = get(UNIT, 0)) && within(q, UNIT));
	must(ashlar_xallocx(p, 2 * UNIT, 0, 0) == 2 * UNIT && holds(p, UNIT, 1));
	p = ashlar_rallocx(p, 30 * MIB, ASHLAR_MALLOCX_ARENA(mine.arena) | ASHLAR_MALLOCX_TCACHE_NONE);
	must(p && holds(p, UNIT, 1) && within(p, 30 * MIB));
	put(p);
	put(q);
	must(act(mine.arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

/* Memory of ours begins where the extent ends: the program gives what lies below a large block. */
START_TEST(test_no_block_grows_out_of_its_extent)
{
	char *common, *p;

	begin();
	must((common = aligned_alloc(CHUNK, 80 * MIB)) != NULL); /* mapped; its inside is the program's to give */
	mine.again = common + 10 * CHUNK;
	must((p = get(CHUNK, 0)) == mine.again);
	mine.again = common + 11 * CHUNK;
	must(get(CHUNK, 0) == mine.again);
	ashlar_dallocx(mine.again, 0); /* a neighbour that is free, in another extent */
	mine.again = common;
	must(ashlar_xallocx(p, CHUNK + UNIT, 10 * MIB, 0) == CHUNK);
}
END_TEST

START_TEST(test_reset_gives_its_memory_back)
{
	unsigned arena = begin();

	for (int i = 0; i < 10000; i++)
		must(get(i, 0) || !i);
	must(act(arena, "reset") == 0);
	must_f(mine.out <= CHUNK, "%zu", mine.out);
	must(act(arena, "purge") == 0 && mine.out == 0);
	must(within(get(100, 0), 100));
	must(act(arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

START_TEST(test_purge_goes_through_the_hooks)
{
	enum { COUNT = 30 };
	char *p[COUNT];
	unsigned arena = begin();

	for (int i = 0; i < COUNT; i++)
		memset(p[i] = get(UNIT, 0), 1, UNIT);
	size_t rss = rss_now();
	for (int i = 1; i < COUNT; i++)
		put(p[i]);
	must(act(arena, "decay") == 0 && mine.purge == 0);
	must(act(arena, "purge") == 0 && mine.purge > 0 && mine.dalloc == 0);
	must(SANITIZED || growth(rss, rss_now()) >= COUNT / 2 * UNIT);
	must(p[0][0] == 1 && p[0][UNIT - 1] == 1);
	p[1] = get((COUNT - 1) * UNIT, ASHLAR_MALLOCX_ZERO);
	must(all_zero(p[1], (COUNT - 1) * UNIT) && mine.alloc == 1);
}
END_TEST

START_TEST(test_figures_are_the_arenas)
{
	unsigned arena = begin();
	size_t active, mapped, resident, allocated, zero_mapped;

	get(1, 0);
	new_epoch();
	active = total("stats.active"), mapped = total("stats.mapped");
	resident = total("stats.resident"), allocated = total("stats.allocated");
	zero_mapped = figure(0, "mapped");
	char *p = get(10 * MIB, 0), *q = get(50 * MIB, 0);
	new_epoch();
	must(figure(arena, "large.allocated") == 60 * MIB && figure(0, "large.allocated") < 10 * MIB);
	must(figure(arena, "pactive") * (size_t)sysconf(_SC_PAGESIZE) == 60 * MIB + UNIT || emulated());
	must(figure(arena, "mapped") == 60 * MIB + UNIT && figure(0, "mapped") < zero_mapped + MIB);
	must(growth(total("stats.active"), active) >= 60 * MIB && growth(total("stats.active"), active) < 61 * MIB);
	must(growth(total("stats.mapped"), mapped) >= 60 * MIB && growth(total("stats.mapped"), mapped) < 61 * MIB);
	must(growth(total("stats.resident"), resident) >= 60 * MIB);
	must(growth(total("stats.allocated"), allocated) >= 60 * MIB);
	mine.keeps = true; /* and loses its pages */
	put(q);
	p = ashlar_rallocx(p, 4 * MIB, ASHLAR_MALLOCX_ARENA(arena)); /* its rest keeps them */
	new_epoch();
	must(figure(arena, "pdirty") * (size_t)sysconf(_SC_PAGESIZE) == 6 * MIB || emulated());
	must(figure(arena, "mapped") == 10 * MIB + UNIT);
	must_f(figure(arena, "retained") == 50 * MIB + CHUNK - UNIT, "%zu", figure(arena, "retained"));
	must(figure(0, "mapped") < zero_mapped + MIB);
	must(growth(total("stats.resident"), resident) < 11 * MIB);
	put(p);
}
END_TEST

START_TEST(test_the_child_of_fork_goes_on_with_it)
{
	unsigned arena = begin();
	void *p = get(5 * MIB, 0);
	int status;
	pid_t pid = fork();

	must(p && pid >= 0);
	if (pid == 0) {
		put(p);
		if (mine.dalloc != 1 || !within(get(30 * MIB, 0), 30 * MIB) || !within(get(100, 0), 100))
			_exit(1);
		_exit(act(arena, "destroy") == 0 && mine.out == 0 ? 0 : 2);
	}
	must(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	must(mine.dalloc == 0);
	put(p);
	must(act(arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

START_TEST(test_no_hook_is_called_inside_another)
{
	unsigned arena = begin();
	void *p = get(100, 0);

	put(p);
	mine.trims = true;
	p = get(5 * MIB, 0); /* a trim outside would give the extent of the small block back */
	must(p && mine.dalloc == 0);
	mine.trims = false;
	malloc_trim(0);
	must(mine.dalloc == 1);
	put(p);
	must(act(arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

static int told, told_in_hook;

static void note_where(void *arg, size_t bytes, size_t limit)
{
	(void)arg;
	must(bytes > limit);
	told++;
	told_in_hook += in_hook;
}

START_TEST(test_the_limits_callback_is_not_called_inside_a_hook)
{
	unsigned arena = begin();

	put(get(100, 0));
	ashlar_set_limit_callback(note_where, NULL);
	must(ashlar_set_limit(ASHLAR_LIMIT_SOFT, ashlar_physical_bytes() + MIB) == 0);
	mine.holds = true;
	void *p = get(5 * MIB, 0);
	must(p && mine.held);
	must_f(told == 1 && told_in_hook == 0, "%d, %d", told, told_in_hook);
	free(mine.held);
	put(p);
	must(act(arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

static unsigned threads_here(void)
{
	unsigned v = 0, arena = 0;
	size_t n = sizeof(v);
	char name[64];

	must(ashlar_mallctl("thread.arena", &arena, &n, NULL, 0) == 0);
	snprintf(name, sizeof(name), "stats.arenas.%u.nthreads", arena);
	new_epoch();
	must(ashlar_mallctl(name, &v, &n, NULL, 0) == 0);
	return v;
}

START_TEST(test_a_hook_may_fork)
{
	unsigned arena = begin();
	int status;

	if (!has_cache())
		return;
	must(threads_here() == 1);
	mine.forks = true;
	void *p = get(5 * MIB, 0);
	must(p);
	if (mine.pid == 0) {
		put(p);
		if (threads_here() != 1)
			_exit(1);
		_exit(act(arena, "destroy") == 0 && mine.out == 0 ? 0 : 2);
	}
	must(waitpid(mine.pid, &status, 0) == mine.pid);
	must_f(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%#x", status);
	put(p);
	must(act(arena, "destroy") == 0 && mine.out == 0);
}
END_TEST

static void refuse_while_destroyed(void)
{
	bool there = true;
	size_t n = sizeof(there);
	char name[64];

	snprintf(name, sizeof(name), "arena.%u.initialized", mine.arena);
	must(ashlar_mallctl(name, &there, &n, NULL, 0) == 0 && !there);
	must(act(mine.arena, "destroy") == EFAULT && act(mine.arena, "reset") == EFAULT);
	must(!get(100, 0));
	must(ashlar_mallctl("thread.arena", NULL, NULL, &mine.arena, sizeof(mine.arena)) == EFAULT);
	unsigned other = create(NULL);
	must(other != mine.arena && act(other, "destroy") == 0);
}

START_TEST(test_an_arena_that_is_being_destroyed_is_none)
{
	unsigned arena = begin();

	must(get(5 * MIB, 0) && get(100, 0));
	mine.destroys = true;
	must(act(arena, "destroy") == 0);
	must(!mine.destroys && mine.out == 0);
	must(create(NULL) == arena);
}
END_TEST

/* --- the hooks that are there */

static extent_hooks_t *hooks_of(unsigned arena)
{
	extent_hooks_t *h = NULL;

	must(control(arena, "extent_hooks", &h, NULL) == 0 && h && h->alloc);
	return h;
}

START_TEST(test_ordinary_arenas_have_hooks_as_well)
{
	extent_hooks_t *h = hooks_of(0);
	unsigned arena = create(NULL);
	bool zero = false, commit = true;
	char *p;

	must(hooks_of(arena) == h);
	p = h->alloc(h, NULL, 4 * CHUNK, 4 * CHUNK, &zero, &commit, arena);
	must(p && zero && commit && (uintptr_t)p % (4 * CHUNK) == 0 && all_zero(p, 4 * CHUNK));
	must(!h->alloc(h, p, CHUNK, CHUNK, &zero, &commit, arena));
	memset(p, 1, 4 * CHUNK);
	must(!h->purge_forced(h, p, 4 * CHUNK, CHUNK, CHUNK, arena));
	must(p[CHUNK - 1] == 1 && all_zero(p + CHUNK, CHUNK) && p[2 * CHUNK] == 1);
	must(!h->dalloc(h, p, 4 * CHUNK, true, arena));
}
END_TEST

/* As RocksDB and folly make an arena that is left out of core files: the default's hooks, one of them wrapped. */
static extent_hooks_t *original, wrapped;
static size_t dumps_not;

static void *nodump_alloc(extent_hooks_t *h, void *new_addr, size_t size, size_t align, bool *zero, bool *commit,
	unsigned arena)
{
	void *p = original->alloc(h, new_addr, size, align, zero, commit, arena);

	if (p) {
		must(madvise(p, size, MADV_DONTDUMP) == 0 || emulated());
		dumps_not += size;
	}
	return p;
}

START_TEST(test_the_defaults_can_be_wrapped)
{
	unsigned arena = create(NULL);
	extent_hooks_t *new = &wrapped, *old = NULL;
	size_t vsz;

	original = hooks_of(arena);
	wrapped = *original;
	wrapped.alloc = nodump_alloc;
	must(control(arena, "extent_hooks", &old, &new) == 0 && old == original);
	must(hooks_of(arena) == &wrapped);
	mine.arena = arena;
	vsz = vsz_now();
	for (int i = 0; i < 50; i++) {
		void *p = get(30 * MIB, 0), *q = get(100, 0);

		must(p && q);
		memset(p, 1, MIB);
		put(p);
		put(q);
	}
	must(dumps_not >= 50 * 30 * MIB && (SANITIZED || growth(vsz_now(), vsz) < 40 * MIB));
	must(act(arena, "destroy") == 0);
	must(create(NULL) == arena && hooks_of(arena) == original);
}
END_TEST

START_TEST(test_hooks_change_while_blocks_live)
{
	extent_hooks_t *h = &mine.hooks, *old = NULL;
	unsigned arena = begin(), other = create(NULL);
	void *p, *q;

	must(act(arena, "destroy") == 0);
	mine.arena = other;
	p = get(MIB, 0);
	must(p && !within(p, MIB));
	must(control(other, "extent_hooks", &old, &h) == 0 && old != h);
	q = get(3 * MIB, 0);
	must(q && within(q, 3 * MIB));
	put(p);
	must(mine.dalloc == 0); /* that was common memory */
	put(q);
	must(mine.dalloc == 1);
	must(act(other, "destroy") == 0 && mine.out == 0);
}
END_TEST

START_TEST(test_automatic_arenas_can_be_given_hooks)
{
	extent_hooks_t *h = &mine.hooks, *none;
	static char *p[2000];

	must(act(begin(), "destroy") == 0);
	must(control(0, "extent_hooks", &none, NULL) == 0);
	mine.arena = 0;
	mine.allocates = true; /* from the same arena: from common memory */
	must(control(0, "extent_hooks", NULL, &h) == 0);
	if (has_cache())
		bind(0);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LEN(p); i++)
			must(p[i] = malloc(i * 40));
		for (size_t i = 0; i < ARRAY_LEN(p); i++)
			free(p[i]);
	}
	must(mine.alloc > 0);
	must(within(get(3 * MIB, 0), 3 * MIB));
	must(act(0, "destroy") == EFAULT);
}
END_TEST

START_TEST(test_what_cannot_be_hooks)
{
	unsigned arena = begin(), index;
	size_t n = sizeof(index);
	extent_hooks_t none = {0}, *h = NULL, *old = NULL;
	char name[64];

	must(control(arena, "extent_hooks", NULL, &h) == EINVAL);
	h = &none;
	must(control(arena, "extent_hooks", NULL, &h) == EINVAL);
	must(ashlar_mallctl("arenas.create", &index, &n, &h, sizeof(h)) == EINVAL);
	must(hooks_of(arena) == &mine.hooks);
	h = &mine.hooks;
	must(control(4096, "extent_hooks", &old, NULL) == EFAULT && control(4096, "extent_hooks", NULL, &h) == EFAULT);
	must(control(4097, "extent_hooks", &old, NULL) == EFAULT);
	snprintf(name, sizeof(name), "arena.%u.extent_hooks", arena);
	must(ashlar_mallctl(name, NULL, NULL, &h, 4) == EINVAL || sizeof(h) == 4);
	must(act(arena, "destroy") == 0);
	must(control(arena, "extent_hooks", &old, NULL) == EFAULT && control(arena, "extent_hooks", NULL, &h) == EFAULT);
	must(control(100, "extent_hooks", &old, NULL) == ENOENT);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_all_of_an_arena_lies_in_the_programs_memory,
		test_caches_are_filled_from_it,
		test_a_thread_that_is_bound_to_it_lives_there,
		test_threads_share_and_trim_it,
		test_destroy_waits_for_hooks_of_other_threads,
		test_in_a_child_destroy_does_not_wait_for_them,
		test_no_memory_there_is_no_memory,
		test_a_bound_thread_gets_none_from_elsewhere,
		test_a_full_region_is_used_to_the_end,
		test_memory_that_is_not_aligned_is_none,
		test_memory_that_is_not_committed_is_none,
		test_memory_that_is_in_use_is_none,
		test_what_the_program_does_not_take_back_is_kept,
		test_hooks_that_are_not_there_did_nothing,
		test_hooks_may_allocate_and_free,
		test_hooks_leave_errno_as_it_was,
		test_blocks_grow_and_shrink_in_their_extent,
		test_no_block_grows_out_of_its_extent,
		test_reset_gives_its_memory_back,
		test_purge_goes_through_the_hooks,
		test_figures_are_the_arenas,
		test_the_child_of_fork_goes_on_with_it,
		test_no_hook_is_called_inside_another,
		test_the_limits_callback_is_not_called_inside_a_hook,
		test_a_hook_may_fork,
		test_an_arena_that_is_being_destroyed_is_none,
		test_ordinary_arenas_have_hooks_as_well,
		test_the_defaults_can_be_wrapped,
		test_hooks_change_while_blocks_live,
		test_automatic_arenas_can_be_given_hooks,
		test_what_cannot_be_hooks,
	};

	return run_tests("extents", 60, tests, ARRAY_LEN(tests));
}
