// SPDX-License-Identifier: MIT
// Every message that comes over a wire as text: what a decoder takes it must take again after our own
// encoder where there is one, and it never takes the process with it.
#include "common/protocol/jobpayload.h"
#include "common/protocol/jobrequest.h"
#include "common/protocol/jobupdate.h"
#include "common/protocol/liveevent.h"
#include "common/protocol/registration.h"
#include "common/protocol/runnerchannel.h"
#include "common/protocol/terminalmessage.h"
#include "common/protocol/terminalstream.h"
#include "common/protocol/tracerange.h"

#include <cstdlib>

using namespace ci::protocol;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArrayView bytes(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    (void)JobPayload::fromJson(bytes);
    (void)JobRequest::fromJson(bytes);
    (void)JobUpdate::fromJson(bytes);
    (void)RunnerRegistration::fromJson(bytes);
    (void)RunnerIdentity::fromJson(bytes);
    (void)RunnerCredentials::fromJson(bytes);
    (void)decodeLiveRequest(bytes);
    (void)decodeChannelOrder(bytes);
    (void)decodeChannelNews(bytes);
    (void)decodeViewerMessage(bytes);
    (void)decodeTerminalNews(bytes);
    (void)decodeStreamOrder(bytes);
    (void)decodeStreamNews(bytes);
    (void)parseHeldSize(bytes);
    (void)parseTraceChecksum(bytes);
    if (const auto range = parseContentRange(bytes); range && range->start < 0) {
        std::abort();
    }
    return 0;
}
