# Ruby: objects, threads, fork, the collector at each allocation and its compaction, json, zlib and openssl.
# packages: ruby
# short
cat >script.rb <<'E2'
require 'digest'
require 'json'
require 'openssl'
require 'set'
require 'zlib'

def sha(text) = Digest::SHA1.hexdigest(text)

def work(n)
	rows = (0...1500).map { |i| { 'n' => i * n, 'name' => "row #{i}", 'list' => (0..i % 5).to_a } }
	text = JSON.generate(rows)
	raise 'json' unless JSON.parse(text) == rows
	sha(Zlib::Inflate.inflate(Zlib::Deflate.deflate(text)).gsub(/(\d+)/) { |m| (m.to_i + 1).to_s })
end

puts "threads #{sha((0...16).map { |n| Thread.new { work(n) } }.map(&:value).join)}"
read, write = IO.pipe
pids = (0...4).map { |n| fork { write.puts "#{n} #{work(n)}"; exit!(true) } }
pids.each { |pid| Process.wait(pid); raise 'child' unless $?.success? }
write.close
puts "forked #{sha(read.readlines.sort.join)}"

keep = {}
60000.times { |i| keep["key #{i}"] = "value #{i}" * (i % 9); keep.delete("key #{i / 2}") if i.odd? }
GC.compact
puts "hash #{keep.size} #{sha(keep.values.join)}"
GC.stress = true
puts "stress #{sha((0...8).map { |i| "#{i}:" + ('a'..'e').to_a.rotate(i).join.upcase }.to_set.to_a.join)}"
GC.stress = false

cipher = OpenSSL::Cipher.new('aes-256-gcm').encrypt
cipher.key, cipher.iv = 'k' * 32, 'i' * 12
puts "aes #{sha(cipher.update('plain text ' * 50000) + cipher.final)}"
key = OpenSSL::PKey::EC.generate('prime256v1')
puts "ecdsa #{(0...50).all? { |i| key.dsa_verify_asn1(sha(i.to_s), key.dsa_sign_asn1(sha(i.to_s))) }}"
puts "big #{sha((3**20000).to_s)} #{(1..200).inject(:*).to_s.size}"
puts "utf #{sha(('été€' * 20000).encode('UTF-16LE').reverse)}"
E2
ruby script.rb
