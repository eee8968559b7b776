# sed, ed, nano and three awks.
# packages: nano ed sed mawk gawk original-awk expect
seq 15000 | sed 's/$/ alpha beta/' >text
sed -n '$!N;s/\n/ + /;p' text | md5sum
sed -E 's/([0-9]+) (alpha) (beta)/\3 \2 \1/;/7$/!d;y/abc/xyz/' text | md5sum
sed -s -i.old '1~3d;$a the end' text && md5sum text text.old
sed -z 's/\n/,/g' text | wc -c
head -n 3000 text.old | sed -E ':a;s/^(.{1,40})$/ \1/;ta' | md5sum
for i in $(seq 500); do echo "s/x$i\$/y$i/"; done >script && seq -f 'x%.0f' 3000 | sed -f script | md5sum
ed -s text.old <<'E2'
g/77/m0
1,500t$
%s/alpha \(beta\)/\1 alpha/
v/1/d
/300/,$-10j
u
w out
q
E2
md5sum out
cat >program <<'E2'
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
{ count[$1 % 701] += $1; words[$2]++; s = s substr($0, 1, 3); $2 = "x" NR % 7; line[NR] = $0 }
END {
	n = 0
	for (k in count)
		n += count[k] * k % 13
	print n, length(s), length(line), fib(17), words["alpha"]
	for (i = 1; i <= NR; i += 1000)
		print line[i], index(line[i], "beta"), toupper(line[i])
	gsub(/[0-9]+/, "<&>", s)
	print length(s), split(s, parts, "><"), parts[7]
	for (i in line)
		delete line[i]
	for (i = 0; i < 100; i++) {
		command = "echo " i * i
		command | getline answer
		close(command)
		total += answer
	}
	printf "%d %5.2f %s %c %x\n", total, total / 7, substr("hello", 2, 3), 65, 255
	while (n++ < 5000)
		print n % 977 | "sort -n | md5sum"
}
E2
for awk in mawk gawk original-awk; do
	$awk -f program text.old >answer
	md5sum answer
done
gawk 'BEGIN {
	for (i = 0; i < 20000; i++)
		a[i % 99][i] = i * i
	PROCINFO["sorted_in"] = "@ind_num_asc"
	for (i in a[5])
		s += i
	n = asorti(a, b)
	print n, b[1], s, length(a[7])
	print strftime("%F", 86400, 1), gensub(/(a)(b)/, "\\2\\1", "g", "abab")
}'
gawk -M 'BEGIN { x = 1; for (i = 1; i < 100; i++) x *= i; print x % 1000000007 }'
cat >keys <<'E2'
set timeout 20
spawn nano -I numbers
expect "numbers"
send "typed\r"
send "\033/"
send "\rlast\r"
send "\030y"
expect "Write"
send "\r"
expect eof
lassign [wait] pid id os status
exit $status
E2
seq 20000 >numbers
TERM=vt100 expect keys >&2
md5sum numbers
