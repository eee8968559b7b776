# GLPK and CBC: a plan in whole numbers and a linear programme of some thousand columns.
# packages: glpk-utils coinor-cbc
cat >assign.mod <<'E2'
param n := 40;
set I := 1..n;
param c{i in I, j in I} := (i * 7919 + j * 104729 + i * j * 31) mod 101;
var x{I, I} >= 0;
minimize cost: sum{i in I, j in I} c[i, j] * x[i, j];
s.t. row{i in I}: sum{j in I} x[i, j] = 1;
s.t. col{j in I}: sum{i in I} x[i, j] = 1;
solve;
printf "cost %d\n", cost;
end;
E2
glpsol --math assign.mod --wfreemps assign.mps >log
grep ^cost log
cat >knapsack.mod <<'E2'
set I := 1..35;
param w{i in I} := 20 + (i * 7919) mod 83;
param v{i in I} := w[i] + (i * 31) mod 17;
var x{I} binary;
maximize value: sum{i in I} v[i] * x[i];
s.t. one: sum{i in I} w[i] * x[i] <= 700;
s.t. two: sum{i in I} (w[i] * i mod 29) * x[i] <= 150;
solve;
printf "value %d\n", value;
end;
E2
glpsol --cuts --math knapsack.mod --wlp knapsack.lp >log
grep ^value log
glpsol --interior --math assign.mod | grep ^cost
cbc assign.mps solve solution a.sol >log
head -n 1 a.sol
cbc knapsack.lp threads 2 solve solution k.sol >log
head -n 1 k.sol
