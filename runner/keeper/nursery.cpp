// SPDX-License-Identifier: MIT
#include "runner/keeper/nursery.h"

#include "common/base/signaldefaults.h"
#include "runner/keeper/descriptors.h"
#include "runner/keeper/keeperprocess.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace ci::keeper {

void tendNursery(int requests)
{
    ::setsid();
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr); // A Ctrl-C is for the runner, which may finish its jobs.
    restoreSignalDefaults(); // For all keepers and their programs.
    ::signal(SIGCHLD, SIG_IGN); // Keepers tell of their end themselves; nobody has to wait for them.
    prctl(PR_SET_NAME, "capstan-nursery");
    (void)!::chdir("/");
    closeAllBut(requests, requests);
    for (;;) {
        const ReceivedDescriptors request = receiveDescriptors(requests, nullptr, 0);
        if (request.bytes < 0 && errno == EINTR) {
            continue;
        }
        if (request.bytes < 0 || request.count != 1) {
            ::_exit(0); // Our maker is gone.
        }
        const int channel = request.descriptors[0];
        if (::fork() == 0) {
            ::close(requests);
            keeperMain(channel);
        }
        ::close(channel);
    }
}

} // namespace ci::keeper
