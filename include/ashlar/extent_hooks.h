/* extent_hooks.h -- memory that a program provides for an arena: jemalloc's extent_hooks_t, written as a pointer to
 * the control names arenas.create and arena.<i>.extent_hooks. <ashlar/ashlar.h> and <ashlar/jemalloc.h> include it.
 * Not together with jemalloc's own header, unless that comes first. */
#if !defined(ASHLAR_EXTENT_HOOKS_H) && !defined(JEMALLOC_H_)
#define ASHLAR_EXTENT_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

/* Sizes and offsets are bytes, multiples of 2 MiB or, of len and offset where pages are returned, of 64 KiB; arena is
 * the arena's index. Those that return bool return true if they did NOT do it (jemalloc). They may be called by any
 * thread that allocates or frees, several at the same time, without a lock held; they may allocate and free, but must
 * not throw or jump out. errno stays what it was. ashlar(3), Extent hooks, tells what ashlar calls when. */
typedef struct extent_hooks_s extent_hooks_t;

/* Memory of that size, readable and writable, at a multiple of alignment (2 MiB or a larger power of two); NULL: there
 * is none. new_addr, if not NULL, is where it has to be: ashlar passes NULL. *zero, *commit: whether it has to read as
 * zero, and to be committed; then whether it does, and is. */
typedef void *(extent_alloc_t)(extent_hooks_t *hooks, void *new_addr, size_t size, size_t alignment, bool *zero,
	bool *commit, unsigned arena);

/* Takes back what alloc gave, whole. */
typedef bool(extent_dalloc_t)(extent_hooks_t *hooks, void *addr, size_t size, bool committed, unsigned arena);

/* The same of what dalloc did not take, when the arena is destroyed. */
typedef void(extent_destroy_t)(extent_hooks_t *hooks, void *addr, size_t size, bool committed, unsigned arena);

/* Backs memory, or ceases to. Never called by ashlar. */
typedef bool(extent_commit_t)(extent_hooks_t *hooks, void *addr, size_t size, size_t offset, size_t len,
	unsigned arena);
typedef bool(extent_decommit_t)(extent_hooks_t *hooks, void *addr, size_t size, size_t offset, size_t len,
	unsigned arena);

/* Returns pages [offset, offset + len) of what alloc gave at addr. Forced: they read as zero afterwards; lazy: as zero
 * or as before. */
typedef bool(extent_purge_t)(extent_hooks_t *hooks, void *addr, size_t size, size_t offset, size_t len,
	unsigned arena);

/* Makes one extent two, or two one. Never called by ashlar. */
typedef bool(extent_split_t)(extent_hooks_t *hooks, void *addr, size_t size, size_t size_a, size_t size_b,
	bool committed, unsigned arena);
typedef bool(extent_merge_t)(extent_hooks_t *hooks, void *addr_a, size_t size_a, void *addr_b, size_t size_b,
	bool committed, unsigned arena);

/* Must stay where it is as long as the arena is there. Any but alloc may be NULL, as if it returned true. */
struct extent_hooks_s {
	extent_alloc_t *alloc;
	extent_dalloc_t *dalloc;
	extent_destroy_t *destroy;
	extent_commit_t *commit;
	extent_decommit_t *decommit;
	extent_purge_t *purge_lazy;
	extent_purge_t *purge_forced;
	extent_split_t *split;
	extent_merge_t *merge;
};

#endif
