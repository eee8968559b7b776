# ldconfig builds a cache with a thousand libraries; ldd and ld.so find them.
# packages: libc-bin gcc libc6-dev
mkdir /opt/libs
echo 'int f(void) { return 42; }' >f.c
gcc -shared -fPIC -Wl,-soname,libf0000.so -o libf f.c
for i in $(seq 1000 1999); do
	sed "s/libf0000/libf$i/" libf >/opt/libs/libf$i.so
done
echo /opt/libs >/etc/ld.so.conf.d/opt.conf
ldconfig
ldconfig -p | grep /opt/libs/ | sort | md5sum
echo 'int f(void); int main(void) { return f() != 42; }' >main.c
gcc -Wl,--no-as-needed -o main main.c $(seq -f /opt/libs/libf%g.so 1000 1199) && ./main && echo found
ldd main | sed -n 's/ (.*//;/libf/p' | sort | md5sum
for file in dpkg apt gcc ld; do
	ldd "$(command -v $file)" >list && ! grep 'not found' list
	grep -c 'libc.so.6 => /' list
done
rm /opt/libs/libf1[5-9]*
ldconfig
ldconfig -p | grep -c /opt/libs/
ldconfig -N -X -v 2>/dev/null | grep libf1 | sort | md5sum
