/* base/fmt.c -- see fmt.h. */
#include "base/fmt.h"
#include "base/mem.h"
#include "base/syscall.h"

struct out {
	char *at;
	char *end; /* place of the last NUL */
};

static void put(struct out *o, char c)
{
	if (o->at < o->end)
		*o->at++ = c;
}

static void put_padded(struct out *o, const char *s, size_t len, int width, bool left)
{
	int pad = (size_t)width > len ? width - (int)len : 0;
	for (int i = 0; !left && i < pad; i++)
		put(o, ' ');
	for (size_t i = 0; i < len; i++)
		put(o, s[i]);
	for (int i = 0; left && i < pad; i++)
		put(o, ' ');
}

/* Digits of v into the end of a 24-byte buffer; returns their start. */
static char *digits(char buf[24], unsigned long long v, unsigned base)
{
	char *p = buf + 24;
	do {
		*--p = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	return p;
}

static unsigned long long arg_unsigned(va_list *args, int longs)
{
	if (longs == 0)
		return va_arg(*args, unsigned);
	return longs == 1 ? va_arg(*args, unsigned long) : va_arg(*args, unsigned long long);
}

static long long arg_signed(va_list *args, int longs)
{
	if (longs == 0)
		return va_arg(*args, int);
	return longs == 1 ? va_arg(*args, long) : va_arg(*args, long long);
}

/* One conversion; f points behind the '%'. Returns the place behind it. */
static const char *convert(struct out *o, const char *f, va_list *args)
{
	char buf[24 + 2];
	char *end = buf + 2 + 24, *p;
	bool left = *f == '-';
	if (left)
		f++;
	int width = 0, longs = 0;
	while (*f >= '0' && *f <= '9')
		width = width * 10 + (*f++ - '0');
	while (*f == 'l' || *f == 'z') {
		longs++;
		f++;
	}
	switch (*f) {
	case 's': {
		const char *s = va_arg(*args, const char *);
		put_padded(o, s, ash_str_len(s), width, left);
		break;
	}
	case 'c':
		put(o, (char)va_arg(*args, int));
		break;
	case 'd': {
		long long v = arg_signed(args, longs);
		unsigned long long u = v < 0 ? -(unsigned long long)v : (unsigned long long)v;
		p = digits(buf + 2, u, 10);
		if (v < 0)
			*--p = '-';
		put_padded(o, p, (size_t)(end - p), width, left);
		break;
	}
	case 'u':
	case 'x':
		p = digits(buf + 2, arg_unsigned(args, longs), *f == 'u' ? 10 : 16);
		put_padded(o, p, (size_t)(end - p), width, left);
		break;
	case 'p':
		p = digits(buf + 2, (uintptr_t)va_arg(*args, void *), 16);
		*--p = 'x';
		*--p = '0';
		put_padded(o, p, (size_t)(end - p), width, left);
		break;
	case '\0':
		return f;
	default:
		put(o, *f);
	}
	return f + 1;
}

size_t ash_fmt_va(char *buf, size_t cap, const char *format, va_list args)
{
	struct out o = {buf, buf + cap - 1};
	va_list copy;
	va_copy(copy, args);
	while (*format) {
		if (*format != '%')
			put(&o, *format++);
		else
			format = convert(&o, format + 1, &copy);
	}
	va_end(copy);
	*o.at = '\0';
	return (size_t)(o.at - buf);
}

size_t ash_fmt(char *buf, size_t cap, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	size_t n = ash_fmt_va(buf, cap, format, args);
	va_end(args);
	return n;
}

void ash_fmt_line(int fd, const char *format, ...)
{
	char buf[256];
	va_list args;
	va_start(args, format);
	size_t n = ash_fmt_va(buf, sizeof buf, format, args);
	va_end(args);
	if (n == sizeof buf - 1)
		buf[n - 1] = '\n'; /* cut, but still a line */
	ash_syscall3(SYS_write, fd, (long)buf, (long)n);
}

#ifdef ASHLAR_DEBUG
_Noreturn void ash_assert_failed(const char *what, const char *file, int line)
{
	ash_fmt_line(2, "ashlar: assertion failed: %s (%s:%d)\n", what, file, line);
	__builtin_trap();
}
#endif
