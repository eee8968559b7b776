# Pandoc, a Haskell program: a long text to several formats and back.
# packages: pandoc
# seconds: 120
{
	for i in $(seq 80); do
		printf '## Title %d\n\nSome *words* of [link %d](http://x.test/%d) and `code`, **%d** of them.[^%d]\n\n- one\n- two\n    1. a\n    2. b\n\n' $i $i $i $((i * 7919)) $i
		printf '| a | b |\n|---|--:|\n| %d | %d |\n\n$x^{%d}$\n\n[^%d]: Note %d\n\n' $i $((i * i)) $i $i $i
	done
} >a.md
for format in html5 latex rst json man org; do
	pandoc -f markdown -t $format a.md -o a.$format
	md5sum a.$format
done
pandoc -f html -t markdown a.html5 | md5sum
pandoc a.md -o a.docx
pandoc a.docx -t plain | md5sum
pandoc a.md -o a.epub
pandoc a.epub -t plain | tail -n 3
