# Hashes of arrays of strings, grown, sorted and cut.
use strict;
my (%h, $sum);
for my $i (1 .. 250000) {
	my $k = ($i * 7919) % 30011;
	push @{ $h{"key$k"} }, "value $i" x (1 + $i % 3);
}
for my $k (sort keys %h) {
	$sum += length join(",", sort @{ $h{$k} });
	delete $h{$k} if $sum % 2;
}
my @lines = map { "line " . $_ * 31 % 1009 } 1 .. 100000;
my %seen;
$seen{$_}++ for @lines;
s/line (\d+)/$1 . "-" . $1/e for @lines;
print "$sum ", scalar(keys %h), " ", scalar(keys %seen), " ", length(join("", @lines)), "\n";
