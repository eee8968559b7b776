# cryptsetup makes, changes and saves the headers of encrypted volumes, without the device mapper.
# packages: cryptsetup-bin
# seconds: 120
truncate -s 40M volume
printf one >key1
printf two >key2
run() { cryptsetup -q --disable-locks "$@"; }
run luksFormat --type luks2 --uuid 01234567-89ab-cdef-0123-456789abcdef --pbkdf argon2id --pbkdf-memory 32768 --pbkdf-force-iterations 4 --pbkdf-parallel 2 volume key1 >log
for i in 1 2 3 4 5; do
	run luksAddKey --pbkdf argon2id --pbkdf-memory 16384 --pbkdf-force-iterations 4 --key-file key1 volume key2 >>log # which may say that memory is short
done
run luksKillSlot volume 3 --key-file key1
run luksDump volume | grep -E '^Version|^UUID|^  [0-9]: luks2|PBKDF:|Memory:|Cipher:'
for key in key1 key2; do
	run open --test-passphrase --key-file $key volume && echo $key fits
done
printf wrong >key3
! run open --test-passphrase --key-file key3 volume 2>/dev/null && echo key3 does not
run luksHeaderBackup volume --header-backup-file header
run erase volume
! run open --test-passphrase --key-file key1 volume 2>/dev/null && echo erased
run luksHeaderRestore volume --header-backup-file header
run open --test-passphrase --key-file key1 volume && echo restored
run luksDump --dump-json-metadata volume | tr -d ' \n' | grep -o '"type":"[a-z0-9]*"' | sort | uniq -c
printf '{"type":"test","keyslots":["0"],"words":"%s"}' "$(seq -s ' ' 300)" >token
run token import --json-file token --token-id 5 volume && run token export --token-id 5 volume | tr -d ' \n' | md5sum
truncate -s 40M old
run luksFormat --type luks1 --pbkdf-force-iterations 1000 old key1 >>log && run luksDump old | grep -E '^Version|^Key Slot'
run convert --type luks2 old >>log && run open --test-passphrase --key-file key1 old && run isLuks --type luks2 old && echo converted
seq 200000 >data && truncate -s 4M data && truncate -s 4M hashes
run_verity() { veritysetup --salt=00112233 --uuid=01234567-89ab-cdef-0123-456789abcdef "$@"; }
run_verity format data hashes | grep 'Root hash'
veritysetup verify data hashes "$(run_verity format data hashes | sed -n 's/^Root hash:[[:space:]]*//p')" && echo verified
