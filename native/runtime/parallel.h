// Loops whose iterations run in several threads.
#pragma once

#include <cstdint>
#include <functional>

namespace atto {

// Starts threads so that loops run in `count`, the caller's among them. Called once; without it the caller's is the only one.
//
// Throws std::logic_error the second time, std::invalid_argument for less than one, and std::system_error when the system
// grants no more threads; a call after that is the second one.
void StartThreads(int count);

// Number of threads that a loop runs in.
int ThreadCount();

// Calls work(item) for each item below `count`, in any order and in several threads, and returns when all calls have.
// Loops of several callers run one after the other.
//
// Once a call throws, no further one begins, and the first exception reaches the caller. Throws std::logic_error when `work`
// starts a loop itself.
void ParallelFor(int64_t count, const std::function<void(int64_t item)>& work);

// The same in the caller's thread alone, with the same refusal.
void SerialFor(int64_t count, const std::function<void(int64_t item)>& work);

// Multiplications that are worth waking a thread for: a tenth of a millisecond's.
constexpr double kWorthThreads = 1 << 22;

// Either of the two: whether all calls together are `worth` waking threads.
inline void For(int64_t count, bool worth, const std::function<void(int64_t item)>& work) {
  return worth ? ParallelFor(count, work) : SerialFor(count, work);
}

}  // namespace atto
