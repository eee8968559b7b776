# Functions, expansions, arrays and many subshells in three more shells.
# packages: dash zsh fish
cat >s.dash <<'E2'
i=0 all=
while [ $i -lt 20000 ]; do
	all="$all${i%0}:"
	i=$((i + 1))
done
echo ${#all}
IFS=:
set -- $all
echo $# "$1" "${19999}"
down() { [ "$1" -eq 0 ] || { local n=$(($1 - 1)); down $n; }; }
down 700
for n in $(seq -s : 300); do
	echo "$(echo "$(echo "$n")")"
done | md5sum
cat <<E3 | md5sum
$all
E3
trap 'echo end' EXIT
E2
dash s.dash

cat >s.zsh <<'E2'
zmodload zsh/mathfunc zsh/datetime zsh/stat zsh/zpty zsh/regex
typeset -A count
for i in {1..30000}; do
	(( count[$(( i % 977 ))] += i ))
done
print ${#count} $count[5]
a=( ${(on)${(k)count}} )
print $a[1,3] $a[-1] ${(j:+:)a[1,4]} ${#${(j::)a}}
print ${(l:9::0:)a[7]} ${a[(r)9*]} ${${:-one two}//o/0}
mkdir -p d/{a..e}/{1..20} && print -l d/**/*(/on) | md5sum
for i in {1..200}; do print $(( int(sqrt(i * i)) )); done | md5sum
[[ "key = value" -regex-match '^(.*) = (.*)$' ]] && print $match
autoload -Uz compinit && compinit -u -d dump && print ${#_comps} >n && test $(<n) -gt 500 && print completions
zpty shell cat && zpty -w shell hello && zpty -r shell line && print ${line%%$'\r'*}
E2
zsh -f s.zsh

cat >s.fish <<'E2'
set list (seq 20000)
echo (count $list) $list[-1] $list[5..8]
string replace -ra '(\d)1' '$1-' $list | md5sum
string join , $list | string length
function twice
	math $argv[1] x 2
end
for i in (seq 300)
	twice $i
end | md5sum
for i in (seq 100)
	echo (echo (echo $i))
end | string collect | md5sum
mkdir -p d/{a,b,c}/{1,2,3}; count d/*/*
complete -C 'string re' | cut -f 1 | sort | string join ' '
switch (echo wildcard)
	case 'wild*'
		echo matched
end
fish -c 'echo $argv' x y
E2
XDG_CONFIG_HOME=/area/c XDG_DATA_HOME=/area/c fish s.fish
