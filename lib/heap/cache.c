/* heap/cache.c -- the slow half of cache.h: refill, flush, sending home, and how much to keep.
 *
 * An array starts with a few slots and doubles when its class comes here often; what all arrays of
 * a cache may hold is a budget that grows with the thread's visits, so that a thousand threads
 * that did little keep little. Classes above 512 bytes have no array at first: single blocks come from
 * the shard and go back. Classes not visited for a while are emptied by the visits of others. */
#include "heap/cache.h"
#include "base/mem.h"
#include "os/conf.h"
#include "os/fault.h"
#include "region/meta.h"

#define FIRST_BYTES 1024      /* of blocks, in an array's first size ... */
#define FIRST_SLOTS 6         /* ... but no more slots than this, and at least 2 */
#define CLASS_BYTES 262144    /* of blocks, in an array's largest size, but for the limits to its slots */
#define BUDGET 4096           /* bytes of growth any cache may have ... */
#define BUDGET_PER_EVENT 64   /* ... what each visit to the slow path adds at first ... */
#define BUDGET_RISE 128       /* ... and after how many such visits that is one byte more on average ... */
#define BUDGET_MAX (9 << 18)  /* ... up to this */
#define GROW_AFTER 2          /* misses */
#define OUTBOX_BYTES 32768
#define PARCEL_MIN 16         /* blocks of one class worth a parcel */
#define POST_EVENTS 16        /* visits between postings of outboxes that are not full */
#define IDLE_EVENTS 512       /* visits between looks at idle classes */

static _Atomic uint32_t budget_max = BUDGET_MAX;

SLOW void ash_cache_bound(size_t bytes)
{
	uint32_t n = bytes < BUDGET ? BUDGET : bytes > BUDGET_MAX ? BUDGET_MAX : (uint32_t)bytes;
	atomic_store_explicit(&budget_max, n, memory_order_relaxed);
}

static unsigned slots_max(unsigned class)
{
	unsigned n = CLASS_BYTES / ash_class_size[class];
	return n < ASH_SLOTS_MIN ? ASH_SLOTS_MIN : n > ASH_SLOTS_MAX ? ASH_SLOTS_MAX : n;
}

static unsigned slots_first(unsigned class)
{
	unsigned n = FIRST_BYTES / ash_class_size[class];
	return n < 2 ? 2 : n > FIRST_SLOTS ? FIRST_SLOTS : n;
}

static inline size_t array_bytes(unsigned slots)
{
	return (slots + 2) * sizeof(void *);
}

/* Gives the class an array of `slots`, with what the old one held. */
static bool resize(struct cache *t, unsigned class, unsigned slots)
{
	void **array = ash_meta_alloc(array_bytes(slots));
	if (!array)
		return false;
	void **old = t->base[class];
	size_t n = old ? (size_t)(t->fast.top[class] - old) : 0;
	ash_mem_slide(array + 1, old, n);
	array[1 + slots] = ASH_STOP;
	t->base[class] = array + 1;
	t->fast.top[class] = array + 1 + n;
	if (old)
		ash_meta_free(old - 1, array_bytes(t->capacity[class]));
	t->capacity[class] = (uint16_t)slots;
	t->misses[class] = 0;
	return true;
}

/* The class missed: a larger array if it does so often and the budget allows. Returns whether
 * there is more room than before. */
static bool adapt(struct cache *t, unsigned class)
{
	unsigned slots = t->capacity[class], most = slots_max(class);
	unsigned wanted = slots * 2 + 2; /* with the two ends, whole cache lines: 2, 6, 14 ... 254 */
	if (!slots) {
		if (ash_class_size[class] > ash_conf.tcache_max)
			return false;
		wanted = slots_first(class);
		if (wanted * ash_class_size[class] <= FIRST_BYTES)
			return resize(t, class, wanted);
	}
	if (slots >= most || ++t->misses[class] < GROW_AFTER)
		return false;
	if (wanted > most)
		wanted = most;
	uint32_t more = (wanted - slots) * ash_class_size[class];
	uint64_t budget = BUDGET + (uint64_t)t->events * (BUDGET_PER_EVENT + t->events / BUDGET_RISE);
	uint32_t bound = atomic_load_explicit(&budget_max, memory_order_relaxed);
	if (t->held_bytes + more > (budget < bound ? budget : bound))
		return false;
	if (!resize(t, class, wanted))
		return false;
	t->held_bytes += more;
	return true;
}

