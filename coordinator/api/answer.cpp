// SPDX-License-Identifier: MIT
#include "coordinator/api/answer.h"

#include "coordinator/api/errorstatus.h"

namespace ci::api {

net::Response Answer::take()
{
    if (const Error *failure = error()) {
        return errorResponse(*failure);
    }
    if (auto *response = std::get_if<net::Response>(&m_state)) {
        return std::move(*response);
    }
    return errorResponse(500);
}

} // namespace ci::api
