// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.hpp"

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
  /// The chunks of one worker, on a cache line of their own.
  struct alignas(64) Share {
    std::atomic<std::int64_t> next{0};
    std::int64_t end = 0;
  };

  std::mutex mutex;
  std::condition_variable work, done;
  std::uint64_t generation = 0;  // counts calls of run, so that a worker takes each call once
  int busy = 0;
  bool stop = false;
  void (*body)(void*, std::int64_t, int) = nullptr;
  void* context = nullptr;
  std::vector<Share> shares;  // per worker
  std::exception_ptr failure;
  std::vector<std::thread> workers;

  /// Its own share first, then what others have left.
  void take_chunks(int worker) {
    const std::size_t threads = shares.size();
    for (std::size_t k = 0; k < threads; ++k) {
      Share& share = shares[(static_cast<std::size_t>(worker) + k) % threads];
      for (;;) {
        const std::int64_t chunk = share.next.fetch_add(1, std::memory_order_relaxed);
        if (chunk >= share.end) break;
        try {
          body(context, chunk, worker);
        } catch (...) {
          for (Share& any : shares)
            any.next.store(any.end, std::memory_order_relaxed);  // nobody starts another chunk
          const std::lock_guard lock(mutex);
          if (!failure) failure = std::current_exception();
        }
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

ThreadPool::ThreadPool(int threads)
    : threads_(threads > 0 ? threads : available_threads()), state_(std::make_unique<State>()) {
  try {
    for (int worker = 1; worker < threads_; ++worker)
      state_->workers.emplace_back([state = state_.get(), worker] { state->loop(worker); });
  } catch (
      const std::exception&) {  // the system gives no more threads: continue with those it gave
    threads_ = static_cast<int>(state_->workers.size()) + 1;
  }
  state_->shares = std::vector<State::Share>(static_cast<std::size_t>(threads_));
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
    s.body = body;
    s.context = context;
    for (std::int64_t worker = 0; worker < threads_; ++worker) {
      State::Share& share = s.shares[static_cast<std::size_t>(worker)];
      share.next.store(chunks * worker / threads_, std::memory_order_relaxed);
      share.end = chunks * (worker + 1) / threads_;
    }
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
