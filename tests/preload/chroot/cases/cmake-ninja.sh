# CMake and Ninja: a project with a library, generated files and tests, configured, built, tested and installed.
# packages: cmake ninja-build g++ libc6-dev
# seconds: 240
mkdir source
for i in $(seq 16); do
	printf '#include <string>\n#include <vector>\nunsigned long part%d(unsigned n) { std::vector<std::string> v; for (unsigned i = 0; i < n; i++) v.push_back(std::string(i %% %d, 120)); unsigned long s = 0; for (auto &t : v) s = s * 31 + t.size(); return s; }\n' "$i" $((i + 5)) >source/part$i.cc
done
cat >source/CMakeLists.txt <<'E2'
cmake_minimum_required(VERSION 3.18)
project(parts CXX)
enable_testing()
set(sources)
foreach(i RANGE 1 16)
	list(APPEND sources part${i}.cc)
	string(APPEND declarations "unsigned long part${i}(unsigned n);\n")
	string(APPEND calls "\tsum = sum * 7 + part${i}(${i} * 300);\n")
endforeach()
foreach(i RANGE 1 3000)
	list(APPEND names "name ${i}")
	math(EXPR total "${total} + ${i} * ${i}")
endforeach()
list(SORT names)
string(SHA1 hash "${names}")
message("hash ${hash} ${total}")
file(WRITE ${CMAKE_BINARY_DIR}/main.cc "#include <cstdio>\n${declarations}int main(int argc, char **) {\n\tunsigned long sum = argc;\n${calls}\tprintf(\"%lx\\n\", sum);\n}\n")
add_library(parts SHARED ${sources})
add_executable(program ${CMAKE_BINARY_DIR}/main.cc)
target_link_libraries(program parts)
foreach(i RANGE 1 30)
	add_test(NAME test${i} COMMAND program ${i})
endforeach()
add_custom_command(OUTPUT archive.tar.gz COMMAND ${CMAKE_COMMAND} -E tar czf archive.tar.gz ${CMAKE_SOURCE_DIR}/CMakeLists.txt)
add_custom_target(archive ALL DEPENDS archive.tar.gz)
install(TARGETS program parts)
E2
cmake -G Ninja -S source -B build -DCMAKE_BUILD_TYPE=Debug -DCMAKE_INSTALL_RPATH=/area/at/lib -DCMAKE_INSTALL_LIBDIR=lib 2>&1 | grep ^hash
ninja -C build -j 2 >log
ninja -C build -n | tail -n 1
build/program
(cd build && ctest -j 2 >log && grep 'tests passed' log)
touch source/part7.cc
ninja -C build -j 2 >log
grep -c . log
cmake --install build --prefix /area/at >log
/area/at/bin/program x
cmake -E sha1sum source/part16.cc
