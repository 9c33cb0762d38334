// SPDX-License-Identifier: MIT
#include "coordinator/api/entitywriter.h"
#include "db/userstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {

QJsonValue time(Timestamp time)
{
    return QString::fromLatin1(toIso8601(time));
}

QJsonValue timeOrNull(const std::optional<Timestamp> &moment)
{
    return moment ? time(*moment) : QJsonValue();
}

QJsonValue secondsBetween(const std::optional<Timestamp> &from, const std::optional<Timestamp> &to)
{
    if (!from || !to) {
        return {};
    }
    return std::chrono::duration<double>(std::max(*to, *from) - *from).count();
}

QString wordOf(QByteArrayView word)
{
    return QString::fromLatin1(word);
}

QJsonObject EntityWriter::person(const Site &site, const model::User &user)
{
    return {
        {u"id"_s, user.id.value()},
        {u"username"_s, user.username},
        {u"name"_s, user.name},
        {u"state"_s, user.isBlocked ? u"blocked"_s : u"active"_s},
        {u"avatar_url"_s, QJsonValue()},
        {u"web_url"_s, site.link(u'/' + user.username)},
    };
}

QJsonObject EntityWriter::account(const Site &site, const model::User &user)
{
    QJsonObject object = person(site, user);
    object.insert(u"email"_s, user.email);
    object.insert(u"is_admin"_s, user.isAdmin);
    object.insert(u"created_at"_s, time(user.createdAt));
    return object;
}

QJsonValue EntityWriter::person(const std::optional<UserId> &id)
{
    if (!id) {
        return {};
    }
    const auto known = m_people.constFind(*id);
    if (known != m_people.constEnd()) {
        return *known;
    }
    const Result<std::optional<model::User>> user = db::UserStore(m_database).find(*id);
    const QJsonValue value =
        user && *user ? QJsonValue(person(m_services.site, **user)) : QJsonValue();
    m_people.insert(*id, value);
    return value;
}

} // namespace ci::api
