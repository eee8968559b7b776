/* The control names of lib/obs/ctl.def, one a line, as the section of the manual page has them. */
#include <stdio.h>
#include <string.h>

static const char *part[8];
static int depth;

static const char *spelled(const char *type)
{
	static const char *const c[][2] = {
		{"BOOL", "bool"}, {"UNSIGNED", "unsigned"}, {"U32", "uint32_t"}, {"SIZE", "size_t"},
		{"SSIZE", "ssize_t"}, {"U64", "uint64_t"}, {"I64", "int64_t"}, {"STR", "const char *"},
		{"PTR", "void *"}, {"NONE", ""},
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		if (strcmp(c[i][0], type) == 0)
			return c[i][1];
	return "?";
}

static const char *mode(const char *access)
{
	if (strcmp(access, "R") == 0 || strcmp(access, "MR") == 0)
		return "r-";
	if (strcmp(access, "W") == 0 || strcmp(access, "MW") == 0)
		return "-w";
	return strcmp(access, "X") == 0 ? "--" : "rw";
}

/* Text as groff wants it: no hyphen that is a dash, no word of its own. */
static void put(const char *s)
{
	for (; *s; s++) {
		if (*s == '-')
			printf("\\-");
		else if (*s == '.' && s[1] == '.' && s[2] == '.')
			printf("\\&.");
		else
			putchar(*s);
	}
}

static void leaf(const char *name, const char *type, const char *access, const char *doc)
{
	static int shared; /* with the names before */

	printf("%s\n.BR ", shared ? ".TQ" : ".TP");
	for (int i = 1; i < depth; i++) {
		put(part[i]);
		putchar('.');
	}
	put(name);
	printf(" \" (");
	put(spelled(type));
	printf("%s%s)\"\n", *spelled(type) ? ", " : "", strcmp(mode(access), "--") ? mode(access) : "\\-\\-");
	shared = !*doc;
	if (*doc) {
		put(doc);
		putchar('\n');
	}
}

int main(void)
{
#define BRANCH(id, name) part[depth++] = name;
#define INDEXED(id, letter, range) part[depth++] = "<" #letter ">";
#define END(id) depth--;
#define LEAF(name, type, access, source, arg, doc) leaf(name, #type, #access, doc);
#include "obs/ctl.def"
	return depth;
}
