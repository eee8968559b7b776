# OpenVPN: its own test of what it encrypts, and a tunnel's handshake of two processes is not possible without a device.
# packages: openvpn
openvpn --genkey secret key
for cipher in AES-256-GCM AES-128-CBC CHACHA20-POLY1305; do
	openvpn --test-crypto --secret key --cipher $cipher --allow-deprecated-insecure-static-crypto
done
