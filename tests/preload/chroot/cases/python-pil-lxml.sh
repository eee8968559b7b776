# Python's Pillow and lxml: pictures in many formats and large documents, in threads.
# packages: python3-pil python3-lxml
# seconds: 120
cat >script.py <<'E2'
import hashlib, io, threading
from lxml import etree, html
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

def sha(data):
	return hashlib.sha1(data).hexdigest()

def pictures(n, results):
	image = Image.new('RGB', (320, 240), (n * 9, 20, 30))
	draw = ImageDraw.Draw(image)
	for i in range(200): draw.ellipse((i, i // 2, i + 80 + n, i // 2 + 60), outline=(i, 255 - i, n * 20))
	out = []
	for format in 'PNG', 'BMP', 'TIFF', 'PPM', 'TGA':
		for size in (320, 240), (111, 77), (640, 333):
			stream = io.BytesIO()
			image.resize(size, Image.NEAREST).save(stream, format)
			out.append(sha(Image.open(io.BytesIO(stream.getvalue())).convert('RGB').tobytes()))
	for format in 'JPEG', 'GIF', 'WEBP':
		stream = io.BytesIO()
		image.save(stream, format)
		out.append(str(Image.open(io.BytesIO(stream.getvalue())).size))
	image = ImageOps.mirror(image.filter(ImageFilter.MedianFilter(3))).rotate(90, expand=True)
	out.append(sha(ImageChops.invert(image).quantize(16, method=Image.Quantize.MEDIANCUT).convert('L').tobytes()))
	results[n] = sha(' '.join(out).encode())

def documents(n, results):
	root = etree.Element('{urn:x}root', nsmap={'a': 'urn:x'})
	for i in range(2000):
		item = etree.SubElement(root, '{urn:x}item', n=str(i * n % 1009))
		item.text, item.tail = 'text %d' % i, '\n'
		if i % 5 == 0: root.remove(root[i // 10])
	data = etree.tostring(root, xml_declaration=True, encoding='UTF-16')
	back = etree.fromstring(data)
	found = back.xpath('//a:item[@n > 500]/text()', namespaces={'a': 'urn:x'})
	page = html.fromstring('<ul>' + '<li><b>x<i>y</b>' * 1000)
	for event, element in etree.iterparse(io.BytesIO(data), tag='{urn:x}item'): element.clear()
	try: etree.fromstring(b'<a>' * 200 + b'</b>')
	except etree.XMLSyntaxError as e: wrong = str(e)
	results[n] = sha(repr((sha(data), found, sha(html.tostring(page)), wrong)).encode())

for kind in pictures, documents:
	results = {}
	threads = [threading.Thread(target=kind, args=(n, results)) for n in range(1, 7)]
	for t in threads: t.start()
	for t in threads: t.join()
	for n in sorted(results): print(kind.__name__, results[n])
E2
python3 script.py
