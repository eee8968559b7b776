# R: data frames, models, regular expressions, compression and the collector at many allocations.
# packages: r-base-core
# seconds: 120
cat >script.R <<'E2'
set.seed(7)
d <- data.frame(g = sample(letters, 50000, TRUE), x = rnorm(50000), n = sample(1000L, 50000, TRUE))
print(aggregate(cbind(x = round(x, 3), n) ~ g, d, sum)[1:5, ])
m <- lm(x ~ n + g, d)
cat(sprintf("%.6f\n", coef(m)[1:4]), sep = "")
a <- matrix(rnorm(250 * 250), 250)
cat(sprintf("%.6f\n", max(abs(solve(a) %*% a - diag(250))) < 1e-8), sum(abs(svd(a)$d) > 0), "\n")
s <- vapply(1:30000, function(i) paste(rev(strsplit(as.character(i * 7919), "")[[1]]), collapse = ""), "")
cat(length(unique(s)), sum(nchar(gsub("([0-9])\\1", "<\\1>", s))), "\n")
cat(identical(unserialize(memDecompress(memCompress(serialize(d, NULL), "xz"), "xz")), d), "\n")
e <- new.env()
for (i in 1:30000) assign(paste0("v", i), list(i, as.character(i)), envir = e)
cat(sum(vapply(ls(e), function(k) get(k, envir = e)[[1]], 0)), "\n")
gctorture2(200)
cat(paste(sort(unlist(lapply(1:200, function(i) toupper(paste0("x", i))))), collapse = "")|>nchar(), "\n")
gctorture(FALSE)
r <- parallel::mclapply(1:6, function(i) sum(sort(runif(20000)) > i / 7) > 0, mc.cores = 3)
cat(unlist(r), "\n")
write.csv(d, "d.csv", row.names = FALSE)
cat(nrow(read.csv("d.csv")), "\n")
invisible(gc())
E2
Rscript --vanilla script.R
