// SPDX-License-Identifier: Apache-2.0
#include "engine/core/parallel.hpp"

#include <sched.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace dfe {

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  const unsigned count = std::thread::hardware_concurrency();
  return count > 0 ? static_cast<int>(count) : 1;
}

struct ThreadPool::State {
  std::mutex mutex;
  std::condition_variable work, done;
  std::uint64_t generation = 0;  // counts calls of run, so that a worker takes each call once
  int busy = 0;
  bool stop = false;
  std::int64_t chunks = 0;
  void (*body)(void*, std::int64_t, int) = nullptr;
  void* context = nullptr;
  std::atomic<std::int64_t> next{0};
  std::exception_ptr failure;
  std::vector<std::thread> workers;

  void take_chunks(int worker) {
    for (;;) {
      const std::int64_t chunk = next.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= chunks) return;
      try {
        body(context, chunk, worker);
      } catch (...) {
        next.store(chunks, std::memory_order_relaxed);  // nobody starts another chunk
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    }
  }

  void loop(int worker) {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex);
    for (;;) {
      work.wait(lock, [&] { return stop || generation != seen; });
      if (stop) return;
      seen = generation;
      lock.unlock();
      take_chunks(worker);
      lock.lock();
      if (--busy == 0) done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int threads) : threads_(threads > 0 ? threads : available_threads()), state_(std::make_unique<State>()) {
  try {
    for (int worker = 1; worker < threads_; ++worker) state_->workers.emplace_back([state = state_.get(), worker] { state->loop(worker); });
  } catch (const std::exception&) {  // the system gives no more threads: go on with those it gave
    threads_ = static_cast<int>(state_->workers.size()) + 1;
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->work.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

void ThreadPool::run(std::int64_t chunks, void (*body)(void*, std::int64_t, int), void* context) {
  if (chunks <= 0) return;
  State& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.chunks = chunks;
    s.body = body;
    s.context = context;
    s.next.store(0, std::memory_order_relaxed);
    s.failure = nullptr;
    s.busy = static_cast<int>(s.workers.size());
    ++s.generation;
  }
  s.work.notify_all();
  s.take_chunks(0);
  std::exception_ptr failure;
  {
    std::unique_lock lock(s.mutex);
    s.done.wait(lock, [&] { return s.busy == 0; });
    failure = s.failure;
    s.failure = nullptr;
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace dfe
