// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/includeentry.h"

#include "coordinator/model/duration.h"

#include <QByteArray>

#include <algorithm>
#include <array>
#include <chrono>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace {

struct IncludeKey
{
    QLatin1StringView name;
    bool isKind = false; ///< It says where the file is from.
    QLatin1StringView onlyWith {}; ///< The kind that it belongs to; empty: any.
};

constexpr std::array IncludeKeys {
    IncludeKey {"local"_L1, true},
    IncludeKey {"project"_L1, true},
    IncludeKey {"remote"_L1, true},
    IncludeKey {"template"_L1, true},
    IncludeKey {"component"_L1, true},
    IncludeKey {"file"_L1},
    IncludeKey {"ref"_L1},
    IncludeKey {"inputs"_L1},
    IncludeKey {"rules"_L1},
    IncludeKey {"integrity"_L1, false, "remote"_L1},
    IncludeKey {"cache"_L1, false, "remote"_L1},
};

const IncludeKey *findKey(const QString &name)
{
    const auto found = std::find_if(IncludeKeys.begin(), IncludeKeys.end(),
                                    [&](const IncludeKey &key) { return name == key.name; });
    return found == IncludeKeys.end() ? nullptr : &*found;
}

constexpr QLatin1StringView IntegrityPrefix = "sha256-"_L1;
constexpr qsizetype Sha256Bytes = 32;

bool isIntegrity(const Node &node)
{
    if (!node.isString() || !node.text().startsWith(IntegrityPrefix)) {
        return false;
    }
    const auto hash = QByteArray::fromBase64Encoding(node.text().sliced(IntegrityPrefix.size()).toLatin1(),
                                                     QByteArray::AbortOnBase64DecodingErrors);
    return hash && hash.decoded.size() == Sha256Bytes;
}

bool isCacheTime(const Node &node)
{
    const auto time = node.isString() ? model::parseDuration(node.text()) : std::nullopt;
    return node.isBool() || (time && *time >= std::chrono::minutes(1));
}

class EntryReader final
{
public:
    EntryReader(const Scope &scope, Report &report) : m_scope(scope), m_report(report) { }

    std::optional<IncludeEntry> read(const NodePtr &written)
    {
        const Position position = written->position();
        if (written->isString()) {
            const QString path = m_scope.expandKnown(written->text());
            const bool isUrl = path.startsWith("http://"_L1) || path.startsWith("https://"_L1);
            const QLatin1StringView kind = isUrl ? "remote"_L1 : "local"_L1;
            return IncludeEntry {kind, Node::map({{kind, position, written}}, position), position};
        }
        if (!written->isMap()) {
            return fail(position, u"include config should be an array, a hash or a string"_s);
        }
        const auto kind = kindOf(*written);
        const bool valid = kind && checkFile(*written, *kind) && checkExtras(*written, *kind);
        return valid ? std::optional(IncludeEntry {*kind, written, position}) : std::nullopt;
    }

private:
    std::nullopt_t fail(Position position, const QString &text)
    {
        m_report.error(position, text);
        return std::nullopt;
    }

    std::optional<QLatin1StringView> kindOf(const Node &written)
    {
        QLatin1StringView kind;
        int kinds = 0;
        for (const MapEntry &pair : written.entries()) {
            const IncludeKey *key = findKey(pair.key);
            if (!key) {
                return fail(pair.position, u"include config contains unknown keys: %1"_s.arg(pair.key));
            }
            if (key->isKind) {
                kind = key->name;
                ++kinds;
            }
        }
        if (kinds != 1 || !written.find(kind)->isString()) {
            // `file` without `project` is the likelier slip.
            return fail(written.position(),
                        written.given(u"file"_s) && kinds == 0
                            ? u"Need to specify both project and file"_s
                            : u"Each include must use only one of: local, project, remote, template, component"_s);
        }
        return kind;
    }

    bool checkFile(const Node &written, QLatin1StringView kind)
    {
        const Node *file = written.given(u"file"_s);
        if ((kind == "project"_L1) != (file != nullptr)) {
            fail(written.position(), u"Need to specify both project and file"_s);
            return false;
        }
        if (!file) {
            return true;
        }
        const auto &names = file->items();
        const bool valid = (file->isString() && !file->text().isEmpty())
            || (file->isList() && !names.empty()
                && std::all_of(names.begin(), names.end(), [](const NodePtr &name) { return name->isString(); }));
        if (!valid) {
            fail(file->position(), u"include:file config should be a string or an array of strings"_s);
        }
        return valid;
    }

    bool checkExtras(const Node &written, QLatin1StringView kind)
    {
        for (const MapEntry &pair : written.entries()) {
            const IncludeKey *key = findKey(pair.key);
            if (!key->onlyWith.isEmpty() && key->onlyWith != kind && !pair.value->isNull()) {
                fail(pair.position, u"include:%1 can only be used with %2"_s.arg(pair.key, key->onlyWith));
                return false;
            }
        }
        const Node *ref = written.given(u"ref"_s);
        if (ref && !ref->isScalar()) {
            fail(ref->position(), u"include:ref config should be a string"_s);
            return false;
        }
        const Node *inputs = written.given(u"inputs"_s);
        if (inputs && !inputs->isMap()) {
            fail(inputs->position(), u"include:inputs config should be a hash"_s);
            return false;
        }
        const Node *integrity = written.given(u"integrity"_s);
        if (integrity && !isIntegrity(*integrity)) {
            fail(integrity->position(), u"include:integrity config should be sha256- and the Base64 of the hash"_s);
            return false;
        }
        const Node *cache = written.given(u"cache"_s);
        if (cache && !isCacheTime(*cache)) {
            fail(cache->position(), u"include:cache config should be a boolean value or a duration of at least 1 minute"_s);
            return false;
        }
        return true;
    }

    const Scope &m_scope;
    Report &m_report;
};

} // namespace

std::vector<IncludeEntry> readIncludeEntries(const Node &include, const Scope &scope, Report &report)
{
    std::vector<NodePtr> written = include.items();
    if (!include.isList()) {
        // A single entry stands for a list of one.
        written = {include.isMap() ? Node::map(include.entries(), include.position())
                                   : Node::string(include.text(), include.position())};
        if (!include.isMap() && !include.isString()) {
            report.error(include.position(), u"include config should be an array, a hash or a string"_s);
            return {};
        }
    }
    EntryReader reader(scope, report);
    std::vector<IncludeEntry> read;
    for (const NodePtr &item : written) {
        if (auto one = reader.read(item)) {
            read.push_back(std::move(*one));
        }
    }
    return read;
}

} // namespace ci::ciconfig
