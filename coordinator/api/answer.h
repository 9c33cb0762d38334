// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/net/exchange.h"

#include <variant>

namespace ci::api {

class Call;
struct SocketCall;

/// The answer comes later, by Call::reply().
struct Later
{
};

/// What a handler gives: a response (the command is kept), an error (the command is undone), or
/// the promise to answer later (kept).
class Answer
{
public:
    Answer(net::Response response)
        : m_state(std::move(response))
    {
    }
    Answer(Error error)
        : m_state(std::move(error))
    {
    }
    Answer(Later later)
        : m_state(later)
    {
    }

    bool isLater() const { return std::holds_alternative<Later>(m_state); }
    const Error *error() const { return std::get_if<Error>(&m_state); }
    net::Response take(); ///< The response, or the error as one. Not of a later answer.

private:
    std::variant<net::Response, Error, Later> m_state;
};

using Handler = Answer (*)(Call &call);
using SocketHandler = void (*)(SocketCall call);

} // namespace ci::api
