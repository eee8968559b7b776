# A program with the shared address sanitizer refuses to start behind any preloaded library; told not to check,
# it still finds an overflow, a use after free, a double free and a leak.
# packages: gcc libc6-dev libgcc-12-dev
export ASAN_OPTIONS=verify_asan_link_order=0
sed -n "/^cat >program.c/,/^E2/p" /cases/asan-static.sh >write
. ./write
gcc -g -fsanitize=address -pthread -o program program.c
./program
for wrong in overflow use-after-free double-free leak; do
	status=0
	./program $wrong >out 2>&1 || status=$?
	echo "$wrong: $status $(grep -o 'ERROR: [A-Za-z]*: [a-z-]*' out)"
	grep -E '^SUMMARY' out | sed 's/ (.*//; s/ [^ ]*program.c/ program.c/'
done
