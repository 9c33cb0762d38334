// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/shapes.h"

#include <algorithm>

using namespace Qt::StringLiterals;

// What a job may know and who it is.

namespace ci::ciconfig::shapes {

static const Field VaultEngineFields[] {
    {"name"_L1, &FilledText, Presence::Required}, {"path"_L1, &FilledText, Presence::Required}};
static const Shape VaultEngine {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = VaultEngineFields};
static const Field VaultFields[] {{"engine"_L1, &VaultEngine, Presence::Required},
                                  {"path"_L1, &FilledText, Presence::Required},
                                  {"field"_L1, &FilledText, Presence::Required}};
static const Shape Vault {
    .accepts = Text | Map, .wrong = "config should be a hash or a string"_L1, .fields = VaultFields};
static const Field AzureFields[] {
    {"name"_L1, &FilledText, Presence::Required}, {"version"_L1, &AnyText}};
static const Shape Azure {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = AzureFields};
static const Shape VersionNumber {.accepts = Text | Integer, .wrong = "should be a string or an integer"_L1};
static const Field GcpFields[] {
    {"name"_L1, &FilledText, Presence::Required}, {"version"_L1, &VersionNumber}};
static const Shape Gcp {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = GcpFields};
static const Field AwsFields[] {
    {"secret_id"_L1, &FilledText, Presence::Required},
    {"version_id"_L1, &AnyText},
    {"version_stage"_L1, &AnyText},
    {"region"_L1, &AnyText},
    {"role_arn"_L1, &AnyText},
    {"role_session_name"_L1, &AnyText},
    {"field"_L1, &AnyText},
};
static const Shape Aws {
    .accepts = Text | Map, .wrong = "config should be a hash or a string"_L1, .fields = AwsFields};
static const Field GitlabFields[] {
    {"name"_L1, &FilledText, Presence::Required}, {"source"_L1, &AnyText}};
static const Shape Gitlab {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = GitlabFields};
static const Field SecretFields[] {{"vault"_L1, &Vault},
                                   {"azure_key_vault"_L1, &Azure},
                                   {"gcp_secret_manager"_L1, &Gcp},
                                   {"aws_secrets_manager"_L1, &Aws},
                                   {"gitlab_secrets_manager"_L1, &Gitlab},
                                   {"akeyless"_L1, &AnyMap},
                                   {"file"_L1, &Flag},
                                   {"token"_L1, &AnyText}};

static void checkSecret(ShapeChecker &checker, const Node &node, const Place &place)
{
    const auto &entries = node.entries();
    const auto providers = std::count_if(entries.begin(), entries.end(), [](const MapEntry &entry) {
        return entry.key != "file"_L1 && entry.key != "token"_L1 && !entry.value->isNull();
    });
    if (providers != 1) {
        checker.fail(node, place, u"config must use exactly one of these keys: vault, azure_key_vault, "
                                  "gcp_secret_manager, aws_secrets_manager, gitlab_secrets_manager, akeyless"_s);
    }
    if (node.given(u"gcp_secret_manager"_s) && !node.given(u"token"_s)) {
        checker.fail(node, {&place, u"token"_s}, u"is required with gcp_secret_manager"_s);
    }
}
static const Shape OneSecret {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = SecretFields, .extra = checkSecret};
const Shape Secrets {.accepts = Map, .wrong = "config should be a hash"_L1, .each = &OneSecret};

static const Shape Audience {
    .accepts = Text | List, .wrong = "should be an array of strings or a string"_L1, .each = &AnyText, .least = 1};
static const Field IdTokenFields[] {{"aud"_L1, &Audience, Presence::Required}};
static const Shape IdToken {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = IdTokenFields};
const Shape IdTokens {.accepts = Map, .wrong = "config should be a hash"_L1, .each = &IdToken};

constexpr QLatin1StringView Identities[] {"google_cloud"_L1};
const Shape Identity {.accepts = Text, .wrong = "config should be one of: google_cloud"_L1, .words = Identities};

} // namespace ci::ciconfig::shapes
