# CUPS: its filters turn a text to PDF and four pages to one; its scheduler sends texts to a printer on the network.
# packages: cups cups-client cups-filters poppler-utils netcat-openbsd fonts-dejavu-core
seq 2000 | awk '{ print "line " $1 " " $1 * 7919 }' >text
cupsfilter -i text/plain -m application/pdf text >a.pdf 2>log
pdfinfo a.pdf | grep ^Pages
pdftotext -layout a.pdf - | md5sum
cupsfilter -i application/pdf -m application/vnd.cups-pdf -o number-up=4 a.pdf >b.pdf 2>>log
pdfinfo b.pdf | grep ^Pages

cat >/etc/cups/cupsd.conf <<'E2'
Listen /run/cups/cups.sock
Listen 127.0.0.1:6310
Browsing No
DefaultAuthType None
<Location />
	Order allow,deny
	Allow all
</Location>
E2
export CUPS_SERVER=/run/cups/cups.sock
mkdir -p /run/cups
cupsd -f &
server=$!
wait_for 20 lpstat -r
nc -lk 127.0.0.1 9100 >printed &
printer=$!
wait_for 10 listens 9100
wait_for 20 lpadmin -p net -E -v socket://127.0.0.1:9100 -m raw
for n in 1 2 3 4; do
	head -n $((n * 300)) text | lp -d net -t "job $n" -o raw >log
done
idle() { [ "$(lpstat -W completed -o net | wc -l)" = 4 ]; }
wait_for 30 idle
md5sum <printed
kill $server $printer
wait $server
