/* region/meta.c -- a bump pointer and one free list per record size; see meta.h. */
#include "region/meta.h"
#include "base/mem.h"
#include "os/lock.h"
#include "os/os.h"

#define GRAIN 64
#define STEP_MIN ((size_t)64 << 10)
#define STEP_MAX ((size_t)512 << 10)

struct record {
	struct record *next;
};

static struct {
	struct ash_lock lock;    /* rank META; guards all below */
	char *at, *end;          /* zeroed space not handed out yet */
	size_t bytes;            /* ever taken from the system (read without the lock), ... */
	size_t lost;             /* ... of these, left unused at ends */
} meta = {.lock.rank = ASH_RANK_META};
static struct record *free_records[ASH_META_MAX / GRAIN + 1]; /* [size / GRAIN]. Guarded as well */

static void add_bytes(size_t n)
{
	__atomic_store_n(&meta.bytes, meta.bytes + n, __ATOMIC_RELAXED);
}

static bool grow(void)
{
	size_t step = meta.bytes / 8;
	step = step < STEP_MIN ? STEP_MIN : step > STEP_MAX ? STEP_MAX : align_up(step, STEP_MIN);
	char *p = ash_os_map(step);
	if (!p && step > STEP_MIN)
		p = ash_os_map(step = STEP_MIN);
	if (!p)
		return false;
	if (p != meta.end) { /* not adjacent: the rest of the old step is lost, at most a record */
		meta.lost += (size_t)(meta.end - meta.at);
		meta.at = p;
	}
	meta.end = p + step;
	add_bytes(step);
	return true;
}

void *ash_meta_alloc(size_t bytes)
{
	bytes = align_up(bytes, GRAIN);
	ASSERT(bytes && bytes <= ASH_META_MAX);
	ash_lock(&meta.lock);
	struct record *r = free_records[bytes / GRAIN];
	if (r) {
		free_records[bytes / GRAIN] = r->next;
		ash_unlock(&meta.lock);
		ash_mem_zero(r, bytes);
		return r;
	}
	char *p;
	do {
		p = (char *)align_up((uintptr_t)meta.at, GRAIN);
		if (p <= meta.end && (size_t)(meta.end - p) >= bytes && p) {
			meta.at = p + bytes;
			break;
		}
		p = NULL;
	} while (grow());
	ash_unlock(&meta.lock);
	return p;
}

void ash_meta_free(void *record, size_t bytes)
{
	bytes = align_up(bytes, GRAIN);
	struct record *r = record;
	ash_lock(&meta.lock);
	r->next = free_records[bytes / GRAIN];
	free_records[bytes / GRAIN] = r;
	ash_unlock(&meta.lock);
}

void ash_meta_give(void *addr, size_t bytes)
{
	ash_lock(&meta.lock);
	if ((size_t)(meta.end - meta.at) < bytes) {
		meta.lost += (size_t)(meta.end - meta.at);
		meta.at = addr;
		meta.end = meta.at + bytes;
		add_bytes(bytes);
	}
	ash_unlock(&meta.lock);
}

size_t ash_meta_bytes(void)
{
	return __atomic_load_n(&meta.bytes, __ATOMIC_RELAXED);
}

size_t ash_meta_used(void)
{
	ash_lock(&meta.lock);
	size_t used = meta.bytes - meta.lost - (size_t)(meta.end - meta.at);
	ash_unlock(&meta.lock);
	return used;
}

void ash_meta_lock_stats(struct ash_lock_stats *s)
{
	ash_lock(&meta.lock);
	ash_lock_add_stats(&meta.lock, s);
	ash_unlock(&meta.lock);
}

void ash_meta_fork_lock(void)
{
	ash_lock_fork(&meta.lock);
}

void ash_meta_fork_unlock(bool child)
{
	ash_unlock_fork(&meta.lock, child);
}
