# Extension modules that Python loads with RTLD_DEEPBIND: they find libc's functions before the program's.
# packages: python3 python3-lxml
# short
cat >script.py <<'E2'
import os, sys
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_DEEPBIND)
import bz2, ctypes, hashlib, json, lzma, readline, sqlite3, ssl, zlib
from lxml import etree
import xml.etree.ElementTree as tree

def sha(data):
	return hashlib.sha1(data).hexdigest()

root = etree.Element('root')
for i in range(5000):
	etree.SubElement(root, 'item', number=str(i)).text = 'text %d' % (i * 7)
data = etree.tostring(root)
print('lxml', len(data), sha(data), len(etree.fromstring(data).xpath('//item[@number mod 3 = 1]')))
style = etree.XSLT(etree.XML('''<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
	<xsl:template match="/root"><b><xsl:for-each select="item"><xsl:sort select="." order="descending"/>
	<i><xsl:value-of select="."/></i></xsl:for-each></b></xsl:template></xsl:stylesheet>'''))
print('xslt', sha(etree.tostring(style(root))))
print('expat', sha(tree.tostring(tree.fromstring(data))))
for module in zlib, bz2, lzma:
	print(module.__name__, module.decompress(module.compress(data)) == data)
db = sqlite3.connect(':memory:')
db.execute('create table t (a, b)')
db.executemany('insert into t values (?, ?)', ((i, 'row %d' % i) for i in range(20000)))
print('sqlite', db.execute('select count(*), max(b), total(a) from t where a % 3').fetchone())
context = ssl.create_default_context(cafile='/etc/ssl/certs/ca-certificates.crt')
print('ssl', len(context.get_ca_certs()) > 50)
for i in range(2000): readline.add_history('line %d' % i)
print('readline', readline.get_history_item(1234), readline.get_current_history_length())
readline.clear_history()
print('json', sha(json.dumps(json.loads(json.dumps({str(i): [i] * 9 for i in range(5000)}))).encode()))
E2
python3 script.py
