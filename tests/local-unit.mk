# The tests of the layers below api (Check). They link these layers alone and reach their hidden
# names; malloc stays the C library's. One program for each module; the seed that a failed run
# printed repeats it: ASHLAR_TEST_SEED=N tests/unit/test_chunk.
if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/test_arena \
	tests/unit/test_bits \
	tests/unit/test_cache \
	tests/unit/test_cgroup \
	tests/unit/test_chunk \
	tests/unit/test_conf \
	tests/unit/test_decay \
	tests/unit/test_elf \
	tests/unit/test_fmt \
	tests/unit/test_large \
	tests/unit/test_limit \
	tests/unit/test_lock \
	tests/unit/test_mem \
	tests/unit/test_meta \
	tests/unit/test_nursery \
	tests/unit/test_os \
	tests/unit/test_pagemap \
	tests/unit/test_scaling \
	tests/unit/test_shard \
	tests/unit/test_sizeclass \
	tests/unit/test_slab
endif
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

UNIT_CFLAGS = $(TEST_CFLAGS) $(CHECK_CFLAGS)
UNIT_LDADD = libash_core.la $(CHECK_LIBS) -ldl
unit_headers = tests/unit/unit.h $(api_headers)
tests_unit_test_arena_SOURCES = tests/unit/test_arena.c $(unit_headers)
tests_unit_test_arena_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_arena_LDADD = $(UNIT_LDADD)
tests_unit_test_bits_SOURCES = tests/unit/test_bits.c $(unit_headers)
tests_unit_test_bits_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_bits_LDADD = $(UNIT_LDADD)
tests_unit_test_cache_SOURCES = tests/unit/test_cache.c $(unit_headers)
tests_unit_test_cache_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_cache_LDADD = $(UNIT_LDADD)
tests_unit_test_cgroup_SOURCES = tests/unit/test_cgroup.c $(unit_headers)
tests_unit_test_cgroup_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_cgroup_LDADD = $(UNIT_LDADD)
tests_unit_test_chunk_SOURCES = tests/unit/test_chunk.c $(unit_headers)
tests_unit_test_chunk_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_chunk_LDADD = $(UNIT_LDADD)
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c $(unit_headers)
tests_unit_test_conf_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_conf_LDADD = $(UNIT_LDADD)
tests_unit_test_decay_SOURCES = tests/unit/test_decay.c $(unit_headers)
tests_unit_test_decay_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_decay_LDADD = $(UNIT_LDADD)
tests_unit_test_elf_SOURCES = tests/unit/test_elf.c $(unit_headers)
tests_unit_test_elf_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_elf_LDADD = $(UNIT_LDADD)
tests_unit_test_fmt_SOURCES = tests/unit/test_fmt.c $(unit_headers)
tests_unit_test_fmt_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_fmt_LDADD = $(UNIT_LDADD)
tests_unit_test_large_SOURCES = tests/unit/test_large.c $(unit_headers)
tests_unit_test_large_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_large_LDADD = $(UNIT_LDADD)
tests_unit_test_limit_SOURCES = tests/unit/test_limit.c $(unit_headers)
tests_unit_test_limit_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_limit_LDADD = $(UNIT_LDADD)
tests_unit_test_lock_SOURCES = tests/unit/test_lock.c $(unit_headers)
tests_unit_test_lock_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_lock_LDADD = $(UNIT_LDADD)
tests_unit_test_mem_SOURCES = tests/unit/test_mem.c $(unit_headers)
tests_unit_test_mem_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_mem_LDADD = $(UNIT_LDADD)
tests_unit_test_meta_SOURCES = tests/unit/test_meta.c $(unit_headers)
tests_unit_test_meta_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_meta_LDADD = $(UNIT_LDADD)
tests_unit_test_nursery_SOURCES = tests/unit/test_nursery.c $(unit_headers)
tests_unit_test_nursery_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_nursery_LDADD = $(UNIT_LDADD)
tests_unit_test_os_SOURCES = tests/unit/test_os.c $(unit_headers)
tests_unit_test_os_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_os_LDADD = $(UNIT_LDADD)
tests_unit_test_pagemap_SOURCES = tests/unit/test_pagemap.c $(unit_headers)
tests_unit_test_pagemap_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pagemap_LDADD = $(UNIT_LDADD)
tests_unit_test_scaling_SOURCES = tests/unit/test_scaling.c $(unit_headers)
tests_unit_test_scaling_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_scaling_LDADD = $(UNIT_LDADD)
tests_unit_test_shard_SOURCES = tests/unit/test_shard.c $(unit_headers)
tests_unit_test_shard_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_shard_LDADD = $(UNIT_LDADD)
tests_unit_test_sizeclass_SOURCES = tests/unit/test_sizeclass.c $(unit_headers)
tests_unit_test_sizeclass_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_sizeclass_LDADD = $(UNIT_LDADD)
tests_unit_test_slab_SOURCES = tests/unit/test_slab.c $(unit_headers)
tests_unit_test_slab_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_slab_LDADD = $(UNIT_LDADD)

# --- hooks (Check), on the library as programs get it
HOOK_TESTS =
if HAVE_CHECK
if !PREFIXED
HOOK_TESTS += tests/api/test_hooks
endif
endif
check_PROGRAMS += $(HOOK_TESTS)
TESTS += $(HOOK_TESTS)
SMOKE_TESTS += $(HOOK_TESTS)

tests_api_test_hooks_SOURCES = tests/api/test_hooks.c $(api_headers)
tests_api_test_hooks_CFLAGS = $(API_CFLAGS)
tests_api_test_hooks_LDADD = $(API_LDADD)
