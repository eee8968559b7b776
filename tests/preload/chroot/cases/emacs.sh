# Emacs in batch: bytecode, large buffers, regular expressions, JSON, hash tables, processes, threads and the collector.
# packages: emacs-nox
# seconds: 120
{
	echo ';;; -*- lexical-binding: t -*-'
	for i in $(seq 300); do
		echo "(defun f$i (x &optional y) \"Doc $i.\" (let ((z (* x $i))) (if (> z 100) (mapcar (lambda (w) (+ w z)) (list x $i)) (cons z y))))"
	done
	echo "(provide 'many)"
} >many.el
emacs -Q --batch -f batch-byte-compile many.el
test -s many.elc
cat >script.el <<'E2'
;;; -*- lexical-binding: t -*-
(load "/area/many.elc" nil t)
(princ (format "%S\n" (list (f7 3) (f299 5 'x))))
(with-temp-buffer
  (dotimes (i 40000) (insert (format "line %d %s\n" (% (* i 7919) 40009) (make-string (% i 40) ?é))))
  (sort-numeric-fields 2 (point-min) (point-max))
  (princ (format "%s\n" (md5 (current-buffer) nil nil 'utf-8)))
  (goto-char (point-min))
  (while (re-search-forward "line \\([0-9]+\\)5 " nil t) (replace-match "\\1 five " t))
  (princ (format "%d %s\n" (buffer-size) (md5 (current-buffer) nil nil 'utf-8)))
  (buffer-enable-undo)
  (flush-lines "five")
  (primitive-undo 1 buffer-undo-list)
  (write-region (point-min) (point-max) "/area/buffer" nil 'silent))
(let ((table (make-hash-table :test 'equal)))
  (dotimes (i 50000) (push i (gethash (format "key%d" (% i 701)) table)))
  (princ (format "%d %d\n" (hash-table-count table) (apply #'+ (gethash "key77" table)))))
(let* ((object (mapcar (lambda (i) (list :n i :s (format "text %d" i) :v (vector i (* i 1.5)))) (number-sequence 1 3000)))
       (text (json-serialize (vconcat object))))
  (princ (format "%d %d\n" (length text) (length (json-parse-string text)))))
(princ (format "%d\n" (% (apply #'* (number-sequence 1 800)) 1000000007)))
(let (done)
  (dotimes (i 6) (make-process :name "p" :command (list "sh" "-c" (format "seq %d 20000" i))
    :connection-type 'pipe :buffer (generate-new-buffer (format "out%d" i)) :sentinel (lambda (p _e) (push p done))))
  (while (< (length done) 6) (accept-process-output nil 0.1))
  (dotimes (i 6) (with-current-buffer (format "out%d" i) (princ (format "%s\n" (buffer-hash))))))
(let ((threads (mapcar (lambda (i) (make-thread (lambda () (let (l) (dotimes (j 3000) (push (make-string (% j 90) ?x) l) (when (= 0 (% j 100)) (thread-yield))) (+ i (length l)))))) '(1 2 3 4))))
  (princ (format "%S\n" (mapcar #'thread-join threads))))
(with-temp-buffer (insert-file-contents "/area/many.el") (emacs-lisp-mode) (font-lock-ensure) (indent-region (point-min) (point-max))
  (princ (format "%s\n" (buffer-hash))))
(with-temp-buffer (org-mode) (dotimes (i 200) (insert (format "* Heading %d\n| %d | b |\ntext /it/ *bold*\n" i i)))
  (org-export-to-file 'ascii "/area/org.txt"))
(dotimes (_ 20) (garbage-collect))
(call-process-region "abc" nil "md5sum" nil t) (princ "end\n")
E2
sed -i "s/^(with-temp-buffer (org-mode)/(require 'ox-ascii)\n&/" script.el
emacs -Q --batch -l script.el
md5sum buffer org.txt
