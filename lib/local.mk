# The library. Sources by layer, lowest first; tests/shell/check-layers.sh knows the same order.
#
# libash_core.la   the layers below api: no exported name, what the unit tests link
# libash_api.la    the exported names, but for C++'s
# libash_shared.la, libash_static.la
#                  those and what else differs, for the shared library and for the archives
# libashlarSUFFIX.la, libashlar.a, libashlar_pic.a
#                  both together, as installed
noinst_LTLIBRARIES += libash_core.la libash_api.la libash_shared.la libash_static.la

# The anchor is last: its small part then shares pages with the variables of all others. What every process writes
# to is on one page, with the data: tests/preload/footprint.sh counts; so nursery.c is first.
libash_core_la_SOURCES = \
	lib/slab/nursery.c lib/slab/nursery.h \
	lib/base/arch.h \
	lib/base/base.h \
	lib/base/bits.h \
	lib/base/fmt.c lib/base/fmt.h \
	lib/base/mem.c lib/base/mem.h \
	lib/base/syscall.h \
	lib/os/cgroup.c lib/os/cgroup.h \
	lib/os/conf.c lib/os/conf.h \
	lib/os/conf_file.c lib/os/conf_file.h \
	lib/os/elf.c lib/os/elf.h \
	lib/os/fault.c lib/os/fault.h \
	lib/os/lock.c lib/os/lock.h \
	lib/os/os.h \
	lib/os/os_linux.c \
	lib/os/scope.c lib/os/scope.h \
	lib/os/tls.c lib/os/tls.h \
	lib/region/chunk.c lib/region/chunk.h \
	lib/region/decay.h \
	lib/region/limit.c lib/region/limit.h \
	lib/region/meta.c lib/region/meta.h \
	lib/region/pagemap.c lib/region/pagemap.h \
	lib/region/maps.c lib/region/maps.h \
	lib/region/pages.c lib/region/pages.h \
	lib/region/supply.c lib/region/supply.h \
	lib/region/units.c lib/region/units.h \
	lib/slab/large.c lib/slab/large.h \
	lib/slab/sizeclass.c lib/slab/sizeclass.h \
	lib/slab/slab.c lib/slab/slab.h \
	lib/heap/arena.c lib/heap/arena.h \
	lib/heap/cache.c lib/heap/cache.h \
	lib/heap/registry.h \
	lib/heap/shard.c lib/heap/shard.h \
	lib/heap/thread.c lib/heap/thread.h \
	lib/heap/usage.c lib/heap/usage.h \
	lib/obs/ctl.c lib/obs/ctl.def lib/obs/ctl.h \
	lib/obs/epoch.c lib/obs/epoch.h \
	lib/obs/report.c lib/obs/report.h \
	lib/obs/stats.c lib/obs/stats.h \
	lib/base/anchor.c lib/base/anchor.h

libash_api_la_SOURCES = \
	lib/api/aligned.c \
	lib/api/api.h \
	lib/api/fill.c \
	lib/api/foreign.c \
	lib/api/glibc.c \
	lib/api/hooks.c \
	lib/api/init.c \
	lib/api/limit.c \
	lib/api/mallctl.c \
	lib/api/malloc.c \
	lib/api/mallocx.c \
	lib/api/slow.c \
	lib/api/standdown.c \
	lib/api/stats.c \
	lib/api/tc.c
libash_shared_la_SOURCES = lib/api/dl.c
libash_static_la_SOURCES =
libash_static_la_CPPFLAGS = $(AM_CPPFLAGS) -DASHLAR_NEW_STATIC
if CXX_OPERATORS
libash_shared_la_SOURCES += lib/api/new.c lib/api/new_shared.c lib/api/new.h
libash_static_la_SOURCES += lib/api/new.c lib/api/new_static.c lib/api/new.h
endif
EXTRA_DIST += lib/api/new.c lib/api/new.h lib/api/new_shared.c lib/api/new_static.c

# --- the shared library
if PREFIXED
ASHLAR_MAP = lib/prefixed.map
else
ASHLAR_MAP = $(srcdir)/lib/ashlar.map
endif
EXTRA_DIST += lib/ashlar.map

if HAVE_VERSION_SCRIPT
MAP_FLAGS = -Wl,--version-script=$(ASHLAR_MAP)
else
MAP_FLAGS =
endif

# The order of functions, see lib/layout.awk.
if HAVE_LAYOUT
LAYOUT = lib/layout.ld
lib/layout.ld: lib/layout.awk lib/near.list
	$(AM_V_GEN)$(MKDIR_P) lib && echo 'int ash_layout;' >$@.c && \
	  $(CC) $(CFLAGS) -fPIC $(LDFLAGS) $(LINK_FLAGS) -Wl,--verbose -o $@.so $@.c >$@.verbose && \
	  LC_ALL=C $(AWK) -f $(srcdir)/lib/layout.awk $(srcdir)/lib/near.list $@.verbose >$@.new && \
	  rm -f $@.c $@.so $@.verbose && mv $@.new $@
CLEANFILES += lib/layout.ld
else
LAYOUT =
endif
EXTRA_DIST += lib/layout.awk lib/near.list lib/near.sh

