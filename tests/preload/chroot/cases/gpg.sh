# gpg and its agent: keys, signatures, encryption and a keyring with some people in it.
# packages: gnupg
# seconds: 120
# short
export GNUPGHOME=/area/gnupg
mkdir -m 700 $GNUPGHOME other
printf 'allow-loopback-pinentry\ns2k-count 65536\n' | tee $GNUPGHOME/gpg-agent.conf >other/gpg-agent.conf
run() { gpg -q --batch --yes --pinentry-mode loopback --passphrase secret --trust-model always "$@"; }
fingerprint() { run --with-colons --list-keys "$1" | awk -F: '$1 == "fpr" { print $10; exit }'; }
run --quick-generate-key 'Anna <anna@localhost>' rsa2048 sign never
run --quick-add-key "$(fingerprint anna)" rsa2048 encr never
run --quick-generate-key 'Ben <ben@localhost>' ed25519 sign never
run --quick-add-key "$(fingerprint ben)" cv25519 encr never
for i in $(seq 30); do
	cat <<E2
%no-protection
Key-Type: EDDSA
Key-Curve: ed25519
Subkey-Type: ECDH
Subkey-Curve: cv25519
Name-Real: Person $i
Name-Email: p$i@localhost
Expire-Date: 0
%commit
E2
done >people
run --generate-key people
run --with-colons --list-keys | grep -c ^uid
seq 100000 >plain
run -r anna -r ben -r p7@localhost -e -o coded plain
run -d coded | cmp - plain && echo encrypted
run -u anna -s -o signed plain
run --verify signed && run -d signed | cmp - plain && echo signed
run -u ben --clearsign -o clear plain && run --verify clear && echo clear
run -u ben --armor --detach-sign -o detached plain && run --verify detached plain && echo detached
sed '5s/./x/' plain >changed
! run --verify detached changed && echo found a change
run -c --cipher-algo AES256 -o symmetric plain && run -d symmetric | cmp - plain && echo symmetric
for i in $(seq 30); do
	run -u ben --quick-sign-key "$(fingerprint "p$i@localhost")" >&2
done
run --check-signatures --with-colons | grep -c '^sig:!'
run --armor --export >keys
run --armor --export-secret-keys anna ben >secret
gpgconf --kill all
export GNUPGHOME=/area/other
run --import keys
run --with-colons --list-keys | grep -c ^pub
run --import secret
run --with-colons --list-secret-keys | grep -c ^sec
run -d coded | cmp - plain && echo moved
run --list-packets keys 2>/dev/null | grep -c '^:signature packet'
gpg-connect-agent 'keyinfo --list' /bye | grep -c KEYINFO
gpgconf --kill all
