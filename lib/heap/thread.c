/* heap/thread.c -- see thread.h. */
#include "heap/thread.h"
#include "base/mem.h"
#include "heap/registry.h"
#include "os/os.h"
#include "region/meta.h"
#include "slab/large.h"
#include "slab/nursery.h"

#define RELIEF_MS 100   /* between rounds of the bins */
#define RELIEF_LOOKS 4  /* at bins in one go */
#define CACHE_EACH (1 << 20) /* bytes that the caches may hold for each CPU, where all of them have a bound */
#define FREES_DIRECT 16 /* frees before a thread that never allocates is given a cache */

struct ash_heap ash_heap = {.lock.rank = ASH_RANK_THREADS, .automatic = 1, .made_from = 1, .arenas = 1};

/* ---- start */

static void fill_anchor(void)
{
	ash_sizeclass_init();
	ash_anchor.empty_slots[1] = ASH_STOP;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		ash_anchor.empty.top[c] = &ash_anchor.empty_slots[1];
	ash_anchor.empty.owner = ASH_OWNER_NONE;
}

static void set_limits(bool open)
{
	__atomic_store_n(&ash_anchor.root_limit, open ? ASH_ROOTS : 0, __ATOMIC_RELEASE);
	__atomic_store_n(&ash_anchor.small_limit, open ? ASH_SMALL_MAX : 0, __ATOMIC_RELEASE);
}

bool ash_heap_start(void)
{
	if (atomic_load_explicit(&ash_heap.ready, memory_order_acquire))
		return true;
	if (ash_heap.started && ash_lock_is_mine(&ash_heap.lock)) /* see bind_thread */
		return true;
	ash_lock(&ash_heap.lock);
	if (!ash_heap.started && ash_chunk_start()) {
		struct shard *first = ash_shard_create(0, false);
		if (first) {
			fill_anchor();
			atomic_store_explicit(&ash_shards[0], first, memory_order_release);
			atomic_store_explicit(&ash_heap.started, true, memory_order_release);
		}
	}
	bool ok = ash_heap.started;
	if (ok && !ash_heap.ready && !ash_nursery_open()) {
		set_limits(ash_heap.armed);
		atomic_store_explicit(&ash_heap.ready, true, memory_order_release);
	}
	ash_unlock(&ash_heap.lock);
	return ok;
}

static void thread_exit(void);

void ash_heap_init(unsigned shards, bool caches)
{
	if (!shards)
		shards = ash_os.cpus;
	ash_heap.automatic = shards < ASH_AUTOMATIC_MAX ? shards : ASH_AUTOMATIC_MAX;
	ash_heap.arenas = ash_heap.made_from = ash_heap.automatic;
	ash_heap.initialised = true;
	ash_heap.caches = ash_tls_init(thread_exit) && caches;
}

SLOW void ash_heap_bound_caches(unsigned cpus, size_t bytes)
{
	size_t most = (size_t)cpus * CACHE_EACH;
	ash_heap.caches_most = most < bytes ? most : bytes;
}

void ash_heap_limit_shards(unsigned n)
{
	ash_lock(&ash_heap.lock);
	uint32_t there = ash_heap.automatic;
	while (there && !ash_shards[there - 1])
		there--;
	if (n < there)
		n = there;
	if (n && n < ash_heap.automatic) {
		ash_heap.automatic = n;
		if (!ash_heap.all && ash_heap.arenas == ash_heap.made_from)
			ash_heap.arenas = ash_heap.made_from = n;
	}
	ash_unlock(&ash_heap.lock);
}

void ash_heap_arm(bool on)
{
	ash_lock(&ash_heap.lock);
	ash_heap.armed = on;
	if (ash_heap.started && !ash_shards[0]->born) /* its time begins with the clock */
		ash_shards[0]->born = ash_os_now_ns();
	if (ash_heap.ready)
		set_limits(on);
	ash_unlock(&ash_heap.lock);
}

/* ---- threads */

/* The shard with the fewest threads; a new one while there are fewer than CPUs and none is idle.
 * Registry lock held. */
