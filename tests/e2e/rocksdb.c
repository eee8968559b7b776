/* rocksdb.c FOLDER: RocksDB's C interface at work on a cache of blocks that lies, if it can, in memory of jemalloc's
 * (an arena, explicit thread caches, and extent hooks that keep it out of core dumps). On standard output what must
 * be the same on every allocator; on descriptor 3 what that memory was. */
#include <pthread.h>
#include <rocksdb/c.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 150000
#define THREADS 4

static rocksdb_t *db;
static char *error;

static void must(bool good, const char *what)
{
	if (good && !error)
		return;
	fprintf(stderr, "rocksdb: %s: %s\n", what, error ? error : "no");
	exit(1);
}

/* Resident kilobytes that no core dump will have. */
static unsigned long nodump_kb(void)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[400];
	unsigned long kb, rss = 0, sum = 0;

	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "Rss: %lu", &kb) == 1)
			rss = kb;
		if (!strncmp(line, "VmFlags:", 8) && strstr(line, " dd"))
			sum += rss;
	}
	if (f)
		fclose(f);
	return sum;
}

static size_t key_of(char *key, size_t size, unsigned i) { return (size_t)snprintf(key, size, "key%08u", i); }

static size_t value_of(char *value, unsigned i, unsigned turn)
{
	size_t n = 20 + i * 7919u % 300;
	for (size_t j = 0; j < n; j++)
		value[j] = (char)('a' + (i + j * turn) % 23);
	return n;
}

/* Each thread reads every key, from a place of its own on. */
static void *read_all(void *arg)
{
	rocksdb_readoptions_t *options = rocksdb_readoptions_create();
	uint64_t sum = 0, found = 0;

	for (unsigned n = 0; n < KEYS; n++) {
		unsigned i = (unsigned)((n * 31u + (uintptr_t)arg * 1000u) % KEYS);
		char key[32], want[400], *err = NULL;
		size_t len, size = key_of(key, sizeof key, i);
		char *value = rocksdb_get(db, options, key, size, &len, &err);
		must(!err, "get");
		if (!value)
			continue;
		found++;
		sum += (uint64_t)len * i;
		must(len == value_of(want, i, i % 3 ? 1 : 2) && !memcmp(value, want, len), "the value");
		rocksdb_free(value);
	}
	rocksdb_readoptions_destroy(options);
	printf("%llu found, sum %llu\n", (unsigned long long)found, (unsigned long long)sum);
	return NULL;
}

int main(int argc, char **argv)
{
	must(argc == 2, "one argument");
	FILE *note = fdopen(3, "w");
	must(note != NULL, "descriptor 3");
	rocksdb_memory_allocator_t *memory = rocksdb_jemalloc_nodump_allocator_create(&error);
	fprintf(note, "%s\n", error ? error : "its own memory");
	free(error);
	error = NULL;

	rocksdb_lru_cache_options_t *lru = rocksdb_lru_cache_options_create();
	rocksdb_lru_cache_options_set_capacity(lru, 16 << 20);
	if (memory)
		rocksdb_lru_cache_options_set_memory_allocator(lru, memory);
	rocksdb_cache_t *cache = rocksdb_cache_create_lru_opts(lru);
	rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
	rocksdb_block_based_options_set_block_cache(table, cache);
	rocksdb_options_t *options = rocksdb_options_create();
	rocksdb_options_set_block_based_table_factory(options, table);
	rocksdb_options_set_create_if_missing(options, 1);
	rocksdb_options_set_write_buffer_size(options, 4 << 20);
	rocksdb_options_set_compression(options, rocksdb_lz4_compression);
	rocksdb_options_increase_parallelism(options, 2);
	rocksdb_options_enable_statistics(options);
	db = rocksdb_open(options, argv[1], &error);
	must(db != NULL, "open");

	rocksdb_writeoptions_t *writing = rocksdb_writeoptions_create();
	rocksdb_writeoptions_disable_WAL(writing, 1);
	for (unsigned turn = 1; turn <= 2; turn++)
		for (unsigned i = 0; i < KEYS; i += turn == 1 ? 1 : 3) {
			char key[32], value[400];
			size_t size = key_of(key, sizeof key, i);
			rocksdb_put(db, writing, key, size, value, value_of(value, i, turn), &error);
			must(true, "put");
		}
	for (unsigned i = 0; i < KEYS; i += 5) {
		char key[32];
		rocksdb_delete(db, writing, key, key_of(key, sizeof key, i), &error);
		must(true, "delete");
	}
	rocksdb_compact_range(db, NULL, 0, NULL, 0);

	pthread_t threads[THREADS];
	for (uintptr_t i = 0; i < THREADS; i++)
		must(!pthread_create(&threads[i], NULL, read_all, (void *)i), "a thread");
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);

	rocksdb_readoptions_t *reading = rocksdb_readoptions_create();
	rocksdb_iterator_t *it = rocksdb_create_iterator(db, reading);
	uint64_t n = 0;
	for (rocksdb_iter_seek_to_first(it); rocksdb_iter_valid(it); rocksdb_iter_next(it))
		n++;
	rocksdb_iter_get_error(it, &error);
	printf("%llu keys\n", (unsigned long long)n);
	must(n == KEYS - KEYS / 5, "their number");
	rocksdb_iter_destroy(it);

	size_t used = rocksdb_cache_get_usage(cache) >> 10;
	must(used > 8 << 10, "the cache is filled");
	char *statistics = rocksdb_options_statistics_get_string(options);
	must(strstr(statistics, "rocksdb.block.cache.hit COUNT") != NULL, "statistics");
	rocksdb_free(statistics);
	fprintf(note, "%zu %lu\n", used, nodump_kb());

	rocksdb_readoptions_destroy(reading);
	rocksdb_writeoptions_destroy(writing);
	rocksdb_close(db);
	rocksdb_options_destroy(options);
	rocksdb_block_based_options_destroy(table);
	rocksdb_cache_destroy(cache);
	rocksdb_lru_cache_options_destroy(lru);
	if (memory)
		rocksdb_memory_allocator_destroy(memory);
	fprintf(note, "%lu\n", nodump_kb());
	fclose(note);
	FILE *from = fopen("/proc/self/maps", "r"), *to = fopen("maps", "w");
	must(from && to, "maps");
	for (int c; (c = getc(from)) != EOF;)
		putc(c, to);
	return fclose(to) != 0;
}
