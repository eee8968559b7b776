# Memory that libc allocated inside itself, freed by the free that Ruby's Fiddle finds in libc's handle.
# packages: ruby
# short
cat >script.rb <<'E2'
require 'fiddle'
require 'digest'
Digest::SHA1.new # loads the rest, which threads must not do at the same time
pointer, size, int = Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T, Fiddle::TYPE_INT
libc = Fiddle.dlopen('libc.so.6')
call = ->(name, arguments, result) { Fiddle::Function.new(libc[name], arguments, result) }
malloc = call['malloc', [size], pointer]
realloc = call['realloc', [pointer, size], pointer]
free = call['free', [pointer], Fiddle::TYPE_VOID]
strdup = call['strdup', [pointer], pointer]
realpath = call['realpath', [pointer, pointer], pointer]

sums = 4.times.map do |n|
	Thread.new do
		sum = Digest::SHA1.new
		1000.times do |i|
			a = realloc.call(strdup.call("#{n} " * (i + 1)), 8000)
			sum << a.to_s
			free.call(a)
			b = realpath.call('/usr/../usr/bin', nil)
			sum << b.to_s
			free.call(b)
			c = malloc.call(i + 1)
			c[0, i + 1] = 'x' * (i + 1)
			sum << c[0, i + 1]
			# The finaliser that Fiddle itself calls.
			c.free = free
		end
		sum.hexdigest
	end
end.map(&:value)
puts sums
GC.start
own = Fiddle::Pointer.malloc(5000, Fiddle::RUBY_FREE)
own[0, 5000] = 'y' * 5000
puts Digest::SHA1.hexdigest(own[0, 5000])
E2
ruby script.rb
