#include "parallel.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace atto {
namespace {

thread_local bool in_loop = false;

// Marks the thread as one that runs a loop.
struct InLoop {
  InLoop() { in_loop = true; }
  ~InLoop() { in_loop = false; }
  InLoop(const InLoop&) = delete;
  InLoop& operator=(const InLoop&) = delete;
};

// A thread that waits for others in a loop of their own would wait forever.
void RefuseNested() {
  if (in_loop) throw std::logic_error("a loop can't start another one");
}

// Threads that wait for work. They live as long as the process does, and so must the pool.
class Pool {
 public:
  // Number of threads that work, the caller's among them.
  int Threads() const { return threads_; }

  void Start(int count) {
    if (started_) throw std::logic_error("threads have been started before");
    if (count < 1) throw std::invalid_argument("a loop needs one thread at least");
    started_ = true;
    for (; threads_ < count; threads_++) std::thread([this] { Serve(); }).detach();
  }

  void Run(int64_t count, const std::function<void(int64_t)>& work) {
    const std::lock_guard<std::mutex> one_caller(caller_);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      count_ = count;
      next_ = 0;
      round_++;
    }
    wake_.notify_all();
    Work(work);
    std::unique_lock<std::mutex> lock(mutex_);
    // A thread that hasn't woken up by now isn't waited for: there is nothing left to do.
    work_ = nullptr;
    finished_.wait(lock, [this] { return busy_ == 0; });
    if (const std::exception_ptr failure = std::exchange(failure_, nullptr)) std::rethrow_exception(failure);
  }

 private:
  void Serve() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (uint64_t seen = 0;;) {
      wake_.wait(lock, [&] { return work_ != nullptr && round_ != seen; });
      const auto& work = *work_;
      seen = round_;
      busy_++;
      lock.unlock();
      Work(work);
      lock.lock();
      if (--busy_ == 0) finished_.notify_one();
    }
  }

  void Work(const std::function<void(int64_t)>& work) {
    const InLoop mark;
    try {
      for (int64_t item; (item = next_++) < count_;) work(item);
    } catch (...) {
      next_ = count_;
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  std::mutex caller_, mutex_;
  std::condition_variable wake_, finished_;
  const std::function<void(int64_t)>* work_ = nullptr;
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0};
  std::exception_ptr failure_;
  int busy_ = 0, threads_ = 1;
  bool started_ = false;
  uint64_t round_ = 0;
};

Pool& ThePool() {
  // Never freed: its threads would wait for work on what is gone when the process ends.
  static Pool* const pool = new Pool;
  return *pool;
}

}  // namespace

void StartThreads(int count) { ThePool().Start(count); }

int ThreadCount() { return ThePool().Threads(); }

void ParallelFor(int64_t count, const std::function<void(int64_t)>& work) {
  RefuseNested();
  ThePool().Run(count, work);
}

void SerialFor(int64_t count, const std::function<void(int64_t)>& work) {
  RefuseNested();
  const InLoop mark;
  for (int64_t item = 0; item < count; item++) work(item);
}

}  // namespace atto
