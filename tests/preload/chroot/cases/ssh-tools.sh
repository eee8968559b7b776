# ssh-keygen makes, converts, signs and revokes keys; ssh-agent holds them.
# packages: openssh-client openssh-server
# seconds: 120
for type in rsa ecdsa ed25519; do
	ssh-keygen -q -t $type -N secret -C $type -f $type -a 2
	ssh-keygen -y -P secret -f $type >public
	cut -d ' ' -f 2 public >half
	cut -d ' ' -f 2 $type.pub | cmp - half
	ssh-keygen -p -q -P secret -N '' -f $type >&2
	for format in RFC4716 PKCS8 PEM; do
		ssh-keygen -e -m $format -f $type.pub >foreign || { echo "$type: not as $format"; continue; }
		ssh-keygen -i -m $format -f foreign | cut -d ' ' -f 2 >back
		cut -d ' ' -f 2 $type.pub | cmp - back && echo "$type: $format"
	done
done
ssh-keygen -q -t ed25519 -N '' -C authority -f ca
for i in $(seq 60); do
	ssh-keygen -q -t ed25519 -N '' -C "key $i" -f k$i
done
ssh-keygen -q -s ca -I people -n anna,ben -z 5 -V 20200101:20400101 k?.pub
ssh-keygen -L -f k3-cert.pub | grep -A 3 -E 'Serial|Valid|Principals'
ssh-keygen -q -k -f revoked -s ca.pub k1?.pub
ssh-keygen -q -k -u -f revoked k2?.pub
for i in 9 10 29 30; do
	ssh-keygen -Q -f revoked k$i.pub | sed 's/ (.*)//' || true
done
echo "anna $(cat k7.pub)" >allowed
seq 100000 >file
ssh-keygen -q -Y sign -f k7 -n file file
ssh-keygen -Y verify -f allowed -I anna -n file -s file.sig <file | sed 's/ with .*//'
echo >>file
! ssh-keygen -Y verify -f allowed -I anna -n file -s file.sig <file >&2 && echo a changed file
eval "$(ssh-agent -s -a /tmp/agent)" >&2
for i in $(seq 60); do
	ssh-add -q k$i
done
ssh-add -q rsa ecdsa
ssh-add -l | wc -l
ssh-add -L >held
cut -d ' ' -f 2 k*[0-9].pub rsa.pub ecdsa.pub | sort >ours
cut -d ' ' -f 2 held | grep -v AAAAIHNza | sort | comm -13 - ours | wc -l
ssh-add -T k5.pub && echo proven
for i in $(seq 30); do
	ssh-add -q -d k$i
done
ssh-add -q -D
ssh-add -l || true
ssh-agent -k >&2
