// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/shapes.h"

#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

// Artifacts and caches.

namespace ci::ciconfig::shapes {

constexpr QLatin1StringView UploadWhens[] {"on_success"_L1, "on_failure"_L1, "always"_L1};
static const Shape UploadWhen {.accepts = Text,
                               .wrong = "should be one of: on_success, on_failure, always"_L1,
                               .words = UploadWhens};

static const Shape ReportPaths {
    .accepts = Text | List, .wrong = "should be an array of strings or a string"_L1, .each = &AnyText};
constexpr QLatin1StringView CoverageFormats[] {"cobertura"_L1, "jacoco"_L1};
static const Shape CoverageFormat {
    .accepts = Text, .wrong = "must be one of: cobertura, jacoco"_L1, .words = CoverageFormats};
static const Field CoverageReportFields[] {
    {"coverage_format"_L1, &CoverageFormat, Presence::Required},
    {"path"_L1, &FilledText, Presence::Required},
};
static const Shape CoverageReport {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = CoverageReportFields};

static void checkReportsGiven(ShapeChecker &checker, const Node &node, const Place &place)
{
    for (const MapEntry &entry : node.entries()) {
        if (entry.value->isNull() && entry.key != "coverage_report"_L1) {
            checker.fail(*entry.value, {&place, entry.key}, ReportPaths.wrong);
        }
    }
}

static const Field ReportFields[] {
    {"accessibility"_L1, &ReportPaths},       {"annotations"_L1, &ReportPaths},
    {"api_fuzzing"_L1, &ReportPaths},         {"browser_performance"_L1, &ReportPaths},
    {"cluster_image_scanning"_L1, &ReportPaths}, {"codequality"_L1, &ReportPaths},
    {"container_scanning"_L1, &ReportPaths},  {"coverage_fuzzing"_L1, &ReportPaths},
    {"coverage_report"_L1, &CoverageReport}, {"cyclonedx"_L1, &ReportPaths},
    {"dast"_L1, &ReportPaths},                {"dependency_scanning"_L1, &ReportPaths},
    {"dotenv"_L1, &ReportPaths},              {"junit"_L1, &ReportPaths},
    {"license_scanning"_L1, &ReportPaths},    {"load_performance"_L1, &ReportPaths},
    {"lsif"_L1, &ReportPaths},                {"metrics"_L1, &ReportPaths},
    {"performance"_L1, &ReportPaths},         {"repository_xray"_L1, &ReportPaths},
    {"requirements"_L1, &ReportPaths},        {"requirements_v2"_L1, &ReportPaths},
    {"sast"_L1, &ReportPaths},                {"secret_detection"_L1, &ReportPaths},
    {"terraform"_L1, &ReportPaths},
};
static const Shape Reports {.accepts = Map,
                            .wrong = "config should be a hash"_L1,
                            .fields = ReportFields,
                            .extra = checkReportsGiven};

constexpr QLatin1StringView AccessWords[] {
    "all"_L1, "developer"_L1, "maintainer"_L1, "none"_L1};
static const Shape Access {.accepts = Text,
                           .wrong = "should be one of: none, developer, maintainer, all"_L1,
                           .words = AccessWords};

static void checkArtifacts(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.given(u"access"_s) && node.given(u"public"_s)) {
        checker.fail(node, place, u"config can't have both public and access"_s);
    }
    const Node *exposeAs = node.given(u"expose_as"_s);
    const Node *paths = node.given(u"paths"_s);
    if (!exposeAs) {
        return;
    }
    if (!paths || paths->items().empty()) {
        checker.fail(*exposeAs, {&place, u"paths"_s}, u"can't be blank"_s);
        return;
    }
    for (const NodePtr &path : paths->items()) {
        if (path->text().contains(u'*')) {
            checker.fail(*path, {&place, u"paths"_s}, u"can't contain '*' when used with 'expose_as'"_s);
        }
    }
}

constexpr qsizetype MaxExposeAsLength = 100;

static void checkExposeAs(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString &text = node.text();
    const bool plain = std::all_of(text.begin(), text.end(), [](QChar c) {
        return c == u'_' || c == u'-' || c == u' ' || (c.unicode() < 128 && c.isLetterOrNumber());
    });
    if (text.isEmpty() || !plain || text.front() == u'-' || text.front() == u' ') {
        checker.fail(node, place, u"can contain only letters, digits, '-', '_' and spaces"_s);
    } else if (text.size() > MaxExposeAsLength) {
        checker.fail(node, place, u"is too long (maximum is 100 characters)"_s);
    }
}
static const Shape ExposeAs {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkExposeAs};