static struct shard *choose_shard(void)
{
	struct shard *best = ash_shards[0];
	for (uint32_t i = 0; i < ash_heap.automatic && best->threads; i++) {
		struct shard *sh = ash_shards[i];
		if (!sh) {
			sh = ash_shard_create(i, false);
			if (!sh)
				break;
			atomic_store_explicit(&ash_shards[i], sh, memory_order_release);
		}
		if (sh->threads < best->threads)
			best = sh;
	}
	best->threads++;
	return best;
}

/* A thread more has a cache, or (-1) less. Registry lock held. */
static SLOW void count_bound(size_t more)
{
	ash_heap.bound += more;
	if (ash_heap.caches_most)
		ash_cache_bound(ash_heap.caches_most / (ash_heap.bound ? ash_heap.bound : 1));
}

/* The calling thread's cache by the thread pointer. Before it is given one: a cache that a thread left without a word,
 * as it allocated for the first time when all destructors had run. Its thread pointer tells, once the C library gives
 * the same stack to another thread: no two living ones have it. Registry lock held. */
static struct cache *inherit(void)
{
	struct cache *t = ash_heap.all;
	while (t && !(t->bound && t->self == ash_tls_self()))
		t = t->next;
	return t;
}

struct cache *ash_heap_take_cache(void)
{
	struct cache *t = ash_heap.unused;
	if (t) {
		ash_heap.unused = t->next_free;
	} else if ((t = ash_cache_create(ash_heap.automatic))) {
		t->next = ash_heap.all;
		ash_heap.all = t;
	}
	return t;
}

void ash_heap_give_cache(struct cache *t)
{
	t->bound = t->manual = false;
	t->counts = t->bypassed = false;
	t->allocated = t->deallocated = t->peak = t->peak_from = 0;
	t->next_free = ash_heap.unused;
	ash_heap.unused = t;
}

static SLOW struct cache *bind_thread(void)
{
	if (!ash_heap.caches || (ash_tls_flags() & ASH_TLS_EXITED))
		return NULL;
	if (ash_lock_is_mine(&ash_heap.lock)) /* setting the TLS word below allocates: do without */
		return NULL;
	ash_lock(&ash_heap.lock);
	struct cache *inherited = ash_heap.unused ? NULL : inherit();
	struct cache *t = inherited ? inherited : ash_heap_take_cache();
	if (!t) {
		ash_unlock(&ash_heap.lock);
		return NULL;
	}
	if (!inherited) {
		ash_cache_bind(t, choose_shard());
		count_bound(1);
	}
	ash_tls_set_cache((char *)t - (char *)&ash_anchor);
	ash_unlock(&ash_heap.lock);
	ash_tls_watch_exit(); /* may allocate: the cache is there */
	return t;
}

struct cache *ash_thread_cache_or_null(void)
{
	if (!ash_heap.caches)
		return NULL;
	if (!ash_tls_cache())
		return NULL;
	struct ash_fast *mine = ash_cache_mine(&ash_anchor);
	return ash_thread_has_face() ? ((struct face *)mine)->cache : (struct cache *)mine;
}

struct cache *ash_thread_counted(void)
{
	struct cache *t = ash_thread_cache_or_null();
	return t && t->counts ? t : NULL;
}

struct cache *ash_thread_cache(void)
{
	struct cache *t = ash_thread_cache_or_null();
	return likely(t != NULL) ? t : bind_thread();
}

struct cache *ash_thread_cache_to_free(void)
{
	struct cache *t = ash_thread_cache_or_null();
	return likely(t != NULL) || ash_tls_visit() < FREES_DIRECT ? t : bind_thread();
}

static void thread_exit(void)
{
	struct cache *t = ash_thread_cache_or_null();
	ash_tls_set_flags(ash_tls_flags() | ASH_TLS_EXITED);
	if (!t)
		return;
	ash_tls_set_cache(0);
	ash_cache_flush(t);
	ash_lock(&ash_heap.lock);
	t->shard->threads--;
	count_bound((size_t)-1);
	ash_heap_give_cache(t);
	ash_unlock(&ash_heap.lock);
}

/* ---- without a cache */

void *ash_heap_alloc_direct(struct shard *sh, unsigned class)
{
	void *block = NULL;
	ash_shard_refill(sh ? sh : ash_shards[0], class, &block, 1);
	return block;
}

