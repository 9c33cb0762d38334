// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jsonresponse.h"
#include "coordinator/api/metricstext.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

/// Numbers tell a stranger how busy we are: they are for this machine and for administrators.
bool mayReadMetrics(Call &call)
{
    // Behind a proxy that is not named in trusted_proxies every caller looks local.
    const bool isProxied = call.head().headers.contains("x-forwarded-for")
        && call.caller().isLoopback() && call.head().peer.isLoopback();
    return (call.caller().isLoopback() && !isProxied) || call.identity().isAdmin();
}

} // namespace

Answer showVersion(Call &call)
{
    // The first two as scripts expect them: a version of GitLab's scale, whose shapes we speak.
    return jsonResponse(200,
                        QJsonObject {
                            {u"version"_s, QString::fromLatin1(queue::GitLabVersion)},
                            {u"revision"_s, QString::fromLatin1(call.site().revision)},
                            {u"enterprise"_s, false},
                            {u"capstan"_s, QString::fromLatin1(call.site().version)},
                        });
}

// OpenID Connect Discovery 1.0, section 4: what verifiers of id tokens ask for.
Answer showOpenIdConfiguration(Call &call)
{
    const QString issuer = call.services().core.settings().queue.externalUrl.toString(
        QUrl::StripTrailingSlash);
    return jsonResponse(
        200,
        QJsonObject {
            {u"issuer"_s, issuer},
            {u"jwks_uri"_s, QString(issuer + "/oauth/discovery/keys"_L1)},
            {u"response_types_supported"_s, QJsonArray {u"id_token"_s}},
            {u"subject_types_supported"_s, QJsonArray {u"public"_s}},
            {u"id_token_signing_alg_values_supported"_s, QJsonArray {u"RS256"_s}},
            {u"scopes_supported"_s, QJsonArray {u"openid"_s}},
            {u"claims_supported"_s,
             QJsonArray {u"iss"_s, u"sub"_s, u"aud"_s, u"exp"_s, u"nbf"_s, u"iat"_s, u"jti"_s}},
        });
}

Answer showPublicKeys(Call &call)
{
    const std::optional<queue::SigningKey> &key = call.services().core.signingKey();
    if (!key) {
        return unavailable(u"the key is being made; try again in a second"_s);
    }
    return jsonResponse(200, QJsonObject {{u"keys"_s, QJsonArray {key->publicKey()}}});
}

void showHealth(SocketCall call)
{
    call.reply.send(jsonResponse(200, QJsonObject {{u"status"_s, u"ok"_s}}));
}

Answer showReadiness(Call &call)
{
    if (call.services().loop.isFailing()) {
        return jsonResponse(503,
                            QJsonObject {{u"status"_s, u"failing"_s},
                                         {u"reason"_s, u"changes cannot be stored"_s}});
    }
    return jsonResponse(200, QJsonObject {{u"status"_s, u"ok"_s}});
}

Answer showMetrics(Call &call)
{
    if (!mayReadMetrics(call)) {
        return call.identity().isNobody() ? Answer(errorResponse(401)) : Answer(errorResponse(403));
    }
    net::Response response;
    response.headers.add("Content-Type"_ba, "text/plain; version=0.0.4; charset=utf-8"_ba);
    response.headers.add("Cache-Control"_ba, "no-store"_ba);
    response.headers.add("X-Content-Type-Options"_ba, "nosniff"_ba);
    response.body = metricsText(call.services(), call.database());
    return response;
}

} // namespace ci::api
