#!/bin/sh
# openssl: digests, ciphers, keys, certificates, and a TLS connection.
. "$(dirname "$0")/lib.sh"
need openssl

work()
{
	seq 1 200000 >data
	for digest in md5 sha1 sha256 sha512 sha3-256 blake2b512; do
		openssl dgst -"$digest" data
	done
	for cipher in aes-128-cbc aes-256-ctr chacha20 camellia-256-cbc; do
		openssl enc -"$cipher" -pbkdf2 -S 0102030405060708 -k secret -in data -out data.enc
		openssl enc -d -"$cipher" -pbkdf2 -S 0102030405060708 -k secret -in data.enc | cmp - data
		cksum <data.enc
	done
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem
	for key in rsa ec; do
		openssl pkey -in $key.pem -pubout -out $key.pub
		openssl dgst -sha256 -sign $key.pem -out $key.sig data
		openssl dgst -sha256 -verify $key.pub -signature $key.sig data
		openssl req -new -x509 -key $key.pem -subj "/CN=$key" -days 10 -out $key.crt
		openssl x509 -in $key.crt -noout -subject
		openssl verify -CAfile $key.crt $key.crt
	done
	# getnameinfo gives openssl at most 31 characters of the path
	openssl s_server -unix sock -cert rsa.crt -key rsa.pem -rev \
		>server.log 2>&1 &
	server=$!
	trap 'kill $server 2>/dev/null || :' EXIT
	wait_for test -S sock || { cat server.log >&2; return 1; }
	(echo 'hello there'; sleep 1) |
		openssl s_client -unix sock -CAfile rsa.crt -quiet -no_ign_eof -verify_return_error 2>/dev/null |
		head -n 1
	# openssl reads its own maps
	openssl base64 -in /proc/self/maps -out maps64
	openssl base64 -d -in maps64 -out maps
	rm maps64
}
compare