/* Returns the n oldest blocks of a class. */
static void flush_oldest(struct cache *t, unsigned class, size_t n)
{
	void **base = t->base[class];
	size_t rest = (size_t)(t->fast.top[class] - base) - n;
	ash_shard_flush(t->shard, &(struct batch){class, (uint32_t)n, base}, 1);
	ash_mem_slide(base, base + n, rest);
	t->fast.top[class] = base + rest;
}

static void post(struct cache *t, uint32_t shard);

/* A class that has not been visited for a while: first its blocks go, half of them each time, then
 * its room, which counts in the budget of the others. */
static void retire(struct cache *t, unsigned class)
{
	size_t n = (size_t)(t->fast.top[class] - t->base[class]);
	unsigned slots = t->capacity[class], first = slots_first(class);
	if (n)
		flush_oldest(t, class, (n + 1) / 2);
	else if (slots > first && resize(t, class, first))
		t->held_bytes -= (slots - first) * ash_class_size[class];
}

_Atomic uint32_t ash_cache_empty_asked;

/* What other visits pay for: blocks stuck in outboxes and in classes no longer used. */
static void housekeeping(struct cache *t)
{
	t->events++;
	uint32_t asked = atomic_load_explicit(&ash_cache_empty_asked, memory_order_relaxed);
	if (unlikely(t->emptied_for != asked)) {
		t->emptied_for = asked;
		ash_cache_flush(t);
	}
	if (t->events % POST_EVENTS)
		return;
	for (uint32_t i = 0; i < t->noutbox; i++)
		if (t->outbox[i] && t->outbox[i]->n)
			post(t, i);
	if (t->events % IDLE_EVENTS)
		return;
	ash_chunk_tick();
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		if (t->base[c] && !t->active[c])
			retire(t, c);
		t->active[c] = 0;
	}
}

void *ash_cache_refill(struct cache *t, unsigned class)
{
	housekeeping(t);
	t->active[class] = 1;
	adapt(t, class);
	void **base = t->base[class];
	if (!base) { /* no memory for an array, or none wanted: one block must do */
		void *block = NULL;
		ash_shard_refill(t->shard, class, &block, 1);
		return block;
	}
	ASSERT(t->fast.top[class] == base);
	/* Half of it and one: mostly a power of two, which leaves the bitmap's words whole. */
	unsigned slots = t->capacity[class];
	size_t n = ash_shard_refill(t->shard, class, base, slots / 2 + (slots > 2));
	if (!n)
		return NULL;
	t->fast.top[class] = base + n - 1;
	return base[n - 1];
}

/* Sorts an outbox by class: class[i] and n[i] for the i-th group, its blocks in `sorted` one group
 * after the other. Returns the number of groups. */
static unsigned sort_outbox(const struct outbox *o, void **sorted, uint8_t *class, uint8_t *n)
{
	uint8_t group_of[ASH_CLASSES], at[ASH_BATCH];
	unsigned groups = 0;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		group_of[c] = UINT8_MAX;
	for (uint32_t i = 0; i < o->n; i++) {
		uint8_t *g = &group_of[o->class[i]];
		if (*g == UINT8_MAX) {
			*g = (uint8_t)groups;
			class[groups] = o->class[i];
			n[groups++] = 0;
		}
		n[*g]++;
	}
	for (unsigned g = 0, sum = 0; g < groups; sum += n[g++])
		at[g] = (uint8_t)sum;
	for (uint32_t i = 0; i < o->n; i++)
		sorted[at[group_of[o->class[i]]]++] = o->block[i];
	return groups;
}

/* Sends the outbox home: parcels for classes with many blocks, the rest into the bitmaps. */
static void post(struct cache *t, uint32_t shard)
{
	struct outbox *o = t->outbox[shard];
	struct shard *sh = ash_shards[shard];
	void *sorted[ASH_BATCH], **blocks = sorted;
	uint8_t class[ASH_BATCH], n[ASH_BATCH];
	struct batch batches[8];
	uint32_t nbatches = 0;
	unsigned groups = sort_outbox(o, sorted, class, n);
	o->n = 0;
	o->bytes = 0;
	for (unsigned g = 0; g < groups; blocks += n[g++]) {
		if (n[g] >= PARCEL_MIN) {
			ash_shard_post(sh, class[g], blocks, n[g], &t->spare);
			continue;
		}
		batches[nbatches++] = (struct batch){class[g], n[g], blocks};
		if (nbatches == ARRAY_LEN(batches)) {
			ash_shard_flush(sh, batches, nbatches);
			nbatches = 0;
		}
	}
	if (nbatches)
		ash_shard_flush(sh, batches, nbatches);
}

