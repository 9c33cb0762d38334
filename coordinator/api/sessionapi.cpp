// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/sessioncookie.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonObject sessionJson(const Site &site, const model::User &user, const QByteArray &csrfToken)
{
    return {{u"user"_s, EntityWriter::account(site, user)},
            {u"csrf_token"_s, QString::fromLatin1(csrfToken)}};
}

net::Response refusal(const auth::Refusal &refused)
{
    net::Response response = refused.error.kind == ErrorKind::Unauthenticated
        ? errorResponse(401, u"wrong name or password"_s)
        : errorResponse(refused.error);
    if (refused.retryAfter.count() > 0) {
        response.headers.add("Retry-After"_ba, QByteArray::number(refused.retryAfter.count()));
    }
    return response;
}

net::Response welcome(const Site &site, const auth::SignedIn &signedIn)
{
    net::Response response =
        jsonResponse(201, sessionJson(site, signedIn.user, signedIn.session.csrfToken));
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(
        signedIn.session.expiresAt - signedIn.session.createdAt);
    response.headers.add("Set-Cookie"_ba, sessionCookie(site, signedIn.cookie.reveal(), age));
    return response;
}

} // namespace

Answer signIn(Call &call)
{
    const std::optional<QByteArray> origin = call.head().headers.value("origin");
    if (origin && !call.site().isOurOrigin(call.head(), *origin)) {
        return forbidden(u"the Origin is not this site's"_s);
    }
    auth::Login login;
    login.username = call.fields().required("login");
    login.password = Secret(call.fields().required("password").toUtf8());
    login.client.address = call.caller().toString();
    login.client.userAgent = QString::fromUtf8(call.header("user-agent"));
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    Services &services = call.services();
    auto done = [reply = call.reply(), &site = call.site()](const auth::SignInOutcome &outcome) {
        const auto *signedIn = std::get_if<auth::SignedIn>(&outcome);
        reply.send(signedIn ? welcome(site, *signedIn)
                            : refusal(std::get<auth::Refusal>(outcome)));
    };
    services.users.whenSetUp(&services.context, [&services, login, done] {
        services.authenticator.signIn(login, &services.context, done);
    });
    return Later {};
}

Answer showSession(Call &call)
{
    if (call.identity().means != auth::Means::Session) {
        return Error {ErrorKind::Unauthenticated, u"no session"_s};
    }
    return jsonResponse(200, sessionJson(call.site(), call.user(), call.identity().csrfToken));
}

Answer signOut(Call &call)
{
    if (call.identity().means == auth::Means::Session) {
        const Result<void> ended = call.services().sessions.end(
            call.transaction(), call.identity().session, call.user().id);
        if (!ended) {
            return ended.error();
        }
    }
    net::Response response = emptyResponse(204);
    response.headers.add("Set-Cookie"_ba, sessionCookie(call.site(), {}, std::chrono::seconds {0}));
    return response;
}

Answer listSessions(Call &call)
{
    const SessionId current = call.identity().session;
    return listing(call,
                   call.services().sessions.list(call.database(), call.user().id),
                   [current](const model::BrowserSession &session) {
                       return QJsonObject {
                           {u"id"_s, session.id.value()},
                           {u"created_at"_s, time(session.createdAt)},
                           {u"last_used_at"_s, time(session.lastUsedAt)},
                           {u"ip_address"_s, session.address},
                           {u"user_agent"_s, session.userAgent},
                           {u"current"_s, session.id == current},
                       };
                   });
}

Answer endSession(Call &call)
{
    const Result<qint64> id = call.number("session_id");
    if (!id) {
        return id.error();
    }
    const Result<void> ended =
        call.services().sessions.end(call.transaction(), SessionId {*id}, call.user().id);
    return ended ? Answer(emptyResponse(204)) : Answer(ended.error());
}

Answer changePassword(Call &call)
{
    auth::PasswordChange change;
    change.current = Secret(call.fields().required("current_password").toUtf8());
    change.next = Secret(call.fields().required("password").toUtf8());
    change.kept = call.identity().session;
    change.address = call.caller().toString();
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    Services &services = call.services();
    services.users.changePassword(call.user().id,
                                  std::move(change),
                                  &services.context,
                                  [reply = call.reply()](const Result<void> &changed) {
                                      if (changed) {
                                          reply.send(emptyResponse(204));
                                      } else {
                                          reply.send(changed.error());
                                      }
                                  });
    return Later {};
}

} // namespace ci::api
