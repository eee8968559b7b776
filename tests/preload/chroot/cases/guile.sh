# Guile: its compiler and collector, threads, big numbers, and memory of libc's through its foreign interface.
# packages: guile-3.0
# seconds: 120
cat >script.scm <<'E2'
(use-modules (ice-9 threads) (srfi srfi-1) (srfi srfi-13) (srfi srfi-69) (system foreign) (system foreign-library) (rnrs bytevectors))
(define (sum text) (string-fold (lambda (c n) (modulo (+ (* n 31) (char->integer c)) 4294967291)) 7 text))
(define (work n)
  (let ((table (make-hash-table)))
    (do ((i 0 (+ i 1))) ((= i 20000))
      (hash-table-update!/default table (string-append "key " (number->string (modulo (* i n) 997)))
        (lambda (l) (if (> (length l) 8) (cdr l) (append l (list i)))) '()))
    (sum (string-join (sort (map (lambda (p) (format #f "~a~a" (car p) (cdr p))) (hash-table->alist table)) string<?) ","))))
(for-each (lambda (s) (format #t "~a\n" s)) (par-map work (iota 8 1)))
(format #t "~a ~a\n" (sum (number->string (expt 7 5000))) (modulo (fold * 1 (iota 1000 1)) 1000003))
(define libc (load-foreign-library "libc.so.6"))
(define strdup (foreign-library-function libc "strdup" #:return-type '* #:arg-types '(*)))
(define realpath (foreign-library-function libc "realpath" #:return-type '* #:arg-types '(* *)))
(define free (foreign-library-function libc "free" #:return-type void #:arg-types '(*)))
(define malloc (foreign-library-function libc "malloc" #:return-type '* #:arg-types (list size_t)))
(define total 0)
(do ((i 1 (+ i 1))) ((> i 5000))
  (let ((a (strdup (string->pointer (make-string (modulo i 500) #\x))))
        (b (realpath (string->pointer "/usr/../etc") %null-pointer)))
    (set! total (+ total (string-length (pointer->string a)) (sum (pointer->string b))))
    (free a)
    (free b)
    (free (malloc i))
    (make-bytevector i 1)))
(gc)
(format #t "~a\n" total)
E2
guile --no-auto-compile script.scm
guile --no-auto-compile -c '(use-modules (system base compile)) (compile-file "script.scm" #:output-file "script.go")' >log
guile -c '(load-compiled "script.go")'
