// SPDX-License-Identifier: MIT
#include "common/protocol/jobrequest.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::protocol {

QJsonObject RunnerSession::toJson() const
{
    return {{u"url"_s, url},
            {u"certificate"_s, certificate},
            {u"authorization"_s, QString::fromUtf8(authorization.reveal())}};
}

RunnerSession RunnerSession::read(JsonReader &reader)
{
    RunnerSession session;
    session.url = reader.text("url"_L1);
    session.certificate = reader.text("certificate"_L1);
    session.authorization = Secret(reader.text("authorization"_L1).toUtf8());
    return session;
}

QJsonObject JobRequest::toJson() const
{
    QJsonObject object {{u"token"_s, QString::fromUtf8(token.reveal())},
                        {u"info"_s, info.toJson()}};
    if (!systemId.isEmpty()) {
        object.insert("system_id"_L1, systemId);
    }
    if (!lastUpdate.isEmpty()) {
        object.insert("last_update"_L1, QString::fromUtf8(lastUpdate));
    }
    if (session) {
        object.insert("session"_L1, session->toJson());
    }
    return object;
}

JobRequest JobRequest::read(JsonReader &reader)
{
    JobRequest request;
    request.token = Secret(reader.text("token"_L1).toUtf8());
    request.systemId = reader.text("system_id"_L1);
    request.info = reader.object<RunnerInfo>("info"_L1);
    request.lastUpdate = reader.text("last_update"_L1).toUtf8();
    request.session = reader.optionalObject<RunnerSession>("session"_L1);
    return request;
}

Result<JobRequest> JobRequest::fromJson(QByteArrayView bytes)
{
    return decodeBytes<JobRequest>(bytes);
}

bool isSystemId(QStringView text)
{
    const auto isAlphanumeric = [](QChar c) {
        return c.unicode() < 128 && c.isLetterOrNumber();
    };
    return text.size() == 14 && (text.front() == u's' || text.front() == u'r') && text[1] == u'_'
        && std::all_of(text.begin() + 2, text.end(), isAlphanumeric);
}

} // namespace ci::protocol
