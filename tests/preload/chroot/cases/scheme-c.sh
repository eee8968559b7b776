# Lisps that compile to C: Chicken and ECL, whose programs are built with gcc and run.
# packages: chicken-bin ecl gcc libc6-dev
# seconds: 180
cat >program.scm <<'E2'
(import (chicken sort) (chicken string) (chicken format) (chicken memory) (chicken blob) (chicken gc))
(define (sum text) (let loop ((i 0) (n 7)) (if (= i (string-length text)) n (loop (+ i 1) (modulo (+ (* n 31) (char->integer (string-ref text i))) 4294967291)))))
(define (work n)
  (let ((table (make-vector 997 '())))
    (do ((i 0 (+ i 1))) ((= i 60000)) (let ((k (modulo (* i n) 997))) (vector-set! table k (cons (number->string i) (vector-ref table k)))))
    (sum (string-intersperse (sort (map (lambda (l) (string-intersperse l ",")) (vector->list table)) string<?) "\n"))))
(for-each (lambda (n) (print (work n))) '(1 2 3))
(do ((i 1 (+ i 1))) ((> i 5000)) (let ((p (allocate (* i 10)))) (move-memory! (make-blob i) p i) (free p)))
(print (sum (number->string (expt 7 3000))))
(gc #t)
E2
csc -O2 program.scm -o chicken
./chicken
csi -s program.scm
cat >program.lisp <<'E2'
(defun sum (text) (let ((n 7)) (loop for c across text do (setf n (mod (+ (* n 31) (char-code c)) 4294967291))) n))
(defun work (n)
  (let ((table (make-hash-table :test 'equal)) (lines '()))
    (dotimes (i 20000) (push i (gethash (format nil "key ~d" (mod (* i n) 997)) table)))
    (maphash (lambda (k v) (push (format nil "~a ~a" k (reduce #'+ v)) lines)) table)
    (sum (format nil "~{~a,~}" (sort lines #'string<)))))
(loop for n from 1 to 3 do (format t "~a~%" (work n)))
(format t "~a~%" (sum (format nil "~d" (expt 7 4000))))
E2
ecl --norc --shell program.lisp
