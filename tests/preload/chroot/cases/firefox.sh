# Firefox as an ordinary user, its processes in their sandbox: scripts, a canvas and workers, and a picture of the page.
# packages: firefox-esr fonts-dejavu-core python3
# seconds: 120
. /cases/page.inc
as_user firefox-esr --headless --no-remote --screenshot /home/tester/shot.png --window-size=400,300 http://127.0.0.1:8080/ >log.firefox 2>&1
md5sum </home/tester/shot.png
kill $server
