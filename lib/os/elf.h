/* os/elf.h -- loaded ELF objects, read by hand: no libc, no lock of the dynamic linker. Used for
 * the vDSO's clock and for libc's own malloc, whose names we have taken. */
#ifndef ASH_OS_ELF_H
#define ASH_OS_ELF_H

#include "base/base.h"

#include <link.h>

/* The address of a function defined by the object with this dynamic section; NULL if it has none.
 * bias: what its addresses are relative to. */
void *ash_elf_function(const ElfW(Dyn) *dynamic, uintptr_t bias, const char *name);

/* The first object in the program's link map with this soname; NULL also in a static program. */
const struct link_map *ash_elf_object(const char *soname);

/* Whether addr lies in the image (code, constants, variables) of a loaded object. */
bool ash_elf_in_image(uintptr_t addr);

#endif
