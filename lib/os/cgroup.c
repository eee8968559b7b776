/* os/cgroup.c -- see cgroup.h. Reading order: words, lines, files. */
#include "os/cgroup.h"
#include "base/mem.h"
#include "base/syscall.h"

#include <fcntl.h>

#define LINE_MAX_HERE 2048  /* bytes; mounts of overlays have longer lines, those of cgroups do not */
#define FOLDER_MAX 1024
#define NAME_ROOM 32        /* for a file's name behind the folder's */

/* ---- words */

static SLOW bool starts_with(const char *s, const char *start)
{
	while (*start)
		if (*s++ != *start++)
			return false;
	return true;
}

/* Whether a list has that word; `stop` ends the list. */
static SLOW bool has_word(const char *list, const char *word, char stop)
{
	size_t n = ash_str_len(word);
	for (;;) {
		if (starts_with(list, word) && (!list[n] || list[n] == stop || list[n] == ','))
			return true;
		while (*list && *list != ',' && *list != stop)
			list++;
		if (*list != ',')
			return false;
		list++;
	}
}

/* Behind the next `stop`, or NULL. */
static SLOW const char *behind(const char *s, char stop)
{
	while (s && *s && *s != stop)
		s++;
	return s && *s ? s + 1 : NULL;
}

SLOW uint64_t ash_cgroup_number(const char *text, const char **end)
{
	uint64_t v = 0;
	const char *s = text;
	bool wraps = false;
	for (; *s >= '0' && *s <= '9'; s++) {
		wraps |= v > (UINT64_MAX - 9) / 10; /* a little early, which is no limit either */
		v = v * 10 + (unsigned)(*s - '0');
	}
	bool none = s == text || wraps;
	while (*s && *s != ' ' && *s != '\n')
		s++;
	*end = s + (*s == ' ');
	return none ? UINT64_MAX : v;
}

/* ---- lines */

static const char controller[ASH_HIERARCHIES][8] = {
	[ASH_CGROUP_V1_MEMORY] = "memory",
	[ASH_CGROUP_V1_CPU] = "cpu",
};

/* "4:memory:/path"; of version 2 "0::/path". */
SLOW const char *ash_cgroup_path_in(const char *line, enum ash_hierarchy h)
{
	const char *list = behind(line, ':'), *path = behind(list, ':');
	bool it_is = h == ASH_CGROUP_V2 ? starts_with(line, "0::")
		     : path != NULL	&& has_word(list, controller[h], ':');
	return it_is && path && *path == '/' ? path : NULL;
}

/* The next character of a path in mountinfo, where blanks and backslashes are three octal digits behind one;
 * '\0' at its end. Nothing else is written so: systemd's own backslashes in the names of groups are to stay. */
