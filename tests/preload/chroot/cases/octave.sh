# Octave: matrices, cells, strings and decompositions.
# packages: octave
# seconds: 180
cat >script.m <<'E2'
1;
function s = checksum(text)
	s = 7;
	for c = double(text), s = mod(s * 31 + c, 4294967291); end
end
a = mod(reshape(1:90000, 300, 300) .* 7919, 1009) + 500 * eye(300);
printf("%d\n", norm(inv(a) * a - eye(300)) < 1e-8);
printf("%d %d\n", rank(a), all(svd(a) > 0));
[q, r] = qr(a);
printf("%d\n", norm(q * r - a) < 1e-8);
c = cell(1, 4000);
for i = 1:4000, c{i} = sprintf("%d:%s", mod(i * 31, 1999), repmat("x", 1, mod(i, 40))); end
text = strjoin(sort(c), ",");
printf("%d %d\n", length(text), checksum(text(1:5000)));
printf("%d\n", length(regexp(text, '(\d+):x{5,9},', "tokens")));
s = struct();
for i = 1:2000, s.(sprintf("field%d", i)) = i * ones(1, mod(i, 50)); end
printf("%d\n", sum(cellfun(@sum, struct2cell(s))));
b = sparse(mod(1:5000, 400) + 1, mod((1:5000) * 7, 400) + 1, 1) + 100 * speye(400);
printf("%d %d\n", nnz(b), norm(b * (b \ ones(400, 1)) - 1) < 1e-8);
x = 0;
for i = 1:300, y = rand(200); x = x + numel(y(y >= 0)); end
printf("%d\n", x);
printf("%d\n", norm(ifft(fft(1:8191)) - (1:8191)) < 1e-6);
try, z = ones(1e9, 1e9); catch e, printf("%s\n", e.identifier); end
save -binary x.dat s c
clear s c
load x.dat
printf("%d %d\n", numel(c), numfields(s));
E2
octave-cli --no-history --norc script.m
