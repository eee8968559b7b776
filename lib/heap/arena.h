/* heap/arena.h -- arenas and thread caches that programs make and name themselves (jemalloc's arenas.create,
 * tcache.create, MALLOCX_ARENA, MALLOCX_TCACHE), and what a thread may ask for itself.
 *
 * An arena is a shard. The first ones are automatic: threads are given one each. Others are made here, have their
 * slabs and large blocks for themselves, and can be discarded as a whole. Free units are common to all.
 *
 * Unless it says otherwise, a function may be called by any thread at any time, and returns 0 or an errno. */
#ifndef ASH_HEAP_ARENA_H
#define ASH_HEAP_ARENA_H

#include "heap/thread.h"

/* hooks: those that provide its memory, as below; NULL: common memory. EAGAIN: no memory, no more indices, or the
 * library is not yet initialised. Indices of destroyed ones come again. */
int ash_arena_create(unsigned *index, struct ash_extent_hooks *hooks);

/* How many indices there are. */
unsigned ash_arena_count(void);

/* Whether the arena is there: used once, and not destroyed. */
bool ash_arena_exists(unsigned index);

/* The arena, an automatic one also if it was never used; NULL. */
struct shard *ash_arena_get(unsigned index);

/* Returns free memory: of the arena's slabs, and all free units, which nobody owns. Bytes that went. */
size_t ash_arena_purge(unsigned index);

/* What has been free for the decay time. */
void ash_arena_decay(unsigned index);

/* Discards all blocks of an arena, which must not be automatic (EFAULT). Caches of threads must not hold any; explicit
 * ones lose theirs. Destroying also takes the index back: EFAULT if a thread is bound to the arena. */
int ash_arena_reset(unsigned index);
int ash_arena_destroy(unsigned index);

/* Up to 31 bytes; "" if it was given none. EFAULT: no such arena. EINVAL: too long. */
int ash_arena_name(unsigned index, char name[32]);
int ash_arena_set_name(unsigned index, const char *name);

/* The hooks that provide an arena's memory. Setting them takes effect for what it needs from then on; what it has
 * from other hooks goes back through the new ones, common memory stays that. EFAULT: no such arena. EINVAL: no hooks,
 * or none to allocate. EAGAIN: no memory. */
int ash_arena_hooks(unsigned index, struct ash_extent_hooks **hooks);
int ash_arena_set_hooks(unsigned index, struct ash_extent_hooks *hooks);

/* How many threads are bound to it, and for how many ms it has been there. */
unsigned ash_arena_threads(unsigned index);
uint32_t ash_arena_uptime_ms(unsigned index);

/* Whose the live block p is. EINVAL: nobody's. */
int ash_arena_lookup(const void *p, unsigned *index);

/* The calling thread's. Binding it empties its cache. EFAULT: no such arena. EAGAIN: the thread can have no cache. */
unsigned ash_thread_arena(void);
int ash_thread_set_arena(unsigned index);

/* Bytes the calling thread has allocated and freed, by usable sizes, from the first call on: from then on each of its
 * calls comes the slow way, and counts. They may be read through the pointers as long as the thread lives. NULL: it
 * can have no cache. */
uint64_t *ash_thread_allocatedp(void);
uint64_t *ash_thread_deallocatedp(void);

/* The most that it had allocated and not freed since the last reset. */
uint64_t ash_thread_peak(void);
void ash_thread_reset_peak(void);

/* Whether the calling thread's blocks are cached; the second returns what was. */
bool ash_thread_caching(void);
bool ash_thread_set_caching(bool on);

/* Sends all that the calling thread's cache has home. */
void ash_thread_flush(void);

/* Caches with names. Two threads must not use one at the same time. EFAULT: no such cache. */
#define ASH_TCACHES_MAX 4094 /* what MALLOCX_TCACHE can name */
int ash_tcache_create(unsigned *id);
int ash_tcache_flush(unsigned id);
int ash_tcache_destroy(unsigned id);

/* The cache, bound to the arena if one is given; NULL: no such cache. */
struct cache *ash_tcache_get(unsigned id, struct shard *sh);

#endif
