// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/jobinputs.h"

#include "coordinator/ciconfig/inputs.h"
#include "coordinator/ciconfig/jsonnode.h"
#include "coordinator/ciconfig/regex.h"
#include "coordinator/ciconfig/report.h"
#include "coordinator/ciconfig/scope.h"
#include "coordinator/model/jobspecjson.h"

#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace {

// A default may be put in many times: what is written for one job is bounded.
constexpr qsizetype MaxFilledText = 1024 * 1024;

class JobInputFiller final
{
public:
    void set(const QString &name, const Node &value)
    {
        m_values.insert(name, value.isScalar() ? value.text() : toJson(value));
    }

    NodePtr fill(const NodePtr &node)
    {
        if (node->isString()) {
            return node->text().contains("${{"_L1) ? Node::string(filled(node->text()), node->position()) : node;
        }
        if (node->isList()) {
            std::vector<NodePtr> items;
            for (const NodePtr &item : node->items()) {
                items.push_back(fill(item));
            }
            return Node::list(std::move(items), node->position());
        }
        if (!node->isMap()) {
            return node;
        }
        std::vector<MapEntry> entries;
        for (const MapEntry &entry : node->entries()) {
            // Steps have inputs of their own.
            const bool isOwn = entry.key == "run"_L1 || entry.key == "inputs"_L1;
            entries.push_back({entry.key, entry.position, isOwn ? entry.value : fill(entry.value)});
        }
        return Node::map(std::move(entries), node->position());
    }

private:
    QString filled(const QString &text)
    {
        QString out;
        qsizetype from = 0;
        for (qsizetype open = text.indexOf("${{"_L1); open >= 0; open = text.indexOf("${{"_L1, from)) {
            const qsizetype close = text.indexOf("}}"_L1, open);
            if (close < 0 || m_written > MaxFilledText) {
                break;
            }
            const QString block = text.sliced(open + 3, close - open - 3).trimmed();
            const QString name = block.startsWith("job.inputs."_L1) ? block.sliced(11)
                : block.startsWith("inputs."_L1)                    ? block.sliced(7)
                                                                    : QString();
            const auto value = m_values.constFind(name);
            out += QStringView(text).sliced(from, open - from);
            out += value == m_values.constEnd() ? text.sliced(open, close + 2 - open) : *value;
            m_written += value == m_values.constEnd() ? 0 : value->size();
            from = close + 2;
        }
        return out + text.sliced(from);
    }

    QHash<QString, QString> m_values;
    qsizetype m_written = 0;
};

JobInputFiller defaultFiller(const Node &inputs)
{
    JobInputFiller filler;
    for (const MapEntry &input : inputs.entries()) {
        const Node *value = input.value->isMap() ? input.value->find(u"default"_s) : nullptr;
        if (value) {
            filler.set(input.key, *value);
        }
    }
    return filler;
}

QJsonObject objectOf(const QString &json)
{
    return QJsonDocument::fromJson(json.toUtf8()).object();
}

// Keys of caches that are made of files have been looked up at the commit.
void takeCaches(std::vector<model::CacheSpec> &caches, const std::vector<model::CacheSpec> &filled)
{
    for (size_t i = 0; i < std::min(caches.size(), filled.size()); ++i) {
        const model::CacheSpec old = std::move(caches[i]);
        caches[i] = filled[i];
        if (!filled[i].keyFiles.isEmpty()) {
            caches[i].key = old.key;
            caches[i].keyPrefix = old.keyPrefix;
            caches[i].keyFiles = old.keyFiles;
        }
    }
}

void takeFilled(model::JobSpec &spec, model::JobSpec filled)
{
    spec.beforeScript = std::move(filled.beforeScript);
    spec.script = std::move(filled.script);
    spec.afterScript = std::move(filled.afterScript);
    spec.image = std::move(filled.image);
    spec.services = std::move(filled.services);
    spec.artifacts = std::move(filled.artifacts);
    takeCaches(spec.caches, filled.caches);
}

} // namespace

NodePtr withJobInputs(const NodePtr &job)
{
    const Node *inputs = job->given(u"inputs"_s);
    return inputs && inputs->isMap() ? defaultFiller(*inputs).fill(job) : job;
}

void keepInputs(model::JobSpec &spec, const Node &job, model::JobSpec raw)
{
    const Node *inputs = job.given(u"inputs"_s);
    if (inputs && inputs->isMap() && !inputs->entries().empty()) {
        spec.inputs = toJson(*inputs);
        spec.inputTemplate = QString::fromUtf8(model::toJson(raw));
    }
}

std::vector<InputField> jobInputFields(const model::JobSpec &spec)
{
    const NodePtr definitions = fromJson(objectOf(spec.inputs), Position());
    std::vector<InputField> fields = inputFields(*definitions);
    const QJsonObject values = objectOf(spec.inputValues);
    for (InputField &field : fields) {
        if (values.contains(field.name)) {
            field.fallback = values.value(field.name);
        }
    }
    return fields;
}

Result<model::JobSpec> withGivenInputs(model::JobSpec spec,
                                       const std::vector<model::GivenInput> &given)
{
    const NodePtr definitions = fromJson(objectOf(spec.inputs), Position());
    const QJsonObject before = objectOf(spec.inputValues);
    std::vector<model::GivenInput> all;
    for (auto value = before.begin(); value != before.end(); ++value) {
        all.push_back({value.key(), value.value(), false});
    }
    all.insert(all.end(), given.begin(), given.end());
    const NodePtr typed = typedInputs(*definitions, all, Position());

    Report report;
    RegexCache regexes;
    const Scope nothing({});
    InputHeader header(definitions, nothing, regexes, report);
    const std::optional<InputValues> values = header.resolve(typed.get(), Position());
    if (!values) {
        QStringList lines;
        for (const Message &message : report.errors()) {
            lines.append(message.text);
        }
        return invalid(lines.join(u'\n'));
    }
    JobInputFiller filler;
    for (const MapEntry &input : definitions->entries()) {
        filler.set(input.key, *values->value(u"inputs."_s + input.key));
    }
    const NodePtr filled = filler.fill(fromJson(objectOf(spec.inputTemplate), Position()));
    Result<model::JobSpec> made = model::jobSpecFromJson(toJson(*filled).toUtf8());
    if (!made) {
        return made;
    }
    takeFilled(spec, *std::move(made));
    spec.inputValues = toJson(*typed);
    return spec;
}

} // namespace ci::ciconfig
