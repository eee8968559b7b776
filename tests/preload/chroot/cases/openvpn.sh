# OpenVPN: its own test, packets of all sizes encrypted and decrypted, with several ciphers.
# packages: openvpn
openvpn --genkey secret key
for cipher in AES-256-GCM AES-128-CBC CHACHA20-POLY1305 CAMELLIA-256-CBC; do
	openvpn --test-crypto --secret key --cipher $cipher >log || { tail log; exit 1; }
	grep -c 'TESTING ENCRYPT/DECRYPT of packet length=' log
	grep -o 'crypto self-test mode .*' log
done
