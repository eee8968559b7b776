/* os/cgroup.h -- what the control groups of the process leave it: read in the constructor, where an option asks
 * for it, and never later.
 *
 * /proc/self/cgroup tells the group in each hierarchy, /proc/self/mountinfo where hierarchies are mounted, and
 * which part of them: not everywhere below /sys/fs/cgroup, and in a container often a part only. From the group
 * up to the mount's root each folder may have limits, the smallest of them counts. Version 2 and both
 * hierarchies of version 1 are looked at, as they are often there together. What is not there, or makes no
 * sense, is no limit. */
#ifndef ASH_OS_CGROUP_H
#define ASH_OS_CGROUP_H

#include "base/base.h"

struct ash_cgroup {
	size_t memory; /* bytes; SIZE_MAX: no limit */
	unsigned cpus; /* the quota, rounded up; UINT_MAX: none */
};
#define ASH_CGROUP_NONE {.memory = SIZE_MAX, .cpus = ~0u}

/* Lowers *g to the limits. root: "" (tests have files elsewhere). Constructor only. */
void ash_cgroup_read(const char *root, struct ash_cgroup *g);

/* ---- the parts that look at text, for tests as well */

enum ash_hierarchy { ASH_CGROUP_V2, ASH_CGROUP_V1_MEMORY, ASH_CGROUP_V1_CPU, ASH_HIERARCHIES };

/* The group's path, if the line of /proc/self/cgroup tells it for that hierarchy; else NULL. */
const char *ash_cgroup_path_in(const char *line, enum ash_hierarchy h);

/* If the line of mountinfo is a mount of that hierarchy in which the group at `path` can be seen: writes the
 * group's folder to dir, and returns how long the mount point's name in it is. Else 0; also if there is no room, or
 * the group is outside of what this process may see ("/../x"). */
size_t ash_cgroup_folder(const char *line, enum ash_hierarchy h, const char *path, char *dir, size_t room);

/* The number that text begins with; UINT64_MAX for "max", negative ones, and what is none. *end is behind it. */
uint64_t ash_cgroup_number(const char *text, const char **end);

#endif
