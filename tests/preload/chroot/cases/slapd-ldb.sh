# OpenLDAP's slapd with two thousand entries, and Samba's ldb, whose modules are loaded with RTLD_DEEPBIND.
# packages: slapd ldap-utils ldb-tools
# short
seq 2000 | awk '
BEGIN {
	print "dn: dc=test\nobjectClass: dcObject\nobjectClass: organization\ndc: test\no: Test\n"
	print "dn: ou=people,dc=test\nobjectClass: organizationalUnit\nou: people\n"
}
{
	print "dn: uid=u" $1 ",ou=people,dc=test\nobjectClass: inetOrgPerson\nuid: u" $1 "\ncn: Name " $1
	print "sn: S" $1 % 100 "\nmail: u" $1 "@test\ndescription: " $1 * 7919 "\n"
}' >people.ldif
seq 1 3 2000 | awk '{ print "dn: uid=u" $1 ",ou=people,dc=test\nchangetype: modify\nreplace: description\ndescription: changed " $1 "\n" }' >change.ldif

ldbadd -H x.ldb people.ldif
ldbmodify -H x.ldb change.ldif
ldbsearch -H x.ldb -b dc=test '(sn=S7)' description >found
grep -v ^# found | sort | md5sum
ldbdel -H x.ldb uid=u5,ou=people,dc=test
ldbsearch -H x.ldb '(mail=u*)' dn | grep -c ^dn:

mkdir db
chown openldap db
cat >slapd.conf <<'E2'
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix dc=test
rootdn cn=admin,dc=test
rootpw secret
directory /area/db
dbnosync
maxsize 67108864
index objectClass,uid,sn eq
sizelimit unlimited
E2
slapd -d 0 -f slapd.conf -u openldap -g openldap -h ldap://127.0.0.1:3890/ &
server=$!
wait_for 20 listens 3890
as_admin() { command=$1; shift; $command -x -H ldap://127.0.0.1:3890/ -D cn=admin,dc=test -w secret "$@"; }
as_admin ldapadd -f people.ldif >log
for n in 0 1 2 3; do
	as_admin ldapsearch -LLL -b dc=test "(sn=S1$n)" >found.$n &
	pids="${pids:-} $!"
done
as_admin ldapmodify -f change.ldif >log
for pid in $pids; do wait "$pid"; done
grep -c ^dn: found.?
as_admin ldapsearch -LLL -b dc=test '(&(sn=S7)(description=changed*))' uid description | sort | md5sum
as_admin ldapdelete uid=u5,ou=people,dc=test
as_admin ldapsearch -LLL -b dc=test '(uid=*)' dn | grep -c ^dn:
as_admin ldapcompare uid=u7,ou=people,dc=test 'sn: S7' || [ $? -eq 6 ]
kill $server
wait $server
slapcat -f slapd.conf | grep -c '^description: changed'
