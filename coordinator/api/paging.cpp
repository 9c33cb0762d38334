// SPDX-License-Identifier: MIT
#include "coordinator/api/paging.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

constexpr qint64 MaxPerPage = 100;
// Beyond it an offset is only a way to make the database count.
constexpr qint64 MaxPage = 1'000'000;

QByteArray withPage(QByteArrayView query, qint64 page, int perPage)
{
    QList<QByteArray> kept;
    for (const QByteArray &field : query.toByteArray().split('&')) {
        if (!field.isEmpty() && !field.startsWith("page=") && !field.startsWith("per_page=")) {
            kept.append(field);
        }
    }
    kept.append("page=" + QByteArray::number(page));
    kept.append("per_page=" + QByteArray::number(perPage));
    return kept.join('&');
}

} // namespace

db::Page pageFrom(Fields &fields)
{
    db::Page page;
    page.page =
        static_cast<int>(std::clamp<qint64>(fields.integer("page").value_or(1), 1, MaxPage));
    page.perPage = static_cast<int>(
        std::clamp<qint64>(fields.integer("per_page").value_or(page.perPage), 1, MaxPerPage));
    return page;
}

namespace {

/// Where the last page is not known, `last` is 0.
void addPlace(net::Response &response,
              const net::RequestHead &head,
              const QByteArray &baseUrl,
              db::Page page,
              bool hasNext,
              qint64 last)
{
    const QByteArray next = hasNext ? QByteArray::number(page.page + 1) : QByteArray();
    const QByteArray previous = page.page > 1 ? QByteArray::number(page.page - 1) : QByteArray();
    response.headers.add("X-Page"_ba, QByteArray::number(page.page));
    response.headers.add("X-Per-Page"_ba, QByteArray::number(page.perPage));
    response.headers.add("X-Next-Page"_ba, next);
    response.headers.add("X-Prev-Page"_ba, previous);

    QList<QByteArray> links;
    const auto addLink = [&](qint64 number, const char *relation) {
        links.append('<' + baseUrl + head.path + '?' + withPage(head.query, number, page.perPage)
                     + ">; rel=\"" + relation + '"');
    };
    if (!previous.isEmpty()) {
        addLink(page.page - 1, "prev");
    }
    if (!next.isEmpty()) {
        addLink(page.page + 1, "next");
    }
    addLink(1, "first");
    if (last > 0) {
        addLink(last, "last");
    }
    response.headers.add("Link"_ba, links.join(", "));
}

} // namespace

void addPageHeaders(net::Response &response,
                    const net::RequestHead &head,
                    const QByteArray &baseUrl,
                    db::Page page,
                    qint64 total)
{
    const qint64 pages = std::max<qint64>(1, (total + page.perPage - 1) / page.perPage);
    response.headers.add("X-Total"_ba, QByteArray::number(total));
    response.headers.add("X-Total-Pages"_ba, QByteArray::number(pages));
    addPlace(response, head, baseUrl, page, page.page < pages, pages);
}

void addPartHeaders(net::Response &response,
                    const net::RequestHead &head,
                    const QByteArray &baseUrl,
                    db::Page page,
                    bool hasMore)
{
    addPlace(response, head, baseUrl, page, hasMore, 0);
}

} // namespace ci::api
