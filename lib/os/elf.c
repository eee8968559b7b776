/* os/elf.c -- see elf.h. */
#include "os/elf.h"
#include "base/mem.h"

#include <dlfcn.h>

struct symbols {
	const ElfW(Sym) *sym;
	const char *str;
	const uint32_t *gnu_hash;
	const ElfW(Word) *hash;
};

/* The dynamic linker relocates d_ptr in place on most architectures, the kernel never does in the
 * vDSO's: addresses below the bias are still relative. */
static const void *at(uintptr_t bias, const ElfW(Dyn) *d)
{
	uintptr_t p = d->d_un.d_ptr;
	return (const void *)(p < bias ? p + bias : p);
}

static bool read_dynamic(const ElfW(Dyn) *d, uintptr_t bias, struct symbols *s)
{
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

static bool is(const struct symbols *s, size_t i, const char *name)
{
	return s->sym[i].st_shndx != SHN_UNDEF && ash_str_eq(s->str + s->sym[i].st_name, name);
}

static size_t find(const struct symbols *s, const char *name)
{
	if (s->gnu_hash && s->gnu_hash[0]) {
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

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)

/* Made for unwinders: takes no lock, whatever other threads load or unload. */
const struct link_map *ash_elf_object_around(uintptr_t addr)
{
	struct dl_find_object found;
	return _dl_find_object((void *)addr, &found) == 0 ? found.dlfo_link_map : NULL;
}

#else

const struct link_map *ash_elf_object_around(uintptr_t addr)
{
	Dl_info info;
	void *map = NULL;
#ifdef __GLIBC__
	return dladdr1((void *)addr, &info, &map, RTLD_DL_LINKMAP) ? map : NULL;
#else
	return dladdr((void *)addr, &info) ? map : NULL; /* musl: no map to be had */
#endif
}

#endif
