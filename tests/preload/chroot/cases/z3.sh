# Z3: queens on a board, bit vectors, arrays and a search with several threads.
# packages: z3
n=12
{
	for i in $(seq $n); do echo "(declare-const q$i Int) (assert (<= 1 q$i $n))"; done
	for i in $(seq $n); do
		for j in $(seq $((i + 1)) $n); do echo "(assert (and (not (= q$i q$j)) (not (= (- q$i q$j) $((j - i)))) (not (= (- q$j q$i) $((j - i))))))"; done
	done
	echo '(check-sat) (get-value (q1 q2 q3 q4 q5 q6 q7 q8 q9 q10 q11 q12))'
} >queens.smt2
z3 queens.smt2
cat >bits.smt2 <<'E2'
(declare-const x (_ BitVec 32)) (declare-const y (_ BitVec 32))
(push) (assert (= (bvmul x y) #x3ade68b1)) (assert (bvult #x00000001 x)) (assert (bvult x #x00100000)) (assert (bvult #x00000001 y)) (assert (bvult y #x00100000)) (check-sat) (eval (bvmul x y)) (pop)
(push) (assert (not (= (bvand x y) (bvsub (bvadd x y) (bvor x y))))) (check-sat) (pop)
(declare-const a (Array Int Int)) (declare-const b (Array Int Int)) (declare-const i Int) (declare-const j Int)
(push) (assert (= b (store (store a i 1) j 2))) (assert (= (select b i) 3)) (check-sat) (pop)
(declare-fun f (Int) Int)
(assert (forall ((k Int)) (=> (> k 0) (> (f k) (f (- k 1)))))) (assert (= (f 0) 0)) (assert (< (f 3) 3)) (check-sat)
E2
z3 bits.smt2
z3 parallel.enable=true parallel.threads.max=2 queens.smt2 | head -n 1
# pigeons: one more than holes
{
	p=8
	echo "p cnf $((p * (p - 1))) $((p + (p - 1) * p * (p - 1) / 2))"
	for i in $(seq 0 $((p - 1))); do
		for h in $(seq $((p - 1))); do printf '%d ' $((i * (p - 1) + h)); done
		echo 0
	done
	for h in $(seq $((p - 1))); do
		for i in $(seq 0 $((p - 1))); do
			for k in $(seq $((i + 1)) $((p - 1))); do echo "-$((i * (p - 1) + h)) -$((k * (p - 1) + h)) 0"; done
		done
	done
} >pigeons.cnf
z3 -dimacs pigeons.cnf || echo $?
z3 -dimacs pigeons.cnf sat.threads=2 | head -n 1
