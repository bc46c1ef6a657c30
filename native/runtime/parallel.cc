#include "parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace atto {
namespace {

// Threads that wait for work. They live as long as the process does.
class Pool {
 public:
  explicit Pool(int threads) {
    for (int thread = 1; thread < threads; thread++) std::thread([this, thread] { Serve(thread); }).detach();
  }

  void Run(int64_t count, const std::function<void(int64_t, int)>& work) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      count_ = count;
      next_ = 0;
      round_++;
    }
    started_.notify_all();
    Work(work, 0);
    std::unique_lock<std::mutex> lock(mutex_);
    // A thread that hasn't woken up by now isn't waited for: there is nothing left to do.
    work_ = nullptr;
    finished_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void Serve(int thread) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (uint64_t seen = 0;;) {
      started_.wait(lock, [&] { return work_ != nullptr && round_ != seen; });
      const auto& work = *work_;
      seen = round_;
      busy_++;
      lock.unlock();
      Work(work, thread);
      lock.lock();
      if (--busy_ == 0) finished_.notify_one();
    }
  }

  void Work(const std::function<void(int64_t, int)>& work, int thread) {
    for (int64_t item; (item = next_++) < count_;) work(item, thread);
  }

  std::mutex mutex_;
  std::condition_variable started_, finished_;
  const std::function<void(int64_t, int)>* work_ = nullptr;
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0};
  int busy_ = 0;
  uint64_t round_ = 0;
};

}  // namespace

int ThreadCount() {
  static const int count = [] {
    const char* text = std::getenv("TF_NUM_INTRAOP_THREADS");
    return std::max(text == nullptr ? 0 : std::atoi(text), 1);
  }();
  return count;
}

void ParallelFor(int64_t count, const std::function<void(int64_t, int)>& work) {
  // Never freed: its threads would wait for work on what is gone when the process ends.
  static Pool* const pool = new Pool(ThreadCount());
  static std::mutex one_caller;
  std::lock_guard<std::mutex> lock(one_caller);
  pool->Run(count, work);
}

}  // namespace atto