static void send_home(struct cache *t, void *block, uint32_t entry)
{
	uint32_t shard = ASH_ENTRY_SHARD(entry);
	struct outbox *o = shard < t->noutbox ? t->outbox[shard] : NULL;
	if (!o && shard < t->noutbox)
		o = t->outbox[shard] = ash_meta_alloc(sizeof *o);
	if (!o) {
		unsigned class = ASH_ENTRY_CLASS(entry);
		ash_shard_flush(ash_shards[shard], &(struct batch){class, 1, &block}, 1);
		return;
	}
	o->class[o->n] = ASH_ENTRY_CLASS(entry);
	o->block[o->n++] = block;
	o->bytes += ash_class_size[ASH_ENTRY_CLASS(entry)];
	if (o->n == ASH_BATCH || o->bytes >= OUTBOX_BYTES) {
		t->events++;
		post(t, shard);
	}
}

void ash_cache_return(struct cache *t, void *block, uint32_t entry)
{
	if (ASH_ENTRY_SHARD(entry) != t->shard->id) {
		send_home(t, block, entry);
		return;
	}
	unsigned class = ASH_ENTRY_CLASS(entry);
	void **top = t->fast.top[class];
	if (top[-1] == block)
		ash_fault("free", block, ASH_FAULT_DOUBLE_FREE);
	if (*top == ASH_STOP) {
		housekeeping(t);
		t->active[class] = 1;
		bool roomier = adapt(t, class);
		size_t n = t->base[class] ? (size_t)(t->fast.top[class] - t->base[class]) : 0;
		if (!t->base[class]) {
			ash_shard_flush(t->shard, &(struct batch){class, 1, &block}, 1);
			return;
		}
		if (!roomier && n == t->capacity[class])
			flush_oldest(t, class, n - n / 2);
		top = t->fast.top[class];
	}
	*top = block;
	t->fast.top[class] = top + 1;
}

void ash_cache_flush(struct cache *t)
{
	for (uint32_t i = 0; i < t->noutbox; i++)
		if (t->outbox[i] && t->outbox[i]->n)
			post(t, i);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = t->base[c] ? (size_t)(t->fast.top[c] - t->base[c]) : 0;
		if (n)
			flush_oldest(t, c, n);
	}
}

void ash_cache_forget(struct cache *t)
{
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		if (t->base[c])
			t->fast.top[c] = t->base[c];
}

struct cache *ash_cache_create(uint32_t shards)
{
	struct cache *t = ash_meta_alloc(sizeof *t + shards * sizeof t->outbox[0]);
	if (!t)
		return NULL;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		t->fast.top[c] = ash_anchor.empty.top[c];
	t->noutbox = shards;
	return t;
}

void ash_cache_bind(struct cache *t, struct shard *sh)
{
	t->shard = sh;
	t->self = t->manual ? 0 : ash_tls_self();
	t->fast.owner = ASH_ENTRY_OF(sh->id, 0);
	t->bound = true;
}

/* Reads what its owner writes without an atomic operation: each value is whole, and a count that is
 * one off does no harm to a statistic. */
__attribute__((no_sanitize("thread"))) void
ash_cache_count(const struct cache *t, uint32_t shard, void (*count)(void *arg, unsigned class, size_t blocks), void *arg)
{
	bool all = shard == ASH_SHARDS_MAX;
	for (unsigned c = 0; c < ASH_CLASSES && (all || t->shard->id == shard); c++) {
		void **base = __atomic_load_n(&t->base[c], __ATOMIC_RELAXED);
		void **top = __atomic_load_n(&t->fast.top[c], __ATOMIC_RELAXED);
		size_t n = base ? (size_t)(top - base) : 0;
		if (n <= ASH_SLOTS_MAX) /* else caught between two stores of a resize */
			count(arg, c, n);
	}
	for (uint32_t i = 0; i < t->noutbox; i++) {
		struct outbox *o = all || i == shard ? __atomic_load_n(&t->outbox[i], __ATOMIC_RELAXED) : NULL;
		uint32_t n = o ? __atomic_load_n(&o->n, __ATOMIC_RELAXED) : 0;
		for (uint32_t k = 0; k < n && k < ASH_BATCH; k++)
			count(arg, o->class[k], 1);
	}
}