static SLOW char next_in_mountinfo(const char **s)
{
	const char *at = *s;
	char c = *at == ' ' ? '\0' : *at;
	unsigned digits = 1;
	*s += c != '\0';
	if (c != '\\')
		return c;
	while (digits < 4 && at[digits] >= '0' && at[digits] <= '7')
		digits++;
	if (digits < 4)
		return c;
	*s += 3;
	return (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
}

/* Appends one character, or text, to a folder's name; false if there is no room. */
static SLOW bool append_char(char *dir, size_t *len, size_t room, char c)
{
	if (*len + 1 >= room)
		return false;
	dir[(*len)++] = c;
	dir[*len] = '\0';
	return true;
}

static SLOW bool append(char *dir, size_t *len, size_t room, const char *s)
{
	dir[*len] = '\0';
	while (*s)
		if (!append_char(dir, len, room, *s++))
			return false;
	return true;
}

/* What of `path` is below `mounted` (as mountinfo has it), or NULL. */
static SLOW const char *below(const char *path, const char *mounted)
{
	if (starts_with(mounted, "/ "))
		return path;
	for (char c; (c = next_in_mountinfo(&mounted)); path++)
		if (*path != c)
			return NULL;
	return *path == '/' || !*path ? path : NULL;
}

/* "30 24 0:26 /root /mount/point rw,nosuid shared:9 - cgroup cgroup rw,memory" */
SLOW size_t ash_cgroup_folder(const char *line, enum ash_hierarchy h, const char *path, char *dir, size_t room)
{
	const char *mounted = behind(behind(behind(line, ' '), ' '), ' '), *point = behind(mounted, ' ');
	const char *type = point;
	size_t mount_len, len = 0;
	while (type && !starts_with(type, "- "))
		type = behind(type, ' ');
	if (!type)
		return 0;
	type += 2;
	if (!starts_with(type, h == ASH_CGROUP_V2 ? "cgroup2 " : "cgroup "))
		return 0;
	const char *options = behind(behind(type, ' '), ' ');
	if (h != ASH_CGROUP_V2 && (!options || !has_word(options, controller[h], ' ')))
		return 0;
	path = below(path, mounted);
	if (!path || starts_with(path, "/.."))
		return 0;
	for (char c; (c = next_in_mountinfo(&point));)
		if (!append_char(dir, &len, room, c))
			return 0;
	mount_len = len;
	if (!append(dir, &len, room, path))
		return 0;
	while (len > mount_len && dir[len - 1] == '/')
		dir[--len] = '\0';
	return mount_len;
}

/* ---- files */

static SLOW long open_file(const char *name)
{
	return ash_syscall6(SYS_openat, AT_FDCWD, (long)name, O_RDONLY | O_CLOEXEC, 0, 0, 0);
}

/* The start of a file; false if there is none. */
static SLOW bool read_start(const char *name, char *text, size_t room)
{
	long fd = open_file(name), n;
	if (ash_syscall_failed(fd))
		return false;
	n = ash_syscall3(SYS_read, fd, (long)text, (long)room - 1);
	ash_syscall3(SYS_close, fd, 0, 0);
	text[ash_syscall_failed(n) ? 0 : n] = '\0';
	return n > 0 && !ash_syscall_failed(n);
}

/* A file, line by line; those that are too long are left out. */
struct lines {
	long fd;
	size_t used, filled; /* of text */
	char text[LINE_MAX_HERE];
};

static SLOW const char *next_line(struct lines *f)
{
	bool cut = false; /* the front of this line is gone */
	for (;;) {
		size_t at = f->used;
		while (at < f->filled && f->text[at] != '\n')
			at++;
		if (at < f->filled) {
			const char *line = f->text + f->used;
			f->text[at] = '\0';
			f->used = at + 1;
			if (!cut)
				return line;
			cut = false;
			continue;
		}
		size_t rest = f->filled - f->used;
		for (size_t i = 0; i < rest; i++)
			f->text[i] = f->text[f->used + i];
		f->used = 0;
		f->filled = rest;
		if (rest == sizeof f->text) {
			cut = true;
			f->filled = 0;
		}
		long n = ash_syscall3(SYS_read, f->fd, (long)(f->text + f->filled),
				      (long)(sizeof f->text - f->filled));
		if (n <= 0)
			return NULL;
		f->filled += (size_t)n;
	}
}

static SLOW bool open_lines(struct lines *f, const char *root, const char *name)
{
	char path[FOLDER_MAX];
	size_t len = 0;
	f->used = f->filled = 0;
	if (!append(path, &len, sizeof path, root) || !append(path, &len, sizeof path, name))
		return false;
	f->fd = open_file(path);
	return !ash_syscall_failed(f->fd);
}

static SLOW void close_lines(struct lines *f)
{
	ash_syscall3(SYS_close, f->fd, 0, 0);
}

/* The folder of the process's group, and how long the mount point's name in it is; 0: there is none. */
static SLOW size_t find_folder(const char *root, enum ash_hierarchy h, char *dir)
{
	struct lines f;
	char path[FOLDER_MAX];
	size_t len = 0, mount_len = 0;
	const char *line, *found = NULL;
	if (!open_lines(&f, root, "/proc/self/cgroup"))
		return 0;
	while (!found && (line = next_line(&f)))
		found = ash_cgroup_path_in(line, h);
	for (; found && found[len] && len < sizeof path - 1; len++)
		path[len] = found[len];
	path[len] = '\0';
	close_lines(&f);
	if (!len || len == sizeof path - 1 || !open_lines(&f, root, "/proc/self/mountinfo"))
		return 0;
	len = 0;
	if (append(dir, &len, FOLDER_MAX - NAME_ROOM, root))
		while (!mount_len && (line = next_line(&f)))
			mount_len = ash_cgroup_folder(line, h, path, dir + len, FOLDER_MAX - NAME_ROOM - len);
	close_lines(&f);
	return mount_len ? len + mount_len : 0;
}

/* A file in a folder, which `dir` holds again afterwards. */
static SLOW bool read_in(char *dir, const char *name, char *text, size_t room)
{
	size_t len = ash_str_len(dir), end = len;
	bool there = append(dir, &end, FOLDER_MAX, name) && read_start(dir, text, room);
	dir[len] = '\0';
	return there;
}

#define V1_UNLIMITED ((uint64_t)1 << 62) /* version 1 has no word for it, but a number like this */

static SLOW void lower_memory(char *dir, const char *name, struct ash_cgroup *g)
{
	char text[64];
	const char *end;
	if (!read_in(dir, name, text, sizeof text))
		return;
	uint64_t bytes = ash_cgroup_number(text, &end);
	if (bytes && bytes < V1_UNLIMITED && bytes < g->memory) /* 0: nobody could live there */
		g->memory = (size_t)bytes;
}

static SLOW void lower_cpus(uint64_t quota, uint64_t period, struct ash_cgroup *g)
{
	if (quota == UINT64_MAX || period == UINT64_MAX || !quota || !period)
		return;
	uint64_t cpus = quota / period + (quota % period != 0);
	if (cpus < g->cpus)
		g->cpus = (unsigned)cpus;
}

static SLOW void look_into(char *dir, enum ash_hierarchy h, struct ash_cgroup *g)
{
	char text[64], more[64];
	const char *end;
	if (h == ASH_CGROUP_V2) {
		lower_memory(dir, "/memory.max", g);
		lower_memory(dir, "/memory.high", g);
		if (read_in(dir, "/cpu.max", text, sizeof text)) {
			uint64_t quota = ash_cgroup_number(text, &end);
			lower_cpus(quota, ash_cgroup_number(end, &end), g);
		}
	} else if (h == ASH_CGROUP_V1_MEMORY) {
		lower_memory(dir, "/memory.limit_in_bytes", g);
		lower_memory(dir, "/memory.soft_limit_in_bytes", g);
	} else if (read_in(dir, "/cpu.cfs_quota_us", text, sizeof text) &&
		   read_in(dir, "/cpu.cfs_period_us", more, sizeof more)) {
		lower_cpus(ash_cgroup_number(text, &end), ash_cgroup_number(more, &end), g);
	}
}

SLOW void ash_cgroup_read(const char *root, struct ash_cgroup *g)
{
	for (int h = 0; h < ASH_HIERARCHIES; h++) {
		char dir[FOLDER_MAX];
		size_t mount_len = find_folder(root, (enum ash_hierarchy)h, dir);
		while (mount_len) {
			look_into(dir, (enum ash_hierarchy)h, g);
			size_t len = ash_str_len(dir);
			if (len <= mount_len)
				break;
			while (len > mount_len && dir[--len] != '/')
				;
			dir[len] = '\0';
		}
	}
}
