# gfortran: the compiler, and a program with allocatable arrays, strings of any length and OpenMP threads.
# packages: gfortran libc6-dev
# seconds: 120
cat >program.f90 <<'E2'
module work
	use iso_fortran_env, only: int64
	implicit none
	type node
		type(node), pointer :: next => null()
		character(:), allocatable :: text
		real, allocatable :: values(:)
	end type
contains
	function job(n) result(total)
		integer, intent(in) :: n
		integer(int64) :: total
		type(node), pointer :: head, p
		integer :: i, j
		character(20) :: number
		character(:), allocatable :: all
		head => null()
		total = 7
		do i = 1, 8000
			allocate (p)
			write (number, '(i0)') mod(i * n, 1999)
			p%text = 'node ' // trim(number) // repeat('x', mod(i, 50))
			allocate (p%values(mod(i, 40)), source=real(i))
			p%values = [p%values, real(n)]
			p%next => head
			head => p
		end do
		all = ''
		do i = 1, 8000
			p => head
			total = mod(total * 31 + int(sum(p%values), int64), 4294967291_int64)
			if (mod(i, 20) == 0) all = all // p%text
			head => p%next
			deallocate (p)
		end do
		do j = 1, len(all)
			total = mod(total * 31 + ichar(all(j:j)), 4294967291_int64)
		end do
	end function
end module

program main
	use work
	implicit none
	integer(int64) :: totals(12)
	integer :: n, status
	real(8), allocatable :: a(:, :), b(:, :)
	!$omp parallel do schedule(dynamic)
	do n = 1, 12
		totals(n) = job(n)
	end do
	print '(i0)', totals
	allocate (a(300, 200), b(200, 300))
	a = reshape([(mod(n * 7919, 101), n = 1, 60000)], [300, 200])
	b = transpose(a)
	print '(i0)', int(sum(matmul(a, b)), int64)
	deallocate (a)
	allocate (a(1000000000, 1000000000), stat=status)
	print '(l1)', status /= 0
	open (10, file='records', form='unformatted', access='stream')
	do n = 1, 3000
		write (10) n, real(n), repeat('r', mod(n, 90))
	end do
	close (10)
end program
E2
for flags in '-O2 -fopenmp' '-O0 -fopenmp -fcheck=all'; do
	gfortran $flags -o program program.f90
	OMP_NUM_THREADS=4 ./program
	md5sum records
done
