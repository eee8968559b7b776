# Tcl: lists, dictionaries, strings, regular expressions, coroutines, slave interpreters and threads.
# packages: tcl8.6 tcl-thread
cat >script.tcl <<'E2'
package require Thread
proc sum text { format %08x [zlib crc32 [encoding convertto utf-8 $text]] }
proc work n {
	set d [dict create]
	for {set i 0} {$i < 20000} {incr i} { dict lappend d "key [expr {$i * $n % 997}]" $i [string repeat \u00e9 [expr {$i % 20}]] }
	set text [lsort [dict keys $d]]
	dict for {k v} $d { append text $k [lreverse $v] }
	regsub -all {(\d+) (\d)} $text {<\2\1>} text
	return $text
}
for {set n 1} {$n <= 3} {incr n} { puts [sum [work $n]] }
set body [list apply {{sum work n} { proc sum {*}$sum; proc work {*}$work; sum [work $n] }} {text { format %08x [zlib crc32 [encoding convertto utf-8 $text]] }} [list n [info body work]]]
set threads {}
for {set n 1} {$n <= 4} {incr n} { lappend threads [thread::create -joinable] }
set n 0
foreach t $threads { thread::send -async $t [concat $body [incr n]] result($n) }
for {set n 1} {$n <= 4} {incr n} { if {![info exists result($n)]} { vwait result($n) }; puts $result($n) }
foreach t $threads { thread::release $t; thread::join $t }
for {set i 0} {$i < 300} {incr i} {
	set child [interp create -safe]
	incr total [$child eval { set l {}; for {set i 0} {$i < 50} {incr i} { lappend l $i }; llength $l }]
	interp delete $child
}
puts $total
proc generate {} { set kept {}; while 1 { lappend kept [yield [llength $kept]] } }
for {set i 0} {$i < 500} {incr i} { coroutine c$i generate }
for {set r 0} {$r < 20} {incr r} { for {set i 0} {$i < 500} {incr i} { set last [c$i [string repeat x $i]] } }
puts $last
puts [sum [zlib gunzip [zlib gzip [encoding convertto utf-8 [work 7]]]]]
puts [sum [expr {7 ** 5000}]]
E2
tclsh8.6 script.tcl
