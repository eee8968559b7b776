# Inkscape: a drawing with paths and text, exported, changed by commands and converted.
# packages: inkscape fonts-dejavu-core poppler-utils
# seconds: 120
seq 400 | awk '
BEGIN { print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"400\"><defs><linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"red\"/><stop offset=\"1\" stop-color=\"blue\"/></linearGradient></defs>" }
{
	x = $1 * 7919 % 580; y = $1 * 104729 % 380
	if ($1 % 4 == 0) print "<circle id=\"c" $1 "\" cx=\"" x "\" cy=\"" y "\" r=\"" 5 + $1 % 17 "\" fill=\"url(#g)\"/>"
	else if ($1 % 4 == 1) print "<path id=\"p" $1 "\" d=\"M" x " " y " q 10 " $1 % 30 " 20 0 t 20 0 z\" stroke=\"green\"/>"
	else if ($1 % 4 == 2) print "<text id=\"t" $1 "\" x=\"" x "\" y=\"" y "\" font-family=\"DejaVu Sans\" font-size=\"9\">text " $1 "</text>"
	else print "<rect id=\"r" $1 "\" x=\"" x "\" y=\"" y "\" width=\"20\" height=\"9\" transform=\"rotate(" $1 " 300 200)\"/>"
}
END { print "</svg>" }' >a.svg
inkscape a.svg --export-filename=a.png 2>log
inkscape a.svg --export-filename=a.pdf 2>>log
inkscape a.svg --export-plain-svg --export-text-to-path --export-filename=plain.svg 2>>log
inkscape a.svg --actions='select-by-selector:circle;path-union;export-filename:union.svg;export-plain-svg;export-do' 2>>log
inkscape --query-all a.svg 2>>log | md5sum
md5sum a.png
pdftotext a.pdf - | sort | md5sum
grep -c '<path' plain.svg union.svg
