# OpenVPN: its test of packets encrypted and decrypted, with several ciphers.
# packages: openvpn
openvpn --genkey secret key
for cipher in AES-256-GCM AES-128-CBC CHACHA20-POLY1305 BF-CBC; do
	openvpn --test-crypto --secret key --cipher $cipher --providers legacy default \
		--allow-deprecated-insecure-static-crypto | sed 's/^[^ ]* [^ ]* //' | tail -n 2
done
