// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"
#include "coordinator/api/jsonresponse.h"
#include "coordinator/api/paging.h"

namespace ci::api {

/// One page of a list with its headers.
template <typename T, typename Encode>
Answer listing(Call &call, db::Page page, const Result<db::Listing<T>> &found, Encode encode)
{
    if (!found) {
        return found.error();
    }
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    QJsonArray array;
    for (const T &item : found->items) {
        array.append(encode(item));
    }
    net::Response response = jsonResponse(200, array);
    addPageHeaders(response, call.head(), call.site().origin(), page, found->total);
    return response;
}

/// The same for a list that was read whole.
template <typename T, typename Encode>
Answer listing(Call &call, const Result<std::vector<T>> &all, Encode encode)
{
    if (!all) {
        return all.error();
    }
    const db::Page page = pageFrom(call.fields());
    return listing<T>(call, page, Result<db::Listing<T>>(cut(*all, page)), encode);
}

} // namespace ci::api
