// Built into tfjs-node's addon: keeps signals away from the threads that compute.
//
// A matrix product of oneDNN lets the stack pointer point into a buffer on the heap. A signal handler that runs there
// overwrites what lies below the buffer, and the process dies later, somewhere else: a Ctrl-C, or a terminal that
// changes its size, could end a training without a checkpoint. So this thread blocks such signals before libtensorflow
// makes its own threads, which inherit that, and a thread of no other use takes them. Node's handlers only write to a
// pipe, so it doesn't matter where they run.
//
// A profiler sends its signal to the thread that it looks at. That handler gets a stack of its own.
#include <pthread.h>
#include <signal.h>

#include <cstdlib>
#include <initializer_list>

namespace {

void* TakeSignals(void*) {
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (;;) sigsuspend(&none);
}

const bool kept_away = [] {
  pthread_t taker;
  if (pthread_create(&taker, nullptr, TakeSignals, nullptr) != 0) return false;
  pthread_detach(taker);
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN,
                     SIGTTOU, SIGURG, SIGVTALRM, SIGWINCH, SIGIO}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  constexpr size_t kSize = 1 << 18;
  stack_t stack = {};
  stack.ss_sp = std::malloc(kSize);
  stack.ss_size = kSize;
  if (stack.ss_sp != nullptr) sigaltstack(&stack, nullptr);
  return true;
}();

}  // namespace
