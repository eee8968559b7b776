# Tesseract reads letters from a picture, with threads of OpenMP.
# packages: tesseract-ocr tesseract-ocr-eng imagemagick fonts-dejavu-core
export OMP_THREAD_LIMIT=2 OMP_WAIT_POLICY=passive
for n in 1 2; do
	for i in 1 2 3 4; do echo "Line number $i of page $n has the value $((i * n * 7919))"; done >text.$n
	convert -size 1000x220 -background white -fill black -font DejaVu-Sans -pointsize 28 label:"$(cat text.$n)" page.$n.png
	tesseract page.$n.png out.$n 2>log
	grep . out.$n.txt
done
tesseract page.1.png - hocr 2>log | grep -c ocrx_word
