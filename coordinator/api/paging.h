// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/fields.h"
#include "coordinator/api/jsonresponse.h"
#include "db/page.h"

namespace ci::api {

/// `page` and `per_page`, put within their bounds as GitLab does.
db::Page pageFrom(Fields &fields);

/// X-Total, X-Page, …, and `Link` with the other pages of the same query (RFC 8288).
void addPageHeaders(net::Response &response,
                    const net::RequestHead &head,
                    const QByteArray &baseUrl,
                    db::Page page,
                    qint64 total);

/// The same for a list that nobody has counted: without totals and the last page.
void addPartHeaders(net::Response &response,
                    const net::RequestHead &head,
                    const QByteArray &baseUrl,
                    db::Page page,
                    bool hasMore);

/// The part of a list that was read whole.
template <typename T>
db::Listing<T> cut(std::vector<T> all, db::Page page)
{
    db::Listing<T> part;
    part.total = static_cast<qint64>(all.size());
    for (qint64 i = page.offset(); i < part.total && i < page.offset() + page.perPage; ++i) {
        part.items.push_back(std::move(all[static_cast<size_t>(i)]));
    }
    return part;
}

} // namespace ci::api
