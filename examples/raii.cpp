// SPDX-License-Identifier: BSD-3-Clause
// To learn here: the library in C++. Objects are deleted when their owner goes, in the
// right order and also when an exception passes; codes become exceptions with the
// library's message; the functions of a mapping are looked up once, when it is made.
//
// raii FILE      count the runs of this program in a file, which must have a page at least
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <libpmem2.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace
{

// The library deletes through a pointer to the pointer.
template <typename T, int (*remove)(T **)> struct Deleter {
	void operator()(T *object) const
	{
		remove(&object);
	}
};

using Source = std::unique_ptr<pmem2_source, Deleter<pmem2_source, pmem2_source_delete>>;
using Config = std::unique_ptr<pmem2_config, Deleter<pmem2_config, pmem2_config_delete>>;
using Map = std::unique_ptr<pmem2_map, Deleter<pmem2_map, pmem2_map_delete>>;

void check(int ret)
{
	if (ret)
		throw std::runtime_error(pmem2_errormsg());
}

class File
{
      public:
	explicit File(const char *path) : fd(open(path, O_RDWR | O_CLOEXEC))
	{
		if (fd < 0)
			throw std::runtime_error(std::strerror(errno));
	}
	~File()
	{
		close(fd);
	}
	File(const File &) = delete;
	File &operator=(const File &) = delete;

	const int fd;
};

// All of a file, as one object of type T, which may not hold pointers or own anything.
template <typename T> class Persistent
{
      public:
	explicit Persistent(const char *path) : map(map_file(path))
	{
		if (pmem2_map_get_size(map.get()) < sizeof(T))
			throw std::runtime_error("the file is too short");
		persist = pmem2_get_persist_fn(map.get());
	}

	// Store to one member, durably.
	template <typename M> void set(M T::*member, M value)
	{
		object()->*member = value;
		persist(&(object()->*member), sizeof(M));
	}

	const T *operator->() const
	{
		return object();
	}

      private:
	T *object() const
	{
		return static_cast<T *>(pmem2_map_get_address(map.get()));
	}

	static Map map_file(const char *path)
	{
		File file(path);
		pmem2_source *src;
		check(pmem2_source_from_fd(&src, file.fd));
		Source source(src);
		pmem2_config *cfg;
		check(pmem2_config_new(&cfg));
		Config config(cfg);
		check(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE));
		pmem2_map *map;
		check(pmem2_map_new(&map, cfg, src));
		return Map(map);
	}

	Map map;
	pmem2_persist_fn persist;
};

struct Counter {
	std::uint64_t runs;
};

} // namespace

int main(int argc, char **argv)
{
	const std::string first = argc == 2 ? argv[1] : "";

	if (first == "--version") {
		std::cout << "libpmem2 examples " EXAMPLES_VERSION "\n";
		return 0;
	}
	if (first.empty() || first[0] == '-') {
		(first == "--help" ? std::cout : std::cerr) << "usage: raii FILE\n";
		return first == "--help" ? 0 : 2;
	}
	try {
		Persistent<Counter> counter(argv[1]);
		counter.set(&Counter::runs, counter->runs + 1);
		std::cout << "run " << counter->runs << '\n';
	} catch (const std::exception &error) {
		std::cerr << argv[1] << ": " << error.what() << '\n';
		return 1;
	}
	return 0;
}
