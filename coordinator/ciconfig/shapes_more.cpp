// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/inputs.h"
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/shapes.h"

#include <QDateTime>

#include <algorithm>

using namespace Qt::StringLiterals;

// What is left: releases, pages, downstream pipelines.

namespace ci::ciconfig::shapes {

static void checkCoverage(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString &text = node.text();
    if (text.size() < 2 || !text.startsWith(u'/') || !text.endsWith(u'/')) {
        checker.fail(node, place, u"config must be a regular expression"_s);
    } else if (!checker.regexes().isValid(text)) {
        checker.fail(node, place, u"config must be a regular expression with re2 syntax"_s);
    }
}
const Shape Coverage {
    .accepts = Text, .wrong = "config must be a regular expression"_L1, .extra = checkCoverage};

constexpr QLatin1StringView LinkTypes[] {"other"_L1, "runbook"_L1, "image"_L1, "package"_L1};
static const Shape LinkType {
    .accepts = Text, .wrong = "must be one of: other, runbook, image, package"_L1, .words = LinkTypes};
static const Field LinkFields[] {{"name"_L1, &FilledText, Presence::Required},
                                 {"url"_L1, &FilledText, Presence::Required},
                                 {"filepath"_L1, &AnyText},
                                 {"link_type"_L1, &LinkType}};
static const Shape Link {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = LinkFields};
static const Shape Links {
    .accepts = List, .wrong = "config should be an array of hashes, and not empty"_L1, .each = &Link, .least = 1};
static const Field AssetFields[] {{"links"_L1, &Links, Presence::Required}};
static const Shape Assets {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = AssetFields};
static const Shape Milestones {
    .accepts = Text | List, .wrong = "should be an array of strings or a string"_L1, .each = &AnyText};

static void checkReleasedAt(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString &text = node.text();
    if (!QDateTime::fromString(text, Qt::ISODate).isValid()) {
        checker.fail(node, place, u"must be a valid datetime"_s);
    }
}
static const Shape ReleasedAt {
    .accepts = Text, .wrong = "must be a valid datetime"_L1, .extra = checkReleasedAt};

constexpr qsizetype MaxRefLength = 1'000; // Far more than git can store.

// git check-ref-format, and what GitLab does not take for the name of a branch, a tag or a commit.
static bool isRefName(const QString &name)
{
    if (name.size() > MaxRefLength || name == "@"_L1 || name == "HEAD"_L1 || name.startsWith(u'-')
        || name.endsWith(u'.') || name.contains(".."_L1) || name.contains("@{"_L1)
        || name.startsWith("refs/heads/"_L1) || name.startsWith("refs/remotes/"_L1)) {
        return false;
    }
    const bool plain = std::all_of(name.begin(), name.end(), [](QChar c) {
        return c.unicode() > u' ' && c.unicode() != 0x7f && !"~^:?*[\\"_L1.contains(c);
    });
    const QStringList parts = name.split(u'/');
    return plain && std::all_of(parts.begin(), parts.end(), [](const QString &part) {
        return !part.isEmpty() && !part.startsWith(u'.') && !part.endsWith(".lock"_L1);
    });
}

static void checkReleaseRef(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (!isRefName(node.text())) {
        checker.fail(node, place, u"must be a valid ref"_s);
    }
}
static const Shape ReleaseRef {.accepts = Text, .wrong = "must be a valid ref"_L1, .extra = checkReleaseRef};
static const Field ReleaseFields[] {{"tag_name"_L1, &FilledText, Presence::Required},
                                    {"description"_L1, &FilledText, Presence::Required},
                                    {"name"_L1, &AnyText},
                                    {"ref"_L1, &ReleaseRef},
                                    {"tag_message"_L1, &AnyText},
                                    {"milestones"_L1, &Milestones},
                                    {"released_at"_L1, &ReleasedAt},
                                    {"assets"_L1, &Assets}};
const Shape Release {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = ReleaseFields};

static const Field PagesFields[] {
    {"publish"_L1, &AnyText}, {"path_prefix"_L1, &AnyText}, {"expire_in"_L1, &DurationOrNever}};
const Shape Pages {.accepts = Boolean | Map,
                   .wrong = "config should be a hash or a boolean value"_L1,
                   .fields = PagesFields};

static const Field HookFields[] {{"pre_get_sources_script"_L1, &OptionalScript}};
const Shape Hooks {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = HookFields};

// ---- trigger ----

static const Shape FileNames {
    .accepts = Text | List, .wrong = "should be an array of strings or a string"_L1, .each = &AnyText};
static const Field TriggerIncludeFields[] {
    {"local"_L1, &FilledText},     {"project"_L1, &FilledText}, {"file"_L1, &FileNames},
    {"ref"_L1, &AnyText},          {"remote"_L1, &FilledText},  {"template"_L1, &FilledText},
    {"component"_L1, &FilledText}, {"artifact"_L1, &FilledText}, {"job"_L1, &FilledText},
    {"inputs"_L1, &AnyMap},        {"integrity"_L1, &AnyText},
    {"rules"_L1, &IncludeRules},
};

static void checkTriggerInclude(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isString()) {
        if (node.text().isEmpty()) {
            checker.fail(node, place, u"config can't be blank"_s);
        }
        return;
    }
    constexpr QLatin1StringView kinds[] {"local"_L1, "project"_L1, "remote"_L1, "template"_L1, "component"_L1, "artifact"_L1};
    const auto given = std::count_if(std::begin(kinds), std::end(kinds),
                                     [&](QLatin1StringView kind) { return node.given(kind); });
    if (given != 1) {
        checker.fail(node, place, u"config must use only one of: local, project, remote, template, component, artifact"_s);
    }
    if ((node.given(u"project"_s) != nullptr) != (node.given(u"file"_s) != nullptr)) {
        checker.fail(node, place, u"config must specify both project and file"_s);
    }
    if ((node.given(u"artifact"_s) != nullptr) != (node.given(u"job"_s) != nullptr)) {
        checker.fail(node, place, u"config must specify the job where to fetch the artifact from"_s);
    }
}

