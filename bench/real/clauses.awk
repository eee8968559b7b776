# To `file`: 1600000 clauses of three out of 800000 variables, at random: far from the threshold, so a model is found soon.
BEGIN {
	srand(1)
	variables = 800000
	clauses = 1600000
	print "p cnf", variables, clauses >file
	while (clauses--) {
		line = ""
		for (k = 0; k < 3; k++)
			line = line (rand() < .5 ? "-" : "") 1 + int(rand() * variables) " "
		print line 0 >file
	}
}
