# Keys, certificates, ciphers and a TLS server with openssl.
# packages: openssl
# short
subject='/C=DE/O=Test'
gone() { ! listens 4433; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 9 -subj "$subject/CN=CA"
for kind in rsa:2048 ec:secp384r1 ed25519; do
	case $kind in
	rsa*) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key ;;
	ec*) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key ;;
	*) openssl genpkey -algorithm ed25519 -out key ;;
	esac
	openssl req -new -key key -subj "$subject/CN=localhost" -out request
	openssl x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -days 5 -out cert
	openssl verify -CAfile ca.pem cert
	openssl x509 -in cert -noout -subject -issuer
	openssl s_server -accept 4433 -cert cert -key key -www -quiet >server 2>&1 &
	server=$!
	wait_for 10 listens 4433
	for version in -tls1_2 -tls1_3; do
		for i in 1 2 3; do
			printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -connect 127.0.0.1:4433 -CAfile ca.pem \
				-verify_return_error $version -ign_eof >answer
			sed -n 's/^HTTP/HTTP/p' answer
			grep -c 'Verify return code: 0' answer
		done
	done
	kill $server
	wait $server || true
	wait_for 10 gone
done
seq 200000 >plain
for cipher in aes-256-cbc aes-128-ctr chacha20 camellia-192-cbc aria-256-cfb; do
	openssl enc -$cipher -pbkdf2 -pass pass:secret -S 0123456789abcdef -in plain -out coded
	sha256sum coded
	openssl enc -d -$cipher -pbkdf2 -pass pass:secret -S 0123456789abcdef -in coded | cmp - plain
done
for digest in sha256 sha3-512 blake2b512 sm3; do
	openssl dgst -$digest plain
done
openssl dgst -sha256 -sign ca.key -out signature plain
openssl x509 -in ca.pem -pubkey -noout >public
openssl dgst -sha256 -verify public -signature signature plain
openssl cms -sign -in plain -signer ca.pem -inkey ca.key -binary -outform DER -out signed -nodetach
openssl cms -verify -inform DER -in signed -CAfile ca.pem -out again -purpose any && cmp again plain
openssl pkcs12 -export -in ca.pem -inkey ca.key -passout pass:x -out both && openssl pkcs12 -in both -passin pass:x -nodes | grep -c BEGIN
openssl prime -generate -bits 512 >prime && openssl prime "$(cat prime)" | grep -c 'is prime'
