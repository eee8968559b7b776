# PARI/GP, GAP, Maxima and units: numbers, groups and formulas of four heaps of their own.
# packages: pari-gp gap-core maxima units
# seconds: 120
cat >in.gp <<'E2'
print(factor(2^128+1));
print(bnfinit(x^3-x^2-54*x+169).cyc, " ", #polroots(polcyclo(105)));
print(vecsum(vector(3000, n, numbpart(n))) % 10^20);
E2
gp -q -f in.gp </dev/null
cat >in.g <<'E2'
g := Group((1,2,3,4,5,6,7,8,9,10,11), (3,7,11,8)(4,10,5,6));;
Print(Size(g), " ", Length(ConjugacyClasses(g)), "\n");
l := List([1 .. 20000], i -> Concatenation(String(i), "x"));; Sort(l);
Print(l[777], " ", Sum(List(l, Length)), " ", Bernoulli(200) = Bernoulli(200), "\n");
GASMAN("collect");
QUIT;
E2
gap -q -r in.g </dev/null
cat >in.mac <<'E2'
print(factor(expand((x+y)^30 - (x-y)^30)))$
print(integrate(1/(x^5+1), x))$
print(string(taylor(exp(sin(x)), x, 0, 14)))$
print(mod(sum(k!, k, 1, 800), 10^30))$
print(determinant(genmatrix(lambda([i, j], 1/(i+j-1)), 12, 12)))$
E2
maxima --very-quiet -b in.mac | tail -n 12
for i in $(seq 100); do units -t "$i furlong/fortnight" 'mm/s'; done | md5sum
