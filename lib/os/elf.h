/* os/elf.h -- loaded ELF objects, read by hand: nothing is allocated or locked. Used for the vDSO's
 * clock and for libc's own malloc, whose names we have taken. */
#ifndef ASH_OS_ELF_H
#define ASH_OS_ELF_H

#include "base/base.h"

#include <link.h>

struct ash_symbols {
	const ElfW(Sym) *sym;
	const char *str;
	const uint32_t *gnu_hash;
	const Elf_Symndx *hash; /* of 64 bits on some machines */
};

/* What an object with this dynamic section defines; false if that cannot be read. bias: what its
 * addresses are relative to. */
bool ash_elf_symbols(const ElfW(Dyn) *dynamic, uintptr_t bias, struct ash_symbols *s);

/* The index of a definition of this name: of several versions the first one after `before`. 0: none. */
size_t ash_elf_find(const struct ash_symbols *s, const char *name, size_t before);

/* How many symbols there are, defined or not. */
size_t ash_elf_count(const struct ash_symbols *s);

/* The address of a function defined by the object with this dynamic section; NULL if it has none. */
void *ash_elf_function(const ElfW(Dyn) *dynamic, uintptr_t bias, const char *name);

/* The same for an image that starts at base, its ELF header; NULL also for a base of 0. */
void *ash_elf_image_function(uintptr_t base, const char *name);

/* The same for any object of the process but our own; takes the dynamic linker's lock. */
void *ash_elf_function_elsewhere(const char *name);

/* The object whose image (code, constants, variables) addr lies in; NULL outside of all. */
const struct link_map *ash_elf_object_around(uintptr_t addr);

#endif
