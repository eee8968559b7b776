/* api/foreign.c -- pointers the page map does not know.
 *
 * Decided by address alone: memory near the pointer is never read, it may not be there. What lies
 * in our own memory, in a program or library image or on the main thread's stack is an error and
 * is named as such. The rest may be libc's: a module loaded with RTLD_DEEPBIND, or a program that
 * asked libc's handle, calls libc's malloc behind our back. libc's own function then does what it
 * always did, down to its own error message. */
#include "api/api.h"

#include "os/elf.h"
#include "os/fault.h"
#include "os/os.h"
#include "os/scope.h"
#include "slab/large.h"

static struct {
	_Atomic bool looked;
	void (*free)(void *);
	void *(*realloc)(void *, size_t);
	size_t (*usable)(void *);
} libc;

static void find_libc(void)
{
	if (libc.looked)
		return;
	/* Not in a prefixed build: there libc's malloc is in use under its own name. */
#ifndef ASHLAR_PREFIX
	const struct link_map *m = ash_scope_libc();
	if (m) {
		libc.free = (void (*)(void *))ash_elf_function(m->l_ld, m->l_addr, "__libc_free");
		libc.realloc = (void *(*)(void *, size_t))ash_elf_function(m->l_ld, m->l_addr,
									   "__libc_realloc");
		libc.usable = (size_t(*)(void *))ash_elf_function(m->l_ld, m->l_addr,
								  "malloc_usable_size");
	}
#endif
	libc.looked = true;
}

/* Between here and the top of the main thread's stack. */
static bool on_main_stack(uintptr_t addr)
{
	extern void *__libc_stack_end __attribute__((weak));
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	return &__libc_stack_end && addr > here && addr < (uintptr_t)__libc_stack_end;
}

/* Stops the process if p lies in our memory. */
static void refuse_ours(void *p, const char *call)
{
	uintptr_t addr = (uintptr_t)p;
	if (ash_large_contains(addr))
		ash_fault(call, p, ASH_FAULT_INTERIOR);
	struct slab *unit = ash_chunk_unit(addr);
	if (!unit)
		return; /* no chunk of ours was ever there */
	if (ash_chunk_state(addr) != ASH_UNIT_FOREIGN)
		ash_fault(call, p, ASH_FAULT_FREED);
	if (unit->kind == UNIT_HUGE_FREED && !(addr & (ASH_UNIT - 1)))
		ash_fault(call, p, ASH_FAULT_FREED);
}

/* Stops the process if p cannot be a block of libc's heap. */
static void refuse(void *p, const char *call)
{
	uintptr_t addr = (uintptr_t)p;
	refuse_ours(p, call);
	find_libc();
	if (!libc.free)
		ash_fault(call, p, ASH_FAULT_NOT_OURS);
	if (addr >> 12 == 0 || addr % 16 || addr >> ASH_LEAF_SHIFT >= ASH_ROOTS ||
	    on_main_stack(addr) || ash_elf_object_around(addr) ||
	    !ash_os_is_mapped((char *)p - 1)) /* libc looks there, before the block */
		ash_fault(call, p, ASH_FAULT_NOT_HEAP);
}

SLOW void ash_foreign_free(void *p)
{
	refuse(p, "free");
	libc.free(p);
}

SLOW void *ash_foreign_realloc(void *p, size_t size)
{
	refuse(p, "realloc");
	return libc.realloc(p, size);
}

SLOW size_t ash_foreign_usable(void *p, const char *call)
{
	refuse(p, call);
	return libc.usable(p);
}
