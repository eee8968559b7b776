# ImageMagick, Ghostscript, poppler and qpdf: pictures changed; a document of forty pages made, drawn, taken apart, joined.
# packages: imagemagick ghostscript poppler-utils qpdf
convert -seed 7 -size 400x300 plasma:red-blue -depth 8 a.png
convert a.png -resize 130% -rotate 17 -blur 0x3 -colors 64 -depth 8 rgb:- | md5sum
convert a.png -sharpen 0x2 -swirl 60 -modulate 90,120 -depth 8 -quality 90 b.jpg
convert a.png b.jpg -append -crop 100x100 +repage -depth 8 tile%02d.png
montage tile*.png -geometry 50x50+2+2 -tile 6x -depth 8 sheet.png
convert sheet.png -depth 8 rgb:- | md5sum
compare -metric AE a.png a.png null: 2>&1
echo

cat >doc.ps <<'E2'
%!PS
/Helvetica findfont 12 scalefont setfont
1 1 40 {
	/page exch def
	1 1 40 { dup 18 mul 40 add 72 exch moveto (line ) show 7919 mul page mul 20 string cvs show } for
	0 1 60 { dup 5 mul 300 add exch 60 div 0.5 1 sethsbcolor 300 5 20 rectfill } for
	0 setgray showpage
} for
E2
gs -q -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile=doc.pdf doc.ps
gs -q -dBATCH -dNOPAUSE -sDEVICE=png16m -r50 -dNumRenderingThreads=4 -sOutputFile=gs%02d.png doc.pdf
cat gs*.png | md5sum
pdftotext -layout doc.pdf - | md5sum
pdfinfo doc.pdf | grep -E '^(Pages|Page size|Encrypted)'
pdftoppm -r 50 doc.pdf page
cat page-*.ppm | md5sum
pdftocairo -svg -f 3 -l 3 doc.pdf page.svg
grep -c '<use' page.svg
qpdf doc.pdf --pages . 1-z:odd -- --static-id --object-streams=generate odd.pdf
qpdf --static-id --qdf odd.pdf plain.pdf
qpdf --encrypt u o 256 -- plain.pdf secret.pdf
qpdf --check --password=u secret.pdf | tail -n 2
pdfseparate odd.pdf one%02d.pdf
pdfunite one*.pdf all.pdf
pdftotext all.pdf - | md5sum
pdftops -f 1 -l 5 odd.pdf - | gs -q -dBATCH -dNOPAUSE -sDEVICE=ppmraw -r40 -sOutputFile=- - | md5sum
