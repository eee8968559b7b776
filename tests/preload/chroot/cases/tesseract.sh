# Tesseract reads letters from a picture, with threads of OpenMP.
# packages: tesseract-ocr tesseract-ocr-eng imagemagick fonts-dejavu-core
for n in 1 2; do
	for i in 1 2 3 4 5 6 7 8; do echo "Line number $i of page $n has the value $((i * n * 7919))"; done >text.$n
	convert -size 1000x420 -background white -fill black -font DejaVu-Sans -pointsize 28 label:@text.$n page.$n.png
	OMP_THREAD_LIMIT=2 tesseract page.$n.png out.$n 2>log
	grep . out.$n.txt
done
tesseract page.1.png - hocr 2>log | grep -c ocrx_word
