// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"

namespace ci::api {

Call::Call(Services &services,
           engine::Transaction &transaction,
           const Arrived &arrived,
           Reply reply)
    : m_services(services)
    , m_transaction(transaction)
    , m_arrived(arrived)
    , m_reply(std::move(reply))
{
}

const Site &Call::site() const
{
    return m_services.site;
}

QString Call::value(QByteArrayView name) const
{
    for (size_t i = 0; i < m_arrived.names.size(); ++i) {
        if (m_arrived.names[i] == name) {
            return m_arrived.values[i];
        }
    }
    return {};
}

Result<qint64> Call::number(QByteArrayView name) const
{
    bool isNumber = false;
    const qint64 number = value(name).toLongLong(&isNumber);
    if (!isNumber || number <= 0) {
        return notFound(QString::fromLatin1(name) + QLatin1StringView(" is not a number"));
    }
    return number;
}

} // namespace ci::api
