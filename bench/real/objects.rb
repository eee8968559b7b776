# Strings, arrays and hashes under a collector that mallocs every longer body.
h = Hash.new { |t, k| t[k] = [] }
200_000.times { |i| h["key#{i * 7919 % 20011}"] << "value number #{i} of a longer string body" * (1 + i % 2) }
sum = h.sum { |k, v| v.sort.join(",").size }
text = (1..60_000).map { |i| "word#{i * 31 % 1009}" }.join(" ")
5.times { sum += text.split(" ").group_by(&:itself).map { |k, v| "#{k}=#{v.size}" }.join.size }
puts sum
