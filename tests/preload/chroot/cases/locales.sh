# localedef compiles locales, which takes memory; what they say is used.
# packages: locales
# seconds: 120
mkdir out
for locale in tr_TR.ISO-8859-9 cs_CZ.UTF-8; do
	localedef -i "${locale%.*}" -f "${locale#*.}" "/area/out/$locale"
	find out/$locale -type f | sort | xargs cat | md5sum
done
export LOCPATH=/area/out
LC_ALL=cs_CZ.UTF-8 date -u -d @0 '+%A %B %x'
LC_ALL=cs_CZ.UTF-8 locale -k LC_MONETARY | head -n 5
printf '%s\n' chata cihla hora had | LC_ALL=cs_CZ.UTF-8 sort | tr '\n' ' '
LC_ALL=tr_TR.ISO-8859-9 locale charmap
seq 20000 | sed 's/$/ äöü ß 漢字/' >text
iconv -f UTF-8 -t UTF-16 text | iconv -f UTF-16 -t UTF-8 | cmp - text
iconv -f UTF-8 -t EUC-JP//TRANSLIT text | md5sum
iconv -f UTF-8 -t GB18030 text | iconv -f GB18030 -t UTF-8 | cmp - text
mkdir -p archive/usr/lib/locale
 sed -n '/^[a-f].*UTF-8 UTF-8$/p' /usr/share/i18n/SUPPORTED | head -n 2 | while read -r name charset; do
	localedef --prefix=/area/archive -i "${name%.*}" -f "$charset" "$name"
done
LOCPATH= localedef --prefix=/area/archive --list-archive