ASHLAR_LA = libashlar$(install_suffix).la
shared_parts = libash_api.la libash_shared.la libash_core.la
$(ASHLAR_LA): $(shared_parts) $(ASHLAR_MAP) $(LAYOUT)
	$(AM_V_CCLD)$(LINK) -shared -no-undefined -version-info $(ASHLAR_LT_VERSION) \
	  -rpath $(libdir) $(SHARED_FLAGS) $(MAP_FLAGS) $(LAYOUT_FLAGS) $(shared_parts)

# --- the archives
# Each is one object, and one more for the C++ operators. A linker takes from an archive only the
# members that it needs at that moment; were malloc and malloc_trim in two of them, it could take
# one of ours and then, for the other, libc's malloc.o: duplicate symbols. Merged, and with what is
# hidden made local, a program gets all of ashlar or nothing, and no name but the public ones.
ASHLAR_A = libashlar$(install_suffix).a
ASHLAR_PIC_A = libashlar$(install_suffix)_pic.a
merge = $(CC) $(CFLAGS) $(LDFLAGS) $(MERGE_FLAGS) -o $$merged $$objs && \
	$(OBJCOPY) --localize-hidden $$merged
archive = set -e; rm -f $@ $@.o $@.cxx.o; \
	merged=$@.o; objs=`printf '%s\n' $$main | sed "$$place"`; $(merge); \
	if test -n "$$cxx"; then merged=$@.cxx.o; objs=`printf '%s\n' $$cxx | sed "$$place"`; $(merge); fi; \
	$(AR) cr $@ $@.o $${cxx:+$@.cxx.o}; rm -f $@.o $@.cxx.o

archive_objects = main='$(libash_api_la_OBJECTS) $(libash_core_la_OBJECTS)'; \
	cxx='$(libash_static_la_OBJECTS)'
archive_deps = $(libash_api_la_OBJECTS) $(libash_core_la_OBJECTS) $(libash_static_la_OBJECTS)

$(ASHLAR_A): $(archive_deps)
	$(AM_V_GEN)$(archive_objects); place='s,\.lo$$,.o,'; $(archive)

# libtool keeps the position-independent twin of dir/x.o in dir/$(objdir)/x.o.
$(ASHLAR_PIC_A): $(archive_deps)
	$(AM_V_GEN)$(archive_objects); place='s,\([^/]*\)\.lo$$,$(objdir)/\1.o,'; $(archive)

# --- what is built by default, and how it is installed
SHARED_LIBS =
STATIC_LIBS =
if ENABLE_SHARED
SHARED_LIBS += $(ASHLAR_LA)
# What a test links that wants the library as programs get it.
LIBASHLAR = $(ASHLAR_LA)
else
LIBASHLAR = $(ASHLAR_A)
endif
if ENABLE_STATIC
STATIC_LIBS += $(ASHLAR_A)
if ENABLE_SHARED
STATIC_LIBS += $(ASHLAR_PIC_A)
endif
endif
all-local: $(SHARED_LIBS) $(STATIC_LIBS)
CLEANFILES += $(SHARED_LIBS) $(STATIC_LIBS)

# libtool would unlink the old library and then write the new one: a process started in
# between finds a part of a file, and where /etc/ld.so.preload names us every process is
# such a process. So: write beside it, then rename. No .la file is installed.
.PHONY: install_lib_shared install_lib_static uninstall_lib_shared uninstall_lib_static
install_lib_shared: $(SHARED_LIBS)
	@$(NORMAL_INSTALL)
	@set -e; dir="$(DESTDIR)$(libdir)"; $(MKDIR_P) "$$dir"; \
	for la in $(SHARED_LIBS); do \
	  . ./$$la; set -- $$library_names; real=$$1; shift; \
	  echo " install and rename $$dir/$$real"; \
	  $(INSTALL_PROGRAM) $(objdir)/$$real "$$dir/.$$real.new"; \
	  sync "$$dir/.$$real.new" 2>/dev/null || :; \
	  mv -f "$$dir/.$$real.new" "$$dir/$$real"; \
	  for link; do \
	    echo " link $$dir/$$link"; \
	    ln -sf $$real "$$dir/.$$link.new"; mv -f "$$dir/.$$link.new" "$$dir/$$link"; \
	  done; \
	done

install_lib_static: $(STATIC_LIBS)
	@$(NORMAL_INSTALL)
	@set -e; dir="$(DESTDIR)$(libdir)"; $(MKDIR_P) "$$dir"; \
	for lib in $(STATIC_LIBS); do \
	  echo " $(INSTALL_DATA) $$lib $$dir"; $(INSTALL_DATA) $$lib "$$dir/$$lib"; \
	done

uninstall_lib_shared: $(SHARED_LIBS)
	@$(NORMAL_UNINSTALL)
	@for la in $(SHARED_LIBS); do \
	  . ./$$la; \
	  for lib in $$library_names; do \
	    echo " rm -f $(DESTDIR)$(libdir)/$$lib"; rm -f "$(DESTDIR)$(libdir)/$$lib"; \
	  done; \
	done

uninstall_lib_static:
	@$(NORMAL_UNINSTALL)
	@for lib in $(STATIC_LIBS); do \
	  echo " rm -f $(DESTDIR)$(libdir)/$$lib"; rm -f "$(DESTDIR)$(libdir)/$$lib"; \
	done
