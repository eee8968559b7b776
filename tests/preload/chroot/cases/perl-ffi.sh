# Perl's FFI::Platypus: memory that libc allocated inside itself, freed by the free found in libc's handle.
# packages: libffi-platypus-perl
cat >script <<'E2'
use strict;
use warnings;
use FFI::Platypus 2.00;
use Digest::SHA;
my $ffi = FFI::Platypus->new(api => 2, lib => 'libc.so.6');
$ffi->attach(malloc => ['size_t'] => 'opaque');
$ffi->attach(realloc => ['opaque', 'size_t'] => 'opaque');
$ffi->attach(free => ['opaque'] => 'void');
$ffi->attach(strdup => ['string'] => 'opaque');
$ffi->attach(realpath => ['string', 'opaque'] => 'opaque');
my $sum = Digest::SHA->new(1);
for my $i (1 .. 10000) {
	my $p = realloc(strdup('x' x ($i % 700)), 2000);
	$sum->add($ffi->cast('opaque', 'string', $p));
	free($p);
	$p = realpath('/usr/../etc', undef);
	$sum->add($ffi->cast('opaque', 'string', $p));
	free($p);
	free(malloc($i));
}
print $sum->hexdigest, "\n";
E2
perl script