void ash_heap_free_direct(void *block, uint32_t entry)
{
	const struct batch one = {ASH_ENTRY_CLASS(entry), 1, &block};
	ash_shard_flush(ash_shards[ASH_ENTRY_SHARD(entry)], &one, 1);
}

void *ash_heap_alloc_anywhere(unsigned class)
{
	void *block = NULL;
	for (uint32_t i = 0; i < ash_heap.automatic && !block; i++)
		if (ash_shards[i])
			ash_shard_refill(ash_shards[i], class, &block, 1);
	return block;
}

/* ---- the whole */

/* The caller's cache at once, those of others when they come by. */
static void empty_caches(void)
{
	struct cache *t = ash_thread_cache_or_null();
	uint32_t asked = 1 + atomic_fetch_add_explicit(&ash_cache_empty_asked, 1, memory_order_relaxed);
	if (t) {
		ash_cache_flush(t);
		t->emptied_for = asked;
	}
}

size_t ash_heap_trim(bool release)
{
	size_t bytes = 0;
	empty_caches();
	uint32_t i = 0;
	for (struct shard *sh; (sh = ash_next_shard(&i));)
		bytes += ash_shard_trim(sh);
	return bytes + (release ? ash_chunk_release() : ash_chunk_trim());
}

/* ---- limits */

SLOW void ash_heap_limit(enum ash_limit which, size_t bytes)
{
	ash_limit_set(which, bytes ? bytes : ASH_NO_LIMIT);
	if (bytes && ash_limit_physical() > bytes)
		ash_heap_trim(false);
}

/* Where the round of the bins is: shard * ASH_CLASSES + class; at the end, when that was. Two threads may do the
 * same part, which does no harm. */
static struct {
	_Atomic uint32_t at, ended_ms;
	_Atomic bool ended;
} relief;

/* Looks at a few sparse slabs. */
static SLOW void relieve_some(void)
{
	uint32_t now = ash_os_now_ms(), at = relief.at;
	if (relief.ended && now - relief.ended_ms < RELIEF_MS)
		return;
	if (relief.ended || !at) {
		relief.ended = false;
		at = 0;
		empty_caches();
	}
	for (unsigned looks = RELIEF_LOOKS; looks;) {
		uint32_t i = at / ASH_CLASSES;
		struct shard *sh = ash_next_shard(&i);
		if (!sh) {
			relief.at = 0;
			relief.ended_ms = now;
			relief.ended = true;
			return;
		}
		if (at / ASH_CLASSES != i - 1) /* some are not there yet */
			at = (i - 1) * ASH_CLASSES;
		size_t before = atomic_load_explicit(&ash_limits.absent, memory_order_relaxed);
		bool more = ash_shard_trim_part(sh, at % ASH_CLASSES);
		at += !more;
		looks -= more || before != atomic_load_explicit(&ash_limits.absent, memory_order_relaxed);
	}
	relief.at = at;
}

SLOW bool ash_heap_relieve(void)
{
	/* A call that setting a TLS word makes, or a fork handler of somebody else: locks are held. */
	if (ash_lock_is_mine(&ash_heap.lock))
		return false;
	if (ash_limit_relieve() && ash_heap.started)
		relieve_some();
	return true;
}

/* ---- statistics */

_Atomic size_t ash_heap_zero_reallocs;

unsigned ash_heap_shards_max(void)
{
	return ash_heap.arenas;
}

static void add_cached(void *stats, unsigned class, size_t blocks)
{
	((struct ash_heap_stats *)stats)->bin[class].cached += blocks;
}

static void add_shard(struct shard *sh, struct ash_heap_stats *s)
{
	ash_lock(&sh->lock);
	s->shards++;
	s->slabs_peak += sh->slabs_peak;
	s->purged_bytes += sh->purged_bytes;
	s->npurge += sh->npurge;
	s->nadvise += sh->nadvise;
	ash_lock_add_stats(&sh->lock, &s->lock);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		const struct bin *b = &sh->bin[c];
		struct ash_bin_stats *t = &s->bin[c];
		t->curslabs += b->slabs;
		t->nmalloc += b->nmalloc;
		t->ndalloc += b->ndalloc;
		t->nfills += b->nfills;
		t->nflushes += b->nflushes;
		t->nslabs += b->nslabs;
		t->nreslabs += b->nreslabs;
		t->cached += atomic_load_explicit(&b->parked, memory_order_relaxed);
	}
	ash_unlock(&sh->lock);
}

