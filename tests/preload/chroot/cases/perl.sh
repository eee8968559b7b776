# Perl: hashes of arrays, regular expressions, sorting, and threads, each of which clones the interpreter.
# packages: perl
# short
cat >script <<'E2'
use strict;
use warnings;
use threads;
use Thread::Queue;
use Digest::SHA 'sha1_hex';
use Storable qw(freeze thaw);
use Encode;

my %tree;
for my $i (1 .. 60000) {
	my $word = sha1_hex($i);
	push @{$tree{substr $word, 0, 2}{substr $word, 2, 1}}, $word;
}
my $copy = thaw(freeze(\%tree));
undef %tree;
my $text = join ' ', map { my $k = $_; map { @{$copy->{$k}{$_}} } sort keys %{$copy->{$k}} } sort keys %$copy;
print length($text), ' ', sha1_hex($text), "\n";
(my $swapped = $text) =~ s/([0-9]+)([a-f]+)/<$2$1>/g;
print length($swapped), ' ', sha1_hex($swapped), "\n";
my @longest = sort { length $b <=> length $a || $a cmp $b } $text =~ /[a-f]{6,}/g;
print scalar(@longest), " $longest[0]\n";
print sha1_hex(encode('UTF-16LE', decode('UTF-8', "\xc3\xa9\xe2\x82\xac" x 50000))), "\n";

my $queue = Thread::Queue->new(1 .. 400);
$queue->end;
my @threads = map {
	threads->create(sub {
		my %sums;
		while (defined(my $n = $queue->dequeue)) {
			my @words = map { sha1_hex("$n $_") } 1 .. 100;
			$sums{$n} = sha1_hex(join ',', sort @words);
		}
		return \%sums;
	})
} 1 .. 6;
my %all = map { %{$_->join} } @threads;
print scalar(keys %all), ' ', sha1_hex(join ',', map { $all{$_} } sort keys %all), "\n";
E2
perl script