static const Field ArtifactFields[] {
    {"name"_L1, &AnyText},          {"paths"_L1, &TextList},      {"exclude"_L1, &TextList},
    {"untracked"_L1, &Flag},        {"when"_L1, &UploadWhen},     {"expire_in"_L1, &DurationOrNever},
    {"expose_as"_L1, &ExposeAs},    {"public"_L1, &Flag},         {"access"_L1, &Access},
    {"reports"_L1, &Reports},
};
const Shape Artifacts {.accepts = Map,
                       .wrong = "config should be a hash"_L1,
                       .fields = ArtifactFields,
                       .extra = checkArtifacts};

// `files` of a cache key: GitLab documents 2 and accepts 10.
constexpr int MaxKeyFiles = 10;
constexpr int MaxKeyFileCommits = 2;

static const Shape KeyFiles {.accepts = List,
                             .wrong = "config should be an array of 1 to 10 strings"_L1,
                             .each = &AnyText,
                             .most = MaxKeyFiles,
                             .least = 1};
static const Shape KeyFileCommits {.accepts = List,
                                   .wrong = "config should be an array of 1 or 2 strings"_L1,
                                   .each = &AnyText,
                                   .most = MaxKeyFileCommits,
                                   .least = 1};

static void checkKeyText(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString text = QUrl::fromPercentEncoding(node.text().toUtf8());
    if (text.contains(u'/')) {
        checker.fail(node, place,
                     u"config cannot contain the \"/\" character, or any encoded \"/\" character"_s);
    }
    const bool onlyDots = std::all_of(text.begin(), text.end(), [](QChar c) { return c == u'.'; });
    if (!text.isEmpty() && onlyDots) {
        checker.fail(node, place, u"config must not be \".\" or \"..\""_s);
    }
}

static const Shape KeyPrefix {.accepts = Text, .wrong = "config should be a string"_L1, .extra = checkKeyText};
static const Field KeyFields[] {
    {"files"_L1, &KeyFiles}, {"files_commits"_L1, &KeyFileCommits}, {"prefix"_L1, &KeyPrefix}};

static void checkKey(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isString()) {
        checkKeyText(checker, node, place);
    } else if ((node.given(u"files"_s) != nullptr) == (node.given(u"files_commits"_s) != nullptr)) {
        checker.fail(node, place, u"config missing required keys: files"_s);
    }
}

static const Shape CacheKey {.accepts = Text | Map,
                             .wrong = "config should be a hash, a string or a symbol"_L1,
                             .fields = KeyFields,
                             .extra = checkKey};
static const Shape CachePaths {
    .accepts = List, .wrong = "config should be an array of strings"_L1, .each = &AnyText};
static const Shape FallbackKey {.accepts = Text, .wrong = "config should be a string"_L1, .extra = checkKeyText};
static const Shape FallbackKeys {.accepts = List,
                                 .wrong = "config has to have at most 5 fallback keys, all strings"_L1,
                                 .each = &FallbackKey,
                                 .most = limits::MaxFallbackKeys};

static void checkPolicy(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString &text = node.text();
    if (text != "pull-push"_L1 && text != "pull"_L1 && text != "push"_L1 && !text.contains(u'$')) {
        checker.fail(node, place, u"should be a variable or one of: pull-push, push, pull"_s);
    }
}
static const Shape CachePolicy {.accepts = Text,
                                .wrong = "should be a variable or one of: pull-push, push, pull"_L1,
                                .extra = checkPolicy};

static const Field CacheFields[] {
    {"key"_L1, &CacheKey},      {"paths"_L1, &CachePaths},  {"untracked"_L1, &Flag},
    {"unprotect"_L1, &Flag},    {"when"_L1, &UploadWhen},   {"policy"_L1, &CachePolicy},
    {"fallback_keys"_L1, &FallbackKeys},
};
static const Shape OneCache {
    .accepts = Map, .wrong = "config should be a hash or an array of hashes"_L1, .fields = CacheFields};

static void checkCacheCount(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.items().size() > size_t(limits::MaxCaches)) {
        checker.report().error(node.position(),
                               (place.parent ? place.parent->path() + u':' : QString())
                                   + u"caches config no more than 4 caches can be created"_s);
    }
}

const Shape Cache {.accepts = Map | List,
                   .wrong = "config should be a hash or an array of hashes"_L1,
                   .fields = CacheFields,
                   .each = &OneCache,
                   .extra = checkCacheCount};

} // namespace ci::ciconfig::shapes
