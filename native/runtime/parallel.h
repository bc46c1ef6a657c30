// Work in several threads, as many as TensorFlow uses for one operation.
#pragma once

#include <cstdint>
#include <functional>

namespace atto {

// TF_NUM_INTRAOP_THREADS, which atto sets before TensorFlow reads it.
int ThreadCount();

// Calls work(item, thread) for each item below `count`, the calls in any order; `thread` is below ThreadCount() and no two
// calls at a time have the same one. Returns when all are done. One caller at a time.
void ParallelFor(int64_t count, const std::function<void(int64_t item, int thread)>& work);

// Fewer multiplications than these aren't worth waking a thread for: a tenth of a millisecond's.
constexpr int64_t kWorthThreads = 1 << 22;

// Calls work(item) for each item below `count`, in several threads where all together are `worth` waking them.
template <class Work>
void ForAll(int64_t count, bool worth, const Work& work) {
  if (worth) return ParallelFor(count, [&](int64_t item, int) { work(item); });
  for (int64_t item = 0; item < count; item++) work(item);
}

}  // namespace atto
