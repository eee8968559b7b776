# Open MPI: four processes of one machine exchange arrays, through Python.
# packages: openmpi-bin python3-mpi4py python3-numpy
cat >work.py <<'E2'
from mpi4py import MPI
import numpy
comm = MPI.COMM_WORLD
me, n = comm.Get_rank(), comm.Get_size()
total = 0
for size in (1, 1000, 100000, 400000):
    mine = numpy.arange(size, dtype='d') * (me + 1)
    other = numpy.empty(size)
    comm.Sendrecv(mine, (me + 1) % n, 0, other, (me - 1) % n, 0)
    total += other.sum()
    everything = numpy.empty(size * n)
    comm.Allgather(mine, everything)
    total += comm.allreduce(everything.sum())
rows = comm.gather({'rank': me, 'list': [str(i * me) for i in range(2000)]})
requests = [comm.isend(list(range(i * 10)), (me + i) % n, i) for i in range(1, 40)]
sums = sum(sum(comm.recv(source=(me - i) % n, tag=i)) for i in range(1, 40))
MPI.Request.waitall(requests)
totals = comm.gather((total, sums))
if me == 0:
    print(n, totals, sum(len(''.join(r['list'])) for r in rows))
E2
for transport in vader,self tcp,self; do
	mpirun --allow-run-as-root --oversubscribe --mca btl $transport --mca btl_tcp_if_include lo --mca plm isolated --mca mpi_yield_when_idle 1 -n 4 python3 work.py
done
