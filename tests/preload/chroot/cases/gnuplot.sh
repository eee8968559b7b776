# gnuplot: curves, a surface and a fit, drawn to SVG and PNG.
# packages: gnuplot-nox
seq 20000 | awk '{ print $1, sin($1 / 500) * 10 + $1 % 13 }' >data
cat >plot <<'E2'
set samples 2000
set isosamples 60
set fit quiet logfile 'fit.log'
f(x) = a * sin(x / b) + c
a = 8; b = 490; c = 5
fit f(x) 'data' via a, b, c
print sprintf('%.4f %.3f %.4f', a, b, c)
stats 'data' using 2 name 's' nooutput
print s_records, s_min, s_max, sprintf('%.6f', s_mean)
set terminal svg size 800,600
set output 'a.svg'
plot 'data' every 20 with points, f(x) with lines, 'data' smooth bezier
set output 'b.svg'
set pm3d
splot sin(x) * cos(y) with pm3d
unset pm3d
set terminal dumb 70 20
set output
plot sin(x) with lines
do for [i = 1:200] { set terminal svg; set output 'c.svg'; plot x**i }
E2
gnuplot plot 2>err
cat err
md5sum *.svg
