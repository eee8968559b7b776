# Chromium as an ordinary user, in its sandbox: scripts, a canvas and workers; what the page says and how it looks.
# packages: chromium chromium-sandbox fonts-dejavu-core python3
# seconds: 120
. /cases/page.inc
run() { as_user chromium --headless --disable-gpu --no-first-run --disable-dev-shm-usage "$@" 2>>log.chromium; } # it does not start without a sandbox
run --dump-dom http://127.0.0.1:8080/ >dom
grep -c . dom
md5sum <dom
run --screenshot=/home/tester/shot.png --window-size=400,300 http://127.0.0.1:8080/
md5sum </home/tester/shot.png
kill $server
