# Go: its compiler, a program with goroutines, and one that hands memory to and from C.
# packages: golang-go gcc libc6-dev
# seconds: 240
export GOCACHE=/area/cache GO111MODULE=off GOPROXY=off
mkdir plain cgo
cat >plain/main.go <<'E2'
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sort"
	"sync"
)

type row struct {
	N    int
	Name string
	List []int
}

func work(n int) string {
	rows := map[string]row{}
	for i := 0; i < 5000; i++ {
		rows[fmt.Sprintf("key %d", i*n%3001)] = row{i, fmt.Sprint("row ", i), make([]int, i%7)}
	}
	text, _ := json.Marshal(rows)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(text)
	w.Close()
	r, _ := gzip.NewReader(&packed)
	back, _ := io.ReadAll(r)
	return fmt.Sprintf("%x %v", sha1.Sum(back), bytes.Equal(text, back))
}

func main() {
	var wait sync.WaitGroup
	results := make([]string, 20)
	for n := range results {
		wait.Add(1)
		go func(n int) { results[n] = work(n + 1); wait.Done() }(n)
	}
	wait.Wait()
	sort.Strings(results)
	for _, s := range results {
		fmt.Println(s)
	}
	out, err := exec.Command("seq", "20000").Output()
	fmt.Printf("%x %v\n", sha1.Sum(out), err)
}
E2
cat >cgo/main.go <<'E2'
package main

/*
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static char *twice(const char *s) { char *p = NULL; if (asprintf(&p, "%s%s", s, s) < 0) abort(); return p; }
*/
import "C"
import (
	"crypto/sha1"
	"fmt"
	"net"
	"os/user"
	"runtime"
	"strings"
	"sync"
	"unsafe"
)

func work(n int) (sum [20]byte) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var keep [100]unsafe.Pointer
	for i := 0; i < 5000; i++ {
		s := C.CString(strings.Repeat("x", i%500+n))
		t := C.twice(s)
		C.free(unsafe.Pointer(s))
		sum = sha1.Sum(append(sum[:], C.GoString(t)...))
		C.free(keep[i%100])
		keep[i%100] = C.realloc(unsafe.Pointer(t), C.size_t(i+2000))
	}
	for _, p := range keep {
		C.free(p)
	}
	return
}

func main() {
	var wait sync.WaitGroup
	var results [8][20]byte
	for n := range results {
		wait.Add(1)
		go func(n int) { results[n] = work(n); wait.Done() }(n)
	}
	wait.Wait()
	for _, r := range results {
		fmt.Printf("%x\n", r)
	}
	// Names that libc looks up.
	u, err := user.Lookup("tester")
	fmt.Println(u.HomeDir, err)
	a, err := net.LookupHost("127.0.0.1")
	fmt.Println(a, err)
}
E2
for program in plain cgo; do
	(cd $program && go build -o program && ./program)
	(cd $program && go vet)
done
