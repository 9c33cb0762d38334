// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonValue dateOrNull(const std::optional<Timestamp> &moment)
{
    // GitLab gives the day only.
    return moment ? QJsonValue(QString::fromLatin1(toIso8601(*moment).left(10))) : QJsonValue();
}

QJsonObject tokenJson(Call &call, const model::AccessToken &token)
{
    return {
        {u"id"_s, token.id.value()},
        {u"name"_s, token.name},
        {u"scopes"_s, QJsonArray::fromStringList(token.scopes)},
        {u"created_at"_s, time(token.createdAt)},
        {u"expires_at"_s, dateOrNull(token.expiresAt)},
        {u"last_used_at"_s, timeOrNull(token.lastUsedAt)},
        {u"active"_s, call.services().tokens.isActive(token)},
        {u"revoked"_s, token.isRevoked},
        {u"user_id"_s, token.user.value()},
    };
}

/// "2027-01-31" (valid to its start, as in GitLab) or a whole time.
std::optional<Timestamp> expiryFrom(Fields &fields)
{
    const std::optional<QString> text = fields.text("expires_at");
    if (!text || text->isEmpty()) {
        return std::nullopt;
    }
    const QString whole = text->size() == 10 ? *text + "T00:00:00.000Z"_L1 : *text;
    const std::optional<Timestamp> time = fromIso8601(whole.toLatin1());
    if (!time) {
        fields.refuse("expires_at", u"must be a date, for example 2027-01-31"_s);
    }
    return time;
}

/// The token that the path names: a number, or "self" for the one that calls.
Result<model::AccessToken> tokenNamed(Call &call)
{
    AccessTokenId wanted = call.identity().token;
    if (call.value("token_id") != "self"_L1) {
        const Result<qint64> id = call.number("token_id");
        if (!id) {
            return id.error();
        }
        wanted = AccessTokenId {*id};
    }
    const Result<std::vector<model::AccessToken>> tokens =
        call.services().tokens.list(call.database(), call.user().id);
    if (!tokens) {
        return tokens.error();
    }
    const auto found = std::find_if(
        tokens->begin(), tokens->end(), [wanted](const auto &token) { return token.id == wanted; });
    if (wanted.isNull() || found == tokens->end()) {
        return notFound(u"no such token"_s);
    }
    return *found;
}

} // namespace

Answer listTokens(Call &call)
{
    return listing(call,
                   call.services().tokens.list(call.database(), call.user().id),
                   [&call](const model::AccessToken &token) { return tokenJson(call, token); });
}

Answer createToken(Call &call)
{
    Fields &fields = call.fields();
    auth::TokenWish wish;
    wish.user = call.user().id;
    wish.name = fields.required("name");
    wish.scopes = fields.list("scopes").value_or(QStringList());
    wish.expiresAt = expiryFrom(fields);
    if (fields.complaint()) {
        return *fields.complaint();
    }
    const Result<auth::MintedToken> minted = call.services().tokens.mint(call.transaction(), wish);
    if (!minted) {
        return minted.error();
    }
    QJsonObject object = tokenJson(call, minted->token);
    object.insert(u"token"_s, QString::fromLatin1(minted->secret.reveal()));
    return jsonResponse(201, object);
}

Answer showToken(Call &call)
{
    const Result<model::AccessToken> token = tokenNamed(call);
    return token ? Answer(jsonResponse(200, tokenJson(call, *token))) : Answer(token.error());
}

Answer revokeToken(Call &call)
{
    const Result<model::AccessToken> token = tokenNamed(call);
    if (!token) {
        return token.error();
    }
    const Result<void> revoked =
        call.services().tokens.revoke(call.transaction(), token->id, call.user().id);
    return revoked ? Answer(emptyResponse(204)) : Answer(revoked.error());
}

} // namespace ci::api
