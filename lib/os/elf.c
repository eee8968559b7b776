/* os/elf.c -- see elf.h. */
#include "os/elf.h"
#include "base/mem.h"

#include <dlfcn.h>

/* The dynamic linker relocates d_ptr in place on most architectures, the kernel never does in the
 * vDSO's: addresses below the bias are still relative. */
static const void *at(uintptr_t bias, const ElfW(Dyn) *d)
{
	uintptr_t p = d->d_un.d_ptr;
	return (const void *)(p < bias ? p + bias : p);
}

bool ash_elf_symbols(const ElfW(Dyn) *d, uintptr_t bias, struct ash_symbols *s)
{
	*s = (struct ash_symbols){0};
	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			s->sym = at(bias, d);
		else if (d->d_tag == DT_STRTAB)
			s->str = at(bias, d);
		else if (d->d_tag == DT_GNU_HASH)
			s->gnu_hash = at(bias, d);
		else if (d->d_tag == DT_HASH)
			s->hash = at(bias, d);
	}
	return s->sym && s->str;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t h = 5381;
	for (; *name; name++)
		h = h * 33 + (unsigned char)*name;
	return h;
}

static bool is(const struct ash_symbols *s, size_t i, const char *name)
{
	return s->sym[i].st_shndx != SHN_UNDEF && ash_str_eq(s->str + s->sym[i].st_name, name);
}

size_t ash_elf_find(const struct ash_symbols *s, const char *name, size_t before)
{
	if (s->gnu_hash && s->gnu_hash[0]) {
		uint32_t nbuckets = s->gnu_hash[0], first = s->gnu_hash[1];
		const uint32_t *buckets =
			s->gnu_hash + 4 + s->gnu_hash[2] * (sizeof(ElfW(Addr)) / 4);
		const uint32_t *chain = buckets + nbuckets;
		uint32_t h = gnu_hash(name);
		for (size_t i = buckets[h % nbuckets]; i >= first; i++) {
			if (i > before && (chain[i - first] | 1) == (h | 1) && is(s, i, name))
				return i;
			if (chain[i - first] & 1)
				break;
		}
	} else if (s->hash) {
		for (size_t i = before + 1; i < s->hash[1]; i++)
			if (is(s, i, name))
				return i;
	}
	return 0;
}

size_t ash_elf_count(const struct ash_symbols *s)
{
	if (s->hash)
		return s->hash[1];
	if (!s->gnu_hash || !s->gnu_hash[0])
		return 0;
	uint32_t nbuckets = s->gnu_hash[0], first = s->gnu_hash[1], last = 0;
	const uint32_t *buckets = s->gnu_hash + 4 + s->gnu_hash[2] * (sizeof(ElfW(Addr)) / 4);
	const uint32_t *chain = buckets + nbuckets;
	for (uint32_t i = 0; i < nbuckets; i++)
		if (buckets[i] > last)
			last = buckets[i];
	if (last < first)
		return first; /* none is defined */
	while (!(chain[last - first] & 1))
		last++;
	return (size_t)last + 1;
}

void *ash_elf_function(const ElfW(Dyn) *dynamic, uintptr_t bias, const char *name)
{
	struct ash_symbols s;
	if (!ash_elf_symbols(dynamic, bias, &s))
		return NULL;
	size_t i = ash_elf_find(&s, name, 0);
	return i ? (void *)(bias + s.sym[i].st_value) : NULL;
}

void *ash_elf_image_function(uintptr_t base, const char *name)
{
	const ElfW(Ehdr) *eh = (const void *)base;
	const ElfW(Phdr) *ph = (const void *)(base + (base ? eh->e_phoff : 0));
	const ElfW(Phdr) *first = NULL;
	for (unsigned i = 0; base && i < eh->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD && !first)
			first = &ph[i];
		if (ph[i].p_type == PT_DYNAMIC && first) {
			uintptr_t bias = base + first->p_offset - first->p_vaddr;
			return ash_elf_function((const void *)(bias + ph[i].p_vaddr), bias, name);
		}
	}
	return NULL;
}

struct wanted {
	const char *name;
	void *found;
};

static int look_in(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct wanted *w = arg;
	const ElfW(Dyn) *dynamic = NULL;
	bool own = false;
	(void)size;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &object->dlpi_phdr[i];
		uintptr_t start = object->dlpi_addr + ph->p_vaddr;
		if (ph->p_type == PT_DYNAMIC)
			dynamic = (const void *)start;
		own |= ph->p_type == PT_LOAD && (uintptr_t)&look_in - start < ph->p_memsz;
	}
	if (!own && dynamic)
		w->found = ash_elf_function(dynamic, object->dlpi_addr, w->name);
	return w->found != NULL;
}

void *ash_elf_function_elsewhere(const char *name)
{
	struct wanted w = {name, NULL};
	dl_iterate_phdr(look_in, &w);
	return w.found;
}

#ifdef __GLIBC__

#pragma weak _r_debug /* or the library would need the dynamic linker by its file name */

#ifdef DLFO_STRUCT_HAS_EH_DBASE /* the headers of glibc 2.35 or newer */

/* _dl_find_object was made for unwinders: it takes no lock, whatever other threads load or unload.
 * Found by hand in the dynamic linker, as a library that imports it does not start on an older
 * glibc. False if there is none. */
static bool find_object(uintptr_t addr, const struct link_map **map)
{
	typedef int finder(void *, struct dl_find_object *);
	finder *f = (finder *)ash_elf_image_function(_r_debug.r_ldbase, "_dl_find_object");
	struct dl_find_object found;
	if (f)
		*map = f((void *)addr, &found) == 0 ? found.dlfo_link_map : NULL;
	return f != NULL;
}

#else
#define find_object(addr, map) false
#endif

const struct link_map *ash_elf_object_around(uintptr_t addr)
{
	const struct link_map *map = NULL;
	Dl_info info;
	void *found = NULL;
	if (!&_r_debug || !_r_debug.r_ldbase) /* a static program: nothing but itself */
		return NULL;
	if (find_object(addr, &map))
		return map;
	/* An older glibc: takes the lock of dlopen. */
	return dladdr1((void *)addr, &info, &found, RTLD_DL_LINKMAP) ? found : NULL;
}

#else

const struct link_map *ash_elf_object_around(uintptr_t addr)
{
	(void)addr; /* musl tells where an object is only under a lock, and has no second heap */
	return NULL;
}

#endif
