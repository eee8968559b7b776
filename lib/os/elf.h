/* os/elf.h -- loaded ELF objects, read by hand: nothing is allocated or locked. Used for the vDSO's
 * clock and for libc's own malloc, whose names we have taken. */
#ifndef ASH_OS_ELF_H
#define ASH_OS_ELF_H

#include "base/base.h"

#include <link.h>

/* The address of a function defined by the object with this dynamic section; NULL if it has none.
 * bias: what its addresses are relative to. */
void *ash_elf_function(const ElfW(Dyn) *dynamic, uintptr_t bias, const char *name);

/* The same for an image that starts at base, its ELF header; NULL also for a base of 0. */
void *ash_elf_image_function(uintptr_t base, const char *name);

/* The same for any object of the process but our own; takes the dynamic linker's lock. */
void *ash_elf_function_elsewhere(const char *name);

/* The object whose image (code, constants, variables) addr lies in; NULL outside of all. */
const struct link_map *ash_elf_object_around(uintptr_t addr);

#endif
