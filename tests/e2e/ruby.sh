#!/bin/sh
# ruby: hashes, strings, regular expressions, garbage collection, threads, fork.
. "$(dirname "$0")/lib.sh"
need ruby

work()
{
	cat >work.rb <<'E1'
require 'digest'
require 'json'
require 'zlib'
r = Random.new(42)
count = Hash.new(0)
120000.times { count[Array.new(r.rand(1..8)) { (97 + r.rand(6)).chr }.join] += 1 }
puts count.size
p count.sort_by { |k, v| [-v, k] }.first(5)
text = JSON.generate(count.sort.to_h)
puts text.size, Digest::SHA256.hexdigest(text), JSON.parse(text) == count
puts text.scan(/a+b[^"]*/).size, text.gsub(/[a-c]+/) { |m| m.upcase }.hash.class
packed = Zlib::Deflate.deflate(text)
puts packed.size, Zlib::Inflate.inflate(packed) == text
puts Digest::MD5.hexdigest((1..2000).inject(:*).to_s)
rows = Array.new(40000) { |i| { id: i, key: r.rand(1 << 30), list: (0..i % 20).to_a } }
puts rows.sort_by { |row| row[:key] }.each_with_index.sum { |row, i| row[:list].size * (i % 100) }
rows = nil
GC.start
GC.compact if GC.respond_to?(:compact) && ENV['COMPACT']
GC.stress = true
puts Array.new(20) { |i| 'x' * i }.join.size
GC.stress = false
puts Array.new(4) { |t| Thread.new { (1..20000).map { |i| "#{t}-#{i}" }.join.size } }.map(&:value)
5.times do |i|
  IO.popen('-') do |from|
    if from
      puts from.read
    else
      puts (1..2000).map { |k| 'y' * (k % 30) }.join.size + i
    end
  end
end
o = Marshal.load(Marshal.dump(count))
puts o == count
File.write('maps', File.read('/proc/self/maps'))
E1
	ruby work.rb
}
compare
