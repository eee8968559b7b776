# CLISP: its interpreter, its byte code and collector, and big numbers.
# packages: clisp
cat >script.lisp <<'E2'
(defun sum (text) (let ((n 7)) (loop for c across text do (setf n (mod (+ (* n 31) (char-code c)) 4294967291))) n))
(defun work (n)
  (let ((table (make-hash-table :test 'equal)) (lines '()))
    (dotimes (i 10000) (push i (gethash (format nil "key ~d" (mod (* i n) 499)) table)))
    (maphash (lambda (k v) (push (format nil "~a ~a" k (reduce #'+ v)) lines)) table)
    (sum (format nil "~{~a,~}" (sort lines #'string<)))))
(loop for n from 1 to 3 do (format t "~a~%" (work n)))
(format t "~a~%" (sum (format nil "~d" (expt 7 4000))))
(format t "~a~%" (sum (with-output-to-string (s) (dotimes (i 3000) (print (list i (/ i 7) (sqrt (+ i 0d0)) (make-string (mod i 50) :initial-element #\x)) s)))))
(gc)
E2
clisp -q script.lisp
clisp -q -c script.lisp >log
clisp -q script.fas
