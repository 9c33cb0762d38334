// SPDX-License-Identifier: MIT
#include "runner/keeper/nursery.h"

// The nursery as a program of its own, small and static: what keepers are forked from must be cheap
// to copy. Nobody calls it by hand: the runner carries it inside and starts it.
int main()
{
    constexpr int Requests = 3; // Where the runner has put it.
    ci::keeper::tendNursery(Requests);
}
