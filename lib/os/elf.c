/* os/elf.c -- see elf.h. */
#include "os/elf.h"
#include "base/mem.h"

#include <sys/auxv.h>

struct symbols {
	const ElfW(Sym) *sym;
	const char *str;
	const char *soname;
	const uint32_t *gnu_hash;
	const ElfW(Word) *hash;
};

/* The program's own headers, as the kernel gave them. */
struct program {
	const ElfW(Phdr) *phdr;
	size_t n;
	uintptr_t bias;
};

static struct program program(void)
{
	struct program p = {(const void *)getauxval(AT_PHDR), getauxval(AT_PHNUM), 0};
	for (size_t i = 0; i < p.n; i++)
		if (p.phdr[i].p_type == PT_PHDR)
			p.bias = (uintptr_t)p.phdr - p.phdr[i].p_vaddr;
	return p;
}

/* The dynamic linker relocates d_ptr in place on most architectures, the kernel never does in the
 * vDSO's: addresses below the bias are still relative. */
static const void *at(uintptr_t bias, const ElfW(Dyn) *d)
{
	uintptr_t p = d->d_un.d_ptr;
	return (const void *)(p < bias ? p + bias : p);
}

static bool read_dynamic(const ElfW(Dyn) *d, uintptr_t bias, struct symbols *s)
{
	size_t soname = 0;
	*s = (struct symbols){0};
	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			s->sym = at(bias, d);
		else if (d->d_tag == DT_STRTAB)
			s->str = at(bias, d);
		else if (d->d_tag == DT_GNU_HASH)
			s->gnu_hash = at(bias, d);
		else if (d->d_tag == DT_HASH)
			s->hash = at(bias, d);
		else if (d->d_tag == DT_SONAME)
			soname = d->d_un.d_val;
	}
	s->soname = s->str && soname ? s->str + soname : "";
	return s->sym && s->str;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t h = 5381;
	for (; *name; name++)
		h = h * 33 + (unsigned char)*name;
	return h;
}

static bool is(const struct symbols *s, size_t i, const char *name)
{
	return s->sym[i].st_shndx != SHN_UNDEF && ash_str_eq(s->str + s->sym[i].st_name, name);
}

static size_t find(const struct symbols *s, const char *name)
{
	if (s->gnu_hash) {
		uint32_t nbuckets = s->gnu_hash[0], first = s->gnu_hash[1];
		const uint32_t *buckets =
			s->gnu_hash + 4 + s->gnu_hash[2] * (sizeof(ElfW(Addr)) / 4);
		const uint32_t *chain = buckets + nbuckets;
		uint32_t h = gnu_hash(name);
		for (size_t i = buckets[h % nbuckets]; i >= first; i++) {
			if ((chain[i - first] | 1) == (h | 1) && is(s, i, name))
				return i;
			if (chain[i - first] & 1)
				break;
		}
	} else if (s->hash) {
		for (size_t i = 1; i < s->hash[1]; i++)
			if (is(s, i, name))
				return i;
	}
	return 0;
}

void *ash_elf_function(const ElfW(Dyn) *dynamic, uintptr_t bias, const char *name)
{
	struct symbols s;
	if (!read_dynamic(dynamic, bias, &s))
		return NULL;
	size_t i = find(&s, name);
	return i ? (void *)(bias + s.sym[i].st_value) : NULL;
}

/* The program's own dynamic section has been given the address of the debugger's list. */
static const struct link_map *objects(void)
{
	struct program p = program();
	const ElfW(Dyn) *d = NULL;
	for (size_t i = 0; i < p.n; i++)
		if (p.phdr[i].p_type == PT_DYNAMIC)
			d = (const void *)(p.bias + p.phdr[i].p_vaddr);
	for (; d && d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_DEBUG && d->d_un.d_ptr)
			return ((const struct r_debug *)d->d_un.d_ptr)->r_map;
	return NULL;
}

const struct link_map *ash_elf_object(const char *soname)
{
	struct symbols s;
	for (const struct link_map *m = objects(); m; m = m->l_next)
		if (m->l_ld && read_dynamic(m->l_ld, m->l_addr, &s) && ash_str_eq(s.soname, soname))
			return m;
	return NULL;
}

static bool in_segments(uintptr_t addr, const ElfW(Phdr) *ph, size_t n, uintptr_t bias)
{
	for (size_t i = 0; i < n; i++)
		if (ph[i].p_type == PT_LOAD && addr - (bias + ph[i].p_vaddr) < ph[i].p_memsz)
			return true;
	return false;
}

bool ash_elf_in_image(uintptr_t addr)
{
	struct program p = program();
	if (in_segments(addr, p.phdr, p.n, p.bias))
		return true;
	for (const struct link_map *m = objects(); m; m = m->l_next) {
		const ElfW(Ehdr) *eh = (const void *)m->l_addr;
		if (!eh || eh->e_ident[0] != 0x7f || eh->e_ident[1] != 'E')
			continue; /* the program itself when it is not position independent */
		if (in_segments(addr, (const void *)(m->l_addr + eh->e_phoff), eh->e_phnum, m->l_addr))
			return true;
	}
	return false;
}
