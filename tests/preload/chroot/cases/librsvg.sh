# librsvg: drawings with a thousand and more shapes, gradients, filters and text.
# packages: librsvg2-bin fonts-dejavu-core
# seconds: 120
for n in 1 2 3; do
	seq 1500 | awk -v n=$n '
	BEGIN {
		print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"400\">"
		print "<defs><linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"red\"/><stop offset=\"1\" stop-color=\"blue\"/></linearGradient>"
		print "<filter id=\"f\"><feGaussianBlur stdDeviation=\"2\"/></filter></defs>"
	}
	{
		x = $1 * 7919 % 600; y = $1 * n * 104729 % 400
		if ($1 % 4 == 0) print "<circle cx=\"" x "\" cy=\"" y "\" r=\"" $1 % 17 "\" fill=\"url(#g)\" opacity=\".5\"/>"
		else if ($1 % 4 == 1) print "<path d=\"M" x " " y " q 10 " $1 % 30 " 20 0 t 20 0\" stroke=\"green\" fill=\"none\"/>"
		else if ($1 % 40 == 2) print "<text x=\"" x "\" y=\"" y "\" font-family=\"DejaVu Sans\" font-size=\"9\">text " $1 "</text>"
		else if ($1 % 40 == 3) print "<g filter=\"url(#f)\"><rect x=\"" x "\" y=\"" y "\" width=\"20\" height=\"9\"/></g>"
	}
	END { print "</svg>" }' >$n.svg
	rsvg-convert $n.svg -o $n.png
	rsvg-convert -f svg $n.svg | grep -c '<'
done
md5sum *.png
rsvg-convert -f pdf 1.svg -o 1.pdf
head -c 5 1.pdf; echo
