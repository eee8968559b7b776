# TeX: a document of some dozens of pages with formulas, references and a table of contents, to PDF and PostScript.
# packages: texlive-latex-base poppler-utils
# seconds: 100
line() { printf '%s\n' "$*"; }
{
	line '\documentclass{article}\usepackage{amsmath}\usepackage{hyperref}\begin{document}\tableofcontents'
	for i in $(seq 100); do
		line "\\section{Section $i}\\label{s$i} See section \\ref{s$((101 - i))} on page \\pageref{s$((101 - i))}."
		line "\\begin{equation}\\sum_{k=1}^{$i} k^2 = \\frac{$i\\cdot$((i + 1))\\cdot$((2 * i + 1))}{6}\\end{equation}"
		for j in 1 2 3 4 5 6 7 8; do
			line "Some words of paragraph $j that are broken into lines, \\emph{some} \\textbf{bold}, with $((i * j * 7919))."
			line
		done
	done
	line '\end{document}'
} >doc.tex
for round in 1 2 3; do pdflatex -interaction=batchmode -halt-on-error doc.tex >log; done
pdfinfo doc.pdf | grep ^Pages
pdftotext -layout doc.pdf - | md5sum
md5sum <doc.toc
latex -interaction=batchmode -halt-on-error doc.tex >log
dvips -q doc.dvi -o doc.ps
grep -c '^%%Page:' doc.ps
