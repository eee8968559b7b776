# LibreOffice, without a display: a text of some hundred paragraphs and a table to other formats, and back.
# packages: libreoffice-writer-nogui fonts-dejavu-core poppler-utils unzip
# seconds: 200
{
	echo '<html><body><h1>Title</h1>'
	for i in $(seq 300); do echo "<p>Paragraph <b>$i</b> of <i>$((i * 7919))</i>: some words that fill a line or two of the page, no more.</p>"; done
	echo '<table border=1>'
	for i in $(seq 100); do echo "<tr><td>$i</td><td>$((i * i))</td><td>cell</td></tr>"; done
	echo '</table></body></html>'
} >doc.html
chown tester .
office() { as_user env -C /area soffice --headless --norestore --writer --convert-to "$@" >>log; }
office odt doc.html
office docx doc.odt
office pdf doc.docx
office txt:Text doc.docx
md5sum doc.txt
pdftotext -layout doc.pdf - | md5sum
pdfinfo doc.pdf | grep ^Pages
unzip -p doc.odt content.xml | grep -o '<table:table-cell' | wc -l
