# The tests in C.
