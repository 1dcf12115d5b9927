#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/cli.h"
#include "wire.h"

int main(int argc, char** argv) {
  // No core file, and no other process of this user may read the memory: it holds secrets (SEC-6).
  ::prctl(PR_SET_DUMPABLE, 0);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no second thread yet
  const char* notify_socket = std::getenv("NOTIFY_SOCKET");
  return claviger::cli::run(argc, argv, environ,
                            claviger::wiring(notify_socket == nullptr ? "" : notify_socket));
}
