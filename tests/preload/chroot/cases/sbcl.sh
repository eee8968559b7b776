# SBCL: its compiler, threads and collector, and memory of libc's through its alien functions.
# packages: sbcl
# seconds: 120
cat >script.lisp <<'E2'
(defun sum (text) (let ((n 7)) (declare (type (unsigned-byte 32) n)) (loop for c across text do (setf n (mod (+ (* n 31) (char-code c)) 4294967291))) n))
(defun work (n)
  (let ((table (make-hash-table :test 'equal)) (lines '()))
    (dotimes (i 60000) (push i (gethash (format nil "key ~d" (mod (* i n) 1999)) table)))
    (maphash (lambda (k v) (push (format nil "~a ~a" k (reduce #'+ v)) lines)) table)
    (sum (format nil "~{~a,~}" (sort lines #'string<)))))
(defun all ()
  (dolist (thread (loop for n from 1 to 6 collect (let ((m n)) (sb-thread:make-thread (lambda () (work m))))))
    (format t "~a~%" (sb-thread:join-thread thread)))
  (format t "~a~%" (sum (format nil "~d" (expt 7 8000))))
  (let ((total 0))
    (dotimes (i 5000)
      (let* ((a (sb-alien:make-alien-string (make-string (mod i 500) :initial-element #\x)))
             (b (sb-alien:alien-funcall (sb-alien:extern-alien "realpath" (function sb-alien:system-area-pointer sb-alien:c-string sb-alien:long)) "/usr/../etc" 0))
             (c (sb-alien:alien-funcall (sb-alien:extern-alien "strdup" (function sb-alien:c-string sb-alien:c-string)) (format nil "number ~d" i))))
        (incf total (+ (length c) (sum c)))
        (sb-alien:free-alien a)
        (sb-alien:alien-funcall (sb-alien:extern-alien "free" (function sb-alien:void sb-alien:system-area-pointer)) b)))
    (format t "~d~%" total))
  (sb-ext:gc :full t))
E2
sbcl --noinform --non-interactive --load script.lisp --eval '(all)'
sbcl --noinform --non-interactive --eval '(compile-file "script.lisp")' >log
sbcl --noinform --non-interactive --load script.fasl --eval '(sb-ext:save-lisp-and-die "program" :executable t :toplevel (lambda () (all) (exit)))' >log
./program