static const Shape TriggerInclude {.accepts = Text | Map,
                                   .wrong = "config should be a hash or a string"_L1,
                                   .fields = TriggerIncludeFields,
                                   .extra = checkTriggerInclude};

// Unlike `include` at the top level, an entry with keys stands in a list.
static void checkTriggerIncludes(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isString()) {
        checker.check(node, TriggerInclude, place);
    } else if (node.items().size() > size_t(limits::MaxTriggerIncludes)) {
        checker.fail(node, place, u"config is too long (maximum is 3)"_s);
    }
}
static const Shape TriggerIncludes {.accepts = Text | List,
                                    .wrong = "config should be an array or a string"_L1,
                                    .each = &TriggerInclude,
                                    .extra = checkTriggerIncludes};

constexpr QLatin1StringView Strategies[] {"depend"_L1, "mirror"_L1};
static const Shape Strategy {.accepts = Text, .wrong = "should be depend or mirror"_L1, .words = Strategies};
static const Field ForwardFields[] {{"yaml_variables"_L1, &Flag}, {"pipeline_variables"_L1, &Flag}};
static const Shape Forward {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = ForwardFields};
static const Field TriggerFields[] {
    {"project"_L1, &FilledText}, {"branch"_L1, &AnyText},   {"include"_L1, &TriggerIncludes},
    {"strategy"_L1, &Strategy},  {"forward"_L1, &Forward},  {"inputs"_L1, &AnyMap},
};

static void checkTrigger(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isString()) {
        if (node.text().trimmed().isEmpty()) {
            checker.fail(node, place, u"config can't be blank"_s);
        }
        return;
    }
    const bool project = node.given(u"project"_s);
    const Node *include = node.given(u"include"_s);
    if (node.entries().empty()) {
        checker.fail(node, place, u"config can't be blank"_s);
    } else if (project == (include != nullptr)) {
        checker.fail(node, place, u"config must specify either project or include"_s);
    } else if (include && node.given(u"branch"_s)) {
        checker.fail(node, place, u"config contains unknown keys: branch"_s);
    }
}
const Shape Trigger {.accepts = Text | Map,
                     .wrong = "config has to be either a string or a hash"_L1,
                     .fields = TriggerFields,
                     .extra = checkTrigger};

static const Field DastFields[] {{"site_profile"_L1, &AnyText}, {"scanner_profile"_L1, &AnyText}};
const Shape DastConfiguration {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = DastFields};

static void checkJobInputs(ShapeChecker &checker, const Node &node, const Place &place)
{
    checkInputDefinitions(node, InputPlace::Job, place.path(), checker.report(), checker.regexes());
}
const Shape JobInputs {.accepts = Map, .wrong = "config should be a hash"_L1, .extra = checkJobInputs};

} // namespace ci::ciconfig::shapes
