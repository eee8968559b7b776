# vim edits large buffers: macros, expressions, undo, folds, sorting, a filter and its script language.
# packages: vim
# short
seq 20000 | sed 's/$/ some words here/' >text
cat >script.vim <<'E2'
set nomore undolevels=5000
edit text
%s/\v(\d+) (some) (words)/\3 \1 \2/
global/7 some/move 0
vglobal/[1-5]/delete
let @q = "0dwA done\<Esc>j"
normal gg500@q
write! one
for i in range(1, 50)
	execute "normal Goline " . i . "\<Esc>"
endfor
sort! n /line /
write! two
for i in range(1, 30)
	silent undo
endfor
write! three
for i in range(1, 30)
	silent redo
endfor
write! four
let numbers = range(1, 5000)
call map(numbers, 'v:val * v:val % 911')
call sort(numbers, 'n')
call uniq(numbers)
let d = {}
for n in numbers
	let d['k' . n] = repeat([n], n % 5)
endfor
enew!
call setline(1, split(json_encode(d), '},\|],'))
silent %!sort
set foldmethod=indent
normal gg>G
write! five
function Fib(n)
	return a:n < 2 ? a:n : Fib(a:n - 1) + Fib(a:n - 2)
endfunction
call writefile([string(Fib(18)), substitute(join(numbers, ','), '\d\d', '<&>', 'g'), sha256('x')], 'six')
vsplit | split | tabnew
silent vimgrep /99 some/ text
call writefile(map(getqflist(), 'v:val.lnum . ":" . v:val.text'), 'seven')
let b = blob2list(0z0102ff)
let l = map(range(100), { i, v -> printf('%04x', v) })
call writefile(l + map(b, 'string(v:val)'), 'eight')
syntax on
edit code.c
runtime! plugin/tohtml.vim
silent TOhtml
write! code.html
qall!
E2
for i in $(seq 300); do
	echo "int f$i(int x) { return x > $i ? \"text\"[0] : /* no */ $i; }"
done >code.c
vim -u NONE -i NONE -n -N -es -S script.vim </dev/null || echo "vim: $?"
md5sum one two three four five six seven eight code.html
vim -u NONE -i NONE -N -es text +'set swapfile' +'%s/some/any/' +'wq! nine' </dev/null
md5sum nine
printf 'one\ntwo\n' >small
printf 'ihello \033:%%s/two/three/\r:wq\r' >keys
vim -u NONE -i NONE -s keys small >/dev/null 2>&1 </dev/null
cat small
