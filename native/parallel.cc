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
    helpers_ = threads - 1;
  }

  void Run(int64_t count, const std::function<void(int64_t, int)>& work) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      count_ = count;
      next_ = 0;
      busy_ = helpers_;
      round_++;
    }
    started_.notify_all();
    Work(0);
    std::unique_lock<std::mutex> lock(mutex_);
    finished_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void Serve(int thread) {
    for (uint64_t seen = 0;;) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        started_.wait(lock, [&] { return round_ != seen; });
        seen = round_;
      }
      Work(thread);
      {
        std::lock_guard<std::mutex> lock(mutex_);
        busy_--;
      }
      finished_.notify_one();
    }
  }

  void Work(int thread) {
    for (int64_t item; (item = next_++) < count_;) (*work_)(item, thread);
  }

  std::mutex mutex_;
  std::condition_variable started_, finished_;
  const std::function<void(int64_t, int)>* work_ = nullptr;
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0};
  int helpers_ = 0, busy_ = 0;
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