void ash_heap_stats(uint32_t id, struct ash_heap_stats *s)
{
	bool all = id == ASH_SHARDS_MAX;
	uint64_t now = ash_os_now_ns();
	*s = (struct ash_heap_stats){0};
	ash_lock(&ash_heap.lock);
	for (struct cache *t = ash_heap.all; t; t = t->next) {
		s->threads += t->bound && !t->manual && (all || t->shard->id == id);
		ash_cache_count(t, id, add_cached, s);
	}
	for (uint32_t i = all ? 0 : id; i < (all ? ash_heap.arenas : id + 1); i++) {
		struct shard *sh = ash_shards[i];
		if (!sh || (sh->destroyed && !all))
			continue;
		if (!s->shards)
			s->uptime_ns = now - sh->born;
		add_shard(sh, s);
	}
	ash_unlock(&ash_heap.lock);
	for (struct ash_bin_stats *b = s->bin; b < s->bin + ASH_CLASSES; b++) {
		size_t out = (size_t)(b->nmalloc - b->ndalloc);
		b->curregs = out > b->cached ? out - b->cached : 0;
	}
}

void ash_heap_lock_stats(struct ash_lock_stats *s)
{
	ash_lock(&ash_heap.lock);
	ash_lock_add_stats(&ash_heap.lock, s);
	ash_unlock(&ash_heap.lock);
}

/* ---- fork: all locks in rank order; the child starts with free ones, but for those that a signal
 * handler which forked found held by its own thread */

void ash_heap_fork_prepare(void)
{
	/* Not by other handlers, who pass all locks below. */
	if (!ash_nursery_open() && !ash_lock_is_mine(&ash_heap.lock))
		ash_heap_start();
	ash_lock_fork(&ash_heap.lock);
	uint32_t i = 0;
	for (struct shard *sh; (sh = ash_next_shard(&i));)
		ash_lock_fork(&sh->lock);
	ash_large_fork_lock();
	i = 0;
	for (struct shard *sh; (sh = ash_next_shard(&i));)
		if (sh->supply)
			ash_lock_fork(&sh->supply->lock);
	ash_chunk_fork_lock();
	ash_meta_fork_lock();
	ash_nursery_fork_lock();
	ash_lock_fork_begin();
}

static void fork_end(bool child)
{
	ash_lock_fork_end();
	ash_nursery_fork_unlock(child);
	ash_meta_fork_unlock(child);
	ash_chunk_fork_unlock(child);
	uint32_t i = 0;
	for (struct shard *sh; (sh = ash_next_shard(&i));)
		if (sh->supply) {
			sh->supply->lossy |= child;
			ash_unlock_fork(&sh->supply->lock, child);
		}
	ash_large_fork_unlock(child);
	i = 0;
	for (struct shard *sh; (sh = ash_next_shard(&i));)
		ash_unlock_fork(&sh->lock, child);
	ash_unlock_fork(&ash_heap.lock, child);
}

void ash_heap_fork_parent(void)
{
	fork_end(false);
}

/* The threads are gone that the shards were counted for. What they had in their caches is lost to
 * the child: it cannot be told from what they were taking or returning at that moment. */
static void forget_threads(struct shard *sh, const struct cache *mine)
{
	sh->threads = mine && mine->shard == sh;
	ash_shard_orphaned(sh);
}

void ash_heap_fork_child(void)
{
	struct cache *mine = inherit(); /* also where an extent hook forks, which sees none */
	for (struct cache *t = ash_heap.all; t; t = t->next)
		t->bound = t == mine || t->manual;
	ash_heap.bound = 0;
	count_bound(mine != NULL);
	uint32_t i = 0;
	for (struct shard *sh; (sh = ash_next_shard(&i));)
		if (!sh->lock.inherited)
			forget_threads(sh, mine);
	fork_end(true);
}
