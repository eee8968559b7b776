# The parts of Python's own test suite that allocate most.
# packages: libpython3.11-testsuite
# seconds: 300
cd /tmp
cat >run.py <<'E2'
# Like python -m test, but with nothing in the output that changes from run to run.
import contextlib, io, sys, unittest
bad = 0
for name in sys.argv[1:]:
	suite = unittest.defaultTestLoader.loadTestsFromName('test.' + name)
	out = io.StringIO()
	with contextlib.redirect_stdout(out):
		result = unittest.TextTestRunner(out, verbosity=0).run(suite)
	print(name, result.testsRun, len(result.failures), len(result.errors), flush=True)
	if not result.wasSuccessful():
		bad = 1
		sys.stderr.write(out.getvalue())
sys.exit(bad)
E2
as_user python3 run.py test_gc test_list test_dict test_set test_bytes test_memoryview test_array test_deque \
	test_weakref test_json test_re test_struct test_thread test_coroutines test_ctypes
PYTHONMALLOC=malloc as_user python3 run.py test_list test_dict test_array test_gc
