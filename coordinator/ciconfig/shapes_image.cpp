// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/shapes.h"

using namespace Qt::StringLiterals;

namespace ci::ciconfig::shapes {

constexpr QLatin1StringView PullPolicies[] {"always"_L1, "never"_L1, "if-not-present"_L1};
constexpr auto WrongPullPolicy = "should be one of: always, never, if-not-present"_L1;
static const Shape PullPolicyWord {.accepts = Text, .wrong = WrongPullPolicy, .words = PullPolicies};
static const Shape PullPolicy {
    .accepts = Text | List,
    .wrong = WrongPullPolicy,
    .each = &PullPolicyWord,
    .words = PullPolicies,
    .least = 1};

constexpr qsizetype MaxUserLength = 255;

static void checkUser(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.text().isEmpty()) {
        checker.fail(node, place, u"can't be blank"_s);
    } else if (node.text().size() > MaxUserLength) {
        checker.fail(node, place, u"is too long (maximum is 255 characters)"_s);
    }
}

constexpr qsizetype MaxPlatformLength = 64;

static void checkPlatform(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.text().isEmpty()) {
        checker.fail(node, place, u"can't be blank"_s);
    } else if (node.text().size() > MaxPlatformLength) {
        checker.fail(node, place, u"is too long (maximum is 64 characters)"_s);
    }
}

static const Shape Platform {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkPlatform};
static const Shape User {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkUser};
static const Shape UserOrNumber {
    .accepts = Text | Integer, .wrong = "should be a string or an integer"_L1, .extra = checkUser};
static const Field DockerFields[] {{"platform"_L1, &Platform}, {"user"_L1, &User}};
static const Field ImageKubernetesFields[] {{"user"_L1, &UserOrNumber}};
static const Shape Docker {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = DockerFields};
static const Shape ImageKubernetes {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = ImageKubernetesFields};

static void checkImageName(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isString() && node.text().trimmed().isEmpty()) {
        checker.fail(node, place, u"name can't be blank"_s);
    }
}

static const Field ImageFields[] {
    {"name"_L1, &FilledText, Presence::Required},
    {"entrypoint"_L1, &TextList},
    {"pull_policy"_L1, &PullPolicy},
    {"docker"_L1, &Docker},
    {"kubernetes"_L1, &ImageKubernetes},
};

const Shape Image {.accepts = Text | Map,
                   .wrong = "config should be a hash or a string"_L1,
                   .fields = ImageFields,
                   .extra = checkImageName};

static const Field ServiceFields[] {
    {"name"_L1, &FilledText, Presence::Required},
    {"alias"_L1, &AnyText},
    {"entrypoint"_L1, &TextList},
    {"command"_L1, &TextList},
    {"pull_policy"_L1, &PullPolicy},
    {"docker"_L1, &Docker},
    {"kubernetes"_L1, &ImageKubernetes},
    {"variables"_L1, &RuleVariables},
};
static const Shape Service {.accepts = Text | Map,
                            .wrong = "config should be a hash or a string"_L1,
                            .fields = ServiceFields,
                            .extra = checkImageName};
const Shape Services {.accepts = List, .wrong = "config should be a array"_L1, .each = &Service};

} // namespace ci::ciconfig::shapes
