/* os/conf_file.c -- see conf_file.h. Raw system calls: libc's functions may allocate, or not be there yet. */
#include "os/conf_file.h"
#include "base/anchor.h"
#include "base/syscall.h"
#include "os/conf.h"
#include "os/os.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#ifndef ASHLAR_SYSCONFDIR
#define ASHLAR_SYSCONFDIR "/etc"
#endif
#define PATH ASHLAR_SYSCONFDIR "/ashlar.conf"

#define PROGRAM_MAX 4096     /* bytes of a path */
#define OVERFLOW_UID 65534   /* an owner that this user namespace has no number for */

/* ---- what the text says */

struct line {
	const char *at;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct line trim(struct line l)
{
	while (l.len && is_blank(*l.at))
		l.at++, l.len--;
	while (l.len && is_blank(l.at[l.len - 1]))
		l.len--;
	return l;
}

/* Whether the section's name is that of a path: all of it, or its last part. */
static bool names(struct line name, const char *path)
{
	if (!path)
		return false;
	const char *from = path;
	for (const char *p = path; *name.at != '/' && *p; p++)
		if (*p == '/')
			from = p + 1;
	for (size_t i = 0; i < name.len; i++, from++)
		if (*from == '\0' || *from != name.at[i])
			return false;
	return *from == '\0';
}

SLOW void ash_conf_file_parse(const char *text, size_t len, const char *name,
			 const struct ash_conf_program *program)
{
	struct ash_conf_from from = {name, 0, ASH_CONF_FILE};
	bool applies = true;
	for (size_t at = 0; at < len; at++) {
		struct line l = {text + at, 0};
		size_t end = at;
		while (end < len && text[end] != '\n')
			end++;
		while (at + l.len < end && l.at[l.len] != '#')
			l.len++;
		at = end;
		from.line++;
		l = trim(l);
		if (l.len && *l.at == '[') {
			struct line section = trim((struct line){l.at + 1, l.len - 1 - (l.len > 1)});
			bool good = l.at[l.len - 1] == ']' && section.len;
			if (!good) /* nobody knows whom it is for */
				ash_conf_complain(&from, "bad section", l.at, l.len);
			applies = good && ((section.len == 1 && *section.at == '*') ||
					   names(section, program->file) || names(section, program->called));
		} else if (applies) {
			ash_conf_parse(l.at, l.len, &from);
		}
	}
}

/* ---- the file */

/* The kernel's, the same on every machine; libc's headers may not have it. */
struct statx_buffer {
	uint32_t mask, block;
	uint64_t attributes;
	uint32_t links, uid, gid;
	uint16_t mode, pad;
	uint64_t more[28];
};
_Static_assert(sizeof(struct statx_buffer) == 256, "struct statx");
#define STATX_BASIC 0x7ff
#define EMPTY_PATH 0x1000 /* AT_EMPTY_PATH: the descriptor itself */

/* NULL if the file may be believed, else why not; "" not to speak about it. */
static const char *distrust(int fd)
{
	struct statx_buffer s = {0};
#ifdef SYS_statx
	long ret = ash_syscall6(SYS_statx, fd, (long)"", EMPTY_PATH, STATX_BASIC, (long)&s, 0);
#else
	long ret = -ENOSYS;
#endif
	if (ash_syscall_failed(ret))
		return "ignored: its owner cannot be found out";
	if (!S_ISREG(s.mode))
		return "ignored: no regular file";
	if (s.uid)
		return s.uid == OVERFLOW_UID ? "" : "ignored: not owned by root";
	return s.mode & (S_IWGRP | S_IWOTH) ? "ignored: others than its owner may write to it" : NULL;
}

/* Bytes read, at most len. */
static size_t read_all(int fd, char *buf, size_t len)
{
	size_t got = 0;
	while (got < len) {
		long n = ash_syscall3(SYS_read, fd, (long)(buf + got), (long)(len - got));
		if (n == -EINTR)
			continue;
		if (ash_syscall_failed(n) || n == 0)
			break;
		got += (size_t)n;
	}
	return got;
}

static struct ash_conf_program find_program(char path[PROGRAM_MAX])
{
	struct ash_conf_program p = {0};
	long n = ash_syscall6(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, PROGRAM_MAX - 1, 0, 0);
	if (!ash_syscall_failed(n)) {
		path[n] = '\0';
		p.file = path;
	}
	if (!ash_os.secure)
		p.called = (const char *)getauxval(AT_EXECFN);
	return p;
}

static SLOW const char *read_file(int fd)
{
	const char *why = distrust(fd);
	if (why)
		return why;
	size_t room = align_up(ASH_CONF_FILE_MAX + 1 + PROGRAM_MAX, ASH_UNIT);
	char *text = ash_os_map(room);
	if (!text)
		return "ignored: no memory to read it";
	size_t len = read_all(fd, text, ASH_CONF_FILE_MAX + 1);
	if (len <= ASH_CONF_FILE_MAX) {
		struct ash_conf_program program = find_program(text + ASH_CONF_FILE_MAX + 1);
		ash_conf_file_parse(text, len, PATH, &program);
	} else {
		why = "ignored: longer than 65536 bytes";
	}
	ash_os_unmap(text, room);
	return why;
}

void ash_conf_file_read(void)
{
#ifdef SYS_access
	long ret = ash_syscall3(SYS_access, (long)PATH, R_OK, 0);
#else
	long ret = ash_syscall3(SYS_faccessat, AT_FDCWD, (long)PATH, R_OK);
#endif
	if (ash_syscall_failed(ret))
		return;
	const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	long fd = ash_syscall6(SYS_openat, AT_FDCWD, (long)PATH, flags, 0, 0, 0);
	const char *why = "ignored: it cannot be opened, or is a symbolic link";
	if (!ash_syscall_failed(fd)) {
		why = read_file((int)fd);
		ash_syscall3(SYS_close, fd, 0, 0);
	}
	if (why && *why)
		ash_conf_warn(PATH, why);
}
