# Wine: a prefix with its registry is made by a few dozen processes; then programs of Windows work in it.
# packages: wine wine64
# seconds: 200
export WINEPREFIX=/home/tester/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
windows() { as_user wine "$@" >out || { echo "$1: $?"; exit 1; }; tr -d '\r' <out >text; }
chmod 777 .
as_user wineboot -i 2>log
as_user wineserver -w
windows cmd /c 'for /l %i in (1,1,200) do @set /a %i*7919'
md5sum <text
for i in $(seq 500); do printf '%s line %s\r\n' $((i * 7919 % 503)) $i; done >lines.txt
windows cmd /c 'type lines.txt'
md5sum <text
windows reg add 'HKCU\Software\Test' /v a /d "$(seq -s , 1000)"
windows reg query 'HKCU\Software\Test'
md5sum <text
windows reg query 'HKCR' /s
[ $(wc -l <text) -gt 5000 ]
as_user wineserver -k -w
