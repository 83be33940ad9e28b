// SPDX-License-Identifier: Apache-2.0
// Parallel loops over fixed chunks. Where a chunk begins and ends depends only on the range, never
// on the number of threads, so sums per chunk that are added in order are identical bit for bit on
// any machine. Why not oneTBB: docs/design/engine.md, "Threads: why not oneTBB".
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace dfe {

/// Threads that wait for work. One pool serves one caller at a time; it is not re-entrant. Every
/// worker begins with its own consecutive share of the chunks, so that over loops of as many chunks
/// it meets the rows again that it wrote; who has finished takes from others.
class ThreadPool {
 public:
  /// `threads` of 0 takes all that the process may use. The calling thread is worker 0.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }

  /// Calls body(context, chunk, worker) for every chunk in [0, chunks), each once. Returns when all
  /// are done. The first exception thrown by a chunk is thrown again here, after all have stopped.
  void run(std::int64_t chunks, void (*body)(void* context, std::int64_t chunk, int worker),
           void* context);

 private:
  struct State;
  int threads_;
  std::unique_ptr<State> state_;
};

/// Number of threads the process may use (CPU affinity respected), at least 1.
int available_threads();

/// Calls body(first, last, worker) for consecutive pieces of [begin, end) of `chunk` elements (the
/// last one may be shorter).
template <class Body>
void parallel_for(ThreadPool& pool, std::int64_t begin, std::int64_t end, std::int64_t chunk,
                  Body&& body) {
  struct Range {
    std::int64_t begin, end, chunk;
    std::remove_reference_t<Body>* body;
  } range{begin, end, chunk, &body};
  if (end <= begin) return;
  pool.run((end - begin + chunk - 1) / chunk,
           [](void* context, std::int64_t index, int worker) {
             const Range& r = *static_cast<Range*>(context);
             const std::int64_t first = r.begin + index * r.chunk;
             (*r.body)(first, first + r.chunk < r.end ? first + r.chunk : r.end, worker);
           },
           &range);
}

}  // namespace dfe
