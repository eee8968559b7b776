# TeX: a format and a document of some sixty pages, with formulas, references and a table of contents.
# packages: texlive-latex-base poppler-utils
# seconds: 100
{
	printf '%s\n' '\documentclass{article}' '\usepackage{amsmath}' '\usepackage{hyperref}' '\begin{document}' '\tableofcontents'
	for i in $(seq 100); do
		echo "\\section{Section $i}\\label{s$i} See section \\ref{s$((101 - i))} on page \\pageref{s$((101 - i))}."
		echo "\\begin{equation}\\sum_{k=1}^{$i} k^2 = \\frac{$i\\cdot$((i + 1))\\cdot$((2 * i + 1))}{6} = $((i * (i + 1) * (2 * i + 1) / 6))\\end{equation}"
		for j in $(seq 12); do echo "Some words of paragraph $j that TeX breaks into lines, \\emph{some} of them \\textbf{bold}, with $((i * j * 7919))."; echo; done
	done
	echo '\end{document}'
} >doc.tex
for round in 1 2 3; do pdflatex -interaction=batchmode -halt-on-error doc.tex >log; done
pdfinfo doc.pdf | grep ^Pages
pdftotext -layout doc.pdf - | md5sum
md5sum <doc.toc
latex -interaction=batchmode -halt-on-error doc.tex >log
dvips -q doc.dvi -o doc.ps
grep -c '^%%Page:' doc.ps
kpsewhich article.cls
