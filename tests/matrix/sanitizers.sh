#!/bin/sh
# The unit tests under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer.
. "$(dirname "$0")/env.sh"
for sanitizer in address,undefined thread; do
	mkdir "$sanitizer"
	cd "$sanitizer"
	# A prefix: the sanitizer's runtime has malloc for itself.
	"$src/configure" --enable-debug --disable-static --with-ashlar-prefix=san_ \
		CFLAGS="-O1 -g -fsanitize=$sanitizer -fno-sanitize-recover=all -fno-omit-frame-pointer"
	make -j"$jobs"
	check "$(make -s print-unit)"
	cd ..
done
