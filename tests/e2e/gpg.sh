#!/bin/sh
# gpg: keys, signatures and encryption, with gpg-agent beside it.
. "$(dirname "$0")/lib.sh"
need gpg gpgconf

work()
{
	GNUPGHOME=$PWD/home
	export GNUPGHOME
	mkdir -m 700 home
	trap 'gpgconf --kill all' EXIT
	seq 1 100000 >data
	gpg="gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase secret --s2k-count 65536"
	echo 's2k-count 65536' >home/gpg-agent.conf
	$gpg --quick-gen-key 'Test <test@example.org>' future-default default never
	$gpg --quick-gen-key 'Other <other@example.org>' rsa1024 sign never
	gpg --list-keys --with-colons | grep -c '^pub'
	$gpg --armor -o data.sig --local-user test@example.org --detach-sign data
	gpg --verify data.sig data 2>&1 | grep -o 'Good signature from "[^"]*"'
	$gpg --trust-model always -o data.gpg -r test@example.org -e data
	$gpg -d data.gpg | cmp - data
	for cipher in AES256 CAMELLIA256 TWOFISH; do
		$gpg --cipher-algo $cipher -o data.$cipher -c data
		$gpg -d data.$cipher | cksum
	done
	for digest in SHA1 SHA256 SHA512 RIPEMD160; do
		gpg --print-md $digest data
	done
	$gpg --export test@example.org | gpg --show-keys --with-colons | grep -c '^pub'
	if gpg --verify data.sig data.gpg 2>/dev/null; then echo "a bad signature passed"; fi
	# gpg reads its own maps
	gpg -o maps.armor --enarmor /proc/self/maps
	gpg -o maps --dearmor maps.armor
	rm maps.armor
}
compare
