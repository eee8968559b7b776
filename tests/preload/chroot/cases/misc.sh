# JSON, XML, XSLT, calculators, macros, parsers made by flex and bison, and graphs.
# packages: jq libxml2-utils xsltproc bc dc m4 bison flex graphviz gcc libc6-dev
# seconds: 120
jq -n '[range(20000) | { id: ., name: "n\(. % 97)", tags: [range(. % 5)] }]' >data.json
jq -S 'group_by(.name) | map({ (.[0].name): (map(.id) | add) }) | add' data.json | md5sum
jq -r '.[] | select(.id % 7 == 0) | [.id, .name, (.tags | join("-"))] | @csv' data.json | md5sum
jq -c 'def f: if . < 2 then . else (. - 1 | f) + (. - 2 | f) end; 17 | f' -n
jq '[.. | numbers] | length' data.json
jq --stream -c 'select(.[0][0] == 777)' data.json | tail -n 2
jq -r '.[].name | gsub("(?<d>[0-9])"; "<\(.d)>") | ascii_upcase' data.json | sort -u | md5sum

{
	echo '<?xml version="1.0" encoding="UTF-8"?>'
	echo '<!DOCTYPE all [<!ELEMENT all (item*)><!ELEMENT item (name,text?)><!ELEMENT name (#PCDATA)>'
	echo '<!ELEMENT text ANY><!ATTLIST item id ID #REQUIRED><!ENTITY e "entity">]><all>'
	for i in $(seq 5000); do
		echo "<item id='i$i'><name>Name $((i * 7919 % 5003))</name><text>&e; é $i</text></item>"
	done
	echo '</all>'
} >data.xml
xmllint --valid --noent --c14n data.xml | md5sum
xmllint --xpath 'count(//item[contains(name, "77")])' data.xml
xmllint --format --encode UTF-16 data.xml | xmllint --stream --noout - && echo streamed
sed 's/<name>Name 77</<nam>Name 77</' data.xml >wrong.xml
! xmllint --noout wrong.xml 2>errors && grep -c 'tag mismatch' errors
xmllint --recover wrong.xml 2>/dev/null >mended || md5sum mended
cat >style.xsl <<'E2'
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:key name="k" match="item" use="substring(name, 6, 2)"/>
<xsl:template match="/"><xsl:for-each select="all/item[position() mod 5 = 0]"><xsl:sort select="substring(name, 6)" data-type="number"/><xsl:call-template name="line"/></xsl:for-each></xsl:template>
<xsl:template name="line"><xsl:value-of select="concat(@id, ' ', count(key('k', substring(name, 6, 2))), ' ', translate(text, 'e', 'E'))"/><xsl:text>
</xsl:text></xsl:template>
</xsl:stylesheet>
E2
xsltproc style.xsl data.xml | md5sum

echo 'scale = 1000; 4 * a(1)' | bc -l | md5sum
echo 'define f(n) { if (n < 2) return 1; return n * f(n - 1); } f(1500); for (i = 0; i < 3000; i++) x[i] = i ^ 20; s = 0; for (i = 0; i < 3000; i++) s += x[i]; s' | bc | md5sum
echo '2 4000 ^ 1 - d 7 3 ^ ~ n [ ] n n 10 P [la 1 + d sa 3000 >x] sx 0 sa lx x la p' | dc | md5sum
cat >loop.m4 <<'E2'
divert(-1)
define(`for', `ifelse(eval($2 <= $3), 1, `define(`$1', $2)$4`'for(`$1', incr($2), $3, `$4')')')
divert(0)for(`i', 1, 3000, `line i translit(i, `0-9', `a-j') regexp(`x'i`y', `x\(.\)', `\1')
')eval(2 ** 20 - 7)
E2
m4 -L 0 loop.m4 | md5sum

cat >scan.l <<'E2'
%option noyywrap
%{
#include "parse.h"
%}
%%
[0-9]+      { yylval = strtol(yytext, 0, 10) % 1000003; return NUMBER; }
[-+*()\n]   return *yytext;
[ \t]+      ;
%%
E2
cat >parse.y <<'E2'
%{
#include <stdio.h>
#include <stdlib.h>
#define YYMAXDEPTH 1000000
#define YYINITDEPTH 10
int yylex(void);
static void yyerror(const char *s) { puts(s); exit(3); }
static long total;
%}
%define api.value.type {long}
%token NUMBER
%left '+' '-'
%left '*'
%%
all: | all line;
line: sum '\n' { total = (total * 31 + $1) % 1000003; };
sum: NUMBER | sum '+' sum { $$ = ($1 + $3) % 1000003; } | sum '-' sum { $$ = ($1 - $3) % 1000003; }
	| sum '*' sum { $$ = $1 * $3 % 1000003; } | '(' sum ')' { $$ = $2; };
%%
int main(void) { yyparse(); printf("%ld\n", total); }
E2
bison -o parse.c --header=parse.h parse.y
flex -o scan.c scan.l
gcc -O1 -o calculate parse.c scan.c
{
	for i in $(seq 2000); do echo "$i + 3 * ($i - 7) * $((i * 77))"; done
	seq -s '' -f '(%.0f+' 20000 | tr -d '\n'; echo 1 | tr -d '\n'; seq 20000 | sed 's/.*/)/' | tr -d '\n'; echo
} | ./calculate

{
	echo 'digraph g {'
	for i in $(seq 80); do
		echo "n$i -> n$((i * 7 % 80)); n$i -> n$((i / 2)) [label=\"e$i\"];"
	done
	echo '}'
} >graph.dot
dot -Tsvg graph.dot >graph.svg
md5sum graph.svg
for tool in neato fdp circo twopi; do
	$tool -Tplain graph.dot >plain
	grep -c ^node plain
done
dot -Tpng graph.dot >graph.png
head -c 8 graph.png | od -An -c
acyclic graph.dot | tred | gc -n
