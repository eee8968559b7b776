/* os/scope.c -- see scope.h. */
#include "os/scope.h"
#include "base/mem.h"
#include "os/os.h"

#ifdef __GLIBC__

#include <gnu/lib-names.h>

#pragma weak _r_debug /* or the library would need the dynamic linker by its file name */

/* Ours. None in a static program. */
extern ElfW(Dyn) _DYNAMIC[] __attribute__((weak, visibility("hidden")));

/* All objects, in the order of the global scope. Those a program starts with come first and are never
 * unloaded: as far as we go, the list does not change under us. */
static struct link_map *objects(void)
{
	return &_r_debug ? _r_debug.r_map : NULL;
}

static bool is_libc(const struct link_map *m)
{
	struct ash_symbols s;
	const ElfW(Dyn) *d = m->l_ld;
	if (!d || !ash_elf_symbols(d, m->l_addr, &s))
		return false;
	while (d->d_tag != DT_NULL && d->d_tag != DT_SONAME)
		d++;
	return d->d_tag == DT_SONAME && ash_str_eq(s.str + d->d_un.d_val, LIBC_SO);
}

struct link_map *ash_scope_libc(void)
{
	struct link_map *m = objects();
	while (m && !is_libc(m))
		m = m->l_next;
	return m;
}

static const struct link_map *own_object(void)
{
	const struct link_map *m = _DYNAMIC ? objects() : NULL;
	while (m && m->l_ld != _DYNAMIC)
		m = m->l_next;
	return m;
}

static void *function_from(const struct link_map *m, const char *name)
{
	void *f = NULL;
	for (; m && !f; m = m->l_next)
		if (m->l_ld && m->l_ld != _DYNAMIC)
			f = ash_elf_function(m->l_ld, m->l_addr, name);
	return f;
}

void *ash_scope_next_function(const char *name)
{
	const struct link_map *own = own_object();
	void *f = own ? function_from(own->l_next, name) : NULL;
	return f ? f : function_from(objects(), name); /* loaded by dlopen we are behind libc */
}

static bool defines(const struct link_map *m, const char *name)
{
	struct ash_symbols s;
	return m && ash_elf_symbols(m->l_ld, m->l_addr, &s) && ash_elf_find(&s, name, 0);
}

static const struct link_map *first_with(const char *name)
{
	const struct link_map *m = objects();
	while (m && !(m->l_ld && defines(m, name)))
		m = m->l_next;
	return m;
}

bool ash_scope_finds_ours(const char *name)
{
	const struct link_map *own = own_object();
	return own && first_with(name) == own;
}

bool ash_scope_others_come_first(const char *name)
{
	const struct link_map *own = own_object(), *first = own ? first_with(name) : NULL;
	return first && first != own && first != ash_scope_libc();
}

bool ash_scope_others_define(const char *const *names, size_t n)
{
	struct ash_symbols s;
	for (const struct link_map *m = objects(); m; m = m->l_next) {
		if (!m->l_ld || m->l_ld == _DYNAMIC || !ash_elf_symbols(m->l_ld, m->l_addr, &s))
			continue;
		for (size_t i = 0; i < n; i++)
			if (ash_elf_find(&s, names[i], 0))
				return true;
	}
	return false;
}

bool ash_scope_has_two(const char *name)
{
	return defines(own_object(), name) && defines(ash_scope_libc(), name);
}

/* Where the linker has its pointer to an object's DT_SYMTAB: in its table of the dynamic section by tag, a
 * part of struct link_map that no header tells of. It has been at this place since glibc 2.3; NULL if
 * what is there does not look like it. */
static ElfW(Dyn) **symtab_entry(struct link_map *m)
{
	enum { BEFORE = 8 }; /* words of the record before the table */
	static const unsigned char tags[] = {DT_STRTAB, DT_STRSZ, DT_SONAME};
	ElfW(Dyn) **table = (ElfW(Dyn) **)m + BEFORE;
	const ElfW(Dyn) *end = m->l_ld;
	while (end->d_tag != DT_NULL)
		end++;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		const ElfW(Dyn) *d = table[tags[i]];
		if (d < m->l_ld || d >= end || d->d_tag != tags[i])
			return NULL;
	}
	return &table[DT_SYMTAB];
}

/* Gives libc's object a copy of its symbol table with our addresses in it: an addition of 64 bits that
 * wraps finds them. The table itself is read-only, and stays so: changing that takes a system call that
 * hardened processes refuse. */
void ash_scope_override_libc(void)
{
	const struct link_map *own = own_object();
	struct link_map *libc = ash_scope_libc();
	struct ash_symbols s, l;
	if (!own || !libc || !ash_elf_symbols(own->l_ld, own->l_addr, &s) ||
	    !ash_elf_symbols(libc->l_ld, libc->l_addr, &l))
		return;
	ElfW(Dyn) **entry = symtab_entry(libc), *before = libc->l_ld;
	while (before->d_tag != DT_SYMTAB)
		before++;
	if (!entry || __atomic_load_n(entry, __ATOMIC_ACQUIRE) != before)
		return; /* also if it has been done */
	size_t n = ash_elf_count(&l), bytes = n * sizeof(ElfW(Sym));
	size_t len = align_up(sizeof(ElfW(Dyn)) + bytes, ash_os.page_size);
	ElfW(Sym) *copy = n ? ash_os_map(len) : NULL;
	if (!copy)
		return;
	ash_mem_copy(copy, l.sym, bytes);
	for (size_t i = 1, count = ash_elf_count(&s); i < count; i++) {
		const ElfW(Sym) *ours = &s.sym[i];
		if (ours->st_shndx == SHN_UNDEF)
			continue;
		for (size_t k = 0; (k = ash_elf_find(&l, s.str + ours->st_name, k)) != 0;)
			if (ELF64_ST_TYPE(copy[k].st_info) == ELF64_ST_TYPE(ours->st_info))
				copy[k].st_value = own->l_addr + ours->st_value - libc->l_addr;
	}
	ElfW(Dyn) *after = (ElfW(Dyn) *)(copy + n);
	*after = *before; /* it holds an address, or one relative to libc */
	after->d_un.d_ptr += (uintptr_t)copy - (uintptr_t)l.sym;
	if (!__atomic_compare_exchange_n(entry, &before, after, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE))
		ash_os_unmap(copy, len); /* another thread was faster */
}

#else

struct link_map *ash_scope_libc(void)
{
	return NULL;
}

void *ash_scope_next_function(const char *name)
{
	(void)name;
	return NULL;
}

bool ash_scope_others_come_first(const char *name)
{
	(void)name;
	return false;
}

bool ash_scope_others_define(const char *const *names, size_t n)
{
	(void)names;
	(void)n;
	return false;
}

#endif
