# man and mandb with their sandbox, groff, and file with its magic.
# packages: man-db file groff-base
# seconds: 120
# short
mkdir -p /usr/local/man/man1
for i in $(seq 300); do
	cat >/usr/local/man/man1/thing$i.1 <<E2
.TH THING$i 1 2001-01-01
.SH NAME
thing$i, other$i \- does thing number $i
.SH SYNOPSIS
.B thing$i
.RI [ option ]...
.SH DESCRIPTION
$(seq 200 | sed 's/^/A line that is filled and hyphenated, number /')
.TP
.B \-v
Says more.
E2
done
gzip /usr/local/man/man1/thing2*
echo '.so man1/thing1.1' >/usr/local/man/man1/again.1
mandb -c -q /usr/local/man
man -w thing7 again
whatis thing1 other77 | sort
apropos -s 1 'thing number 1.' | sort | md5sum
for page in thing1 thing200 again; do
	man -Tutf8 $page 2>/dev/null >page || echo "man fails ($?)"
	md5sum <page
done
MANWIDTH=60 man thing3 | col -b 2>/dev/null | md5sum
as_user man thing5 | md5sum
man -Tps thing4 | grep -v '^%%' | md5sum
rm /usr/local/man/man1/thing1*.1
mandb -q /usr/local/man
apropos thing number | wc -l
zsoelim /usr/local/man/man1/thing1*.gz /usr/local/man/man1/again.1 2>&1 | md5sum
mkdir files
seq 1000 >files/text
gzip -k files/text
printf '#!/bin/sh\n' >files/script
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\1\0\0\0\0\200\10\6\0\0\0' >files/png
cp "$(command -v file)" files/program
tar -cf files/tar -C files text
file files/* | sed 's/BuildID.*//' | grep -v -E 'tar:|gz:'
file -z --mime files/*
file -b $(find /usr/bin /usr/lib /usr/share -type f | sort | head -n 700) | cut -d , -f 1 | sort | uniq -c | md5sum
