// SPDX-License-Identifier: MIT
#include "coordinator/app/cicommand.h"

#include "coordinator/app/ciplanjson.h"
#include "coordinator/app/foldersource.h"
#include "coordinator/ciconfig/compiler.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <array>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace ci::app {

using namespace ciconfig;

namespace {

struct CiArguments
{
    QString file;
    QString ref = u"main"_s;
    QString source = u"push"_s;
    bool isTag = false;
    bool skipsForeign = false;
    std::vector<Context::Variable> variables;
    std::vector<model::GivenInput> inputs;
    std::optional<QStringList> changed;
};

bool readValue(CiArguments &arguments, const QString &option, const QString &value)
{
    if (option == "--ref"_L1) {
        arguments.ref = value;
    } else if (option == "--source"_L1) {
        arguments.source = value;
    } else if (option == "--external"_L1) {
        arguments.skipsForeign = value == "skip"_L1;
    } else if (option == "--var"_L1) {
        arguments.variables.push_back({value.section(u'=', 0, 0), value.section(u'=', 1), true});
    } else if (option == "--input"_L1) {
        arguments.inputs.push_back({value.section(u'=', 0, 0), value.section(u'=', 1), true});
    } else if (option == "--changed"_L1) {
        arguments.changed = arguments.changed.value_or(QStringList()) << value;
    } else {
        return false;
    }
    return true;
}

std::optional<CiArguments> readArguments(const QStringList &words)
{
    CiArguments arguments;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString &word = words.at(i);
        if (word == "--tag"_L1) {
            arguments.isTag = true;
        } else if (word.startsWith("--"_L1)) {
            const qsizetype equals = word.indexOf(u'=');
            const QString option = equals > 0 ? word.first(equals) : word;
            const bool hasValue = equals > 0 || i + 1 < words.size();
            const QString value = equals > 0 ? word.sliced(equals + 1) : words.value(i + 1);
            i += equals > 0 ? 0 : 1;
            if (!hasValue || !readValue(arguments, option, value)) {
                return std::nullopt;
            }
        } else if (arguments.file.isEmpty()) {
            arguments.file = word;
        } else {
            return std::nullopt;
        }
    }
    return arguments.file.isEmpty() ? std::nullopt : std::optional(arguments);
}

QString refSlug(const QString &ref)
{
    QString slug;
    for (const QChar c : ref.toLower()) {
        slug += (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') ? c : QChar(u'-');
    }
    slug = slug.left(63);
    while (slug.startsWith(u'-')) {
        slug.remove(0, 1);
    }
    while (slug.endsWith(u'-')) {
        slug.chop(1);
    }
    return slug;
}

struct FixedVariable
{
    QLatin1StringView key;
    QLatin1StringView value;
};

// A project that stands for any: what rules most often ask about.
constexpr std::array ExampleProject {
    FixedVariable {"CI"_L1, "true"_L1},
    FixedVariable {"GITLAB_CI"_L1, "true"_L1},
    FixedVariable {"CI_SERVER"_L1, "yes"_L1},
    FixedVariable {"CI_DEFAULT_BRANCH"_L1, "main"_L1},
    FixedVariable {"CI_PROJECT_NAME"_L1, "project"_L1},
    FixedVariable {"CI_PROJECT_NAMESPACE"_L1, "group"_L1},
    FixedVariable {"CI_PROJECT_ROOT_NAMESPACE"_L1, "group"_L1},
    FixedVariable {"CI_PROJECT_PATH"_L1, "group/project"_L1},
    FixedVariable {"CI_PROJECT_PATH_SLUG"_L1, "group-project"_L1},
    FixedVariable {"CI_PROJECT_ID"_L1, "1"_L1},
    FixedVariable {"CI_SERVER_HOST"_L1, "ci.example.com"_L1},
    FixedVariable {"CI_SERVER_URL"_L1, "https://ci.example.com"_L1},
    FixedVariable {"CI_COMMIT_MESSAGE"_L1, "test commit"_L1},
    FixedVariable {"CI_COMMIT_TITLE"_L1, "test commit"_L1},
    FixedVariable {"CI_COMMIT_REF_PROTECTED"_L1, "false"_L1},
    FixedVariable {"CI_PROJECT_VISIBILITY"_L1, "public"_L1},
};

constexpr std::array ExampleMergeRequest {
    FixedVariable {"CI_MERGE_REQUEST_ID"_L1, "1"_L1},
    FixedVariable {"CI_MERGE_REQUEST_IID"_L1, "1"_L1},
    FixedVariable {"CI_MERGE_REQUEST_PROJECT_ID"_L1, "1"_L1},
    FixedVariable {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID"_L1, "1"_L1},
    FixedVariable {"CI_MERGE_REQUEST_EVENT_TYPE"_L1, "detached"_L1},
    FixedVariable {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME"_L1, "main"_L1},
    FixedVariable {"CI_MERGE_REQUEST_PROJECT_PATH"_L1, "group/project"_L1},
    FixedVariable {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"_L1, "group/project"_L1},
    FixedVariable {"CI_MERGE_REQUEST_TITLE"_L1, "test mr"_L1},
};

Context contextOf(const CiArguments &arguments)
{
    Context context;
    context.file = QFileInfo(arguments.file).fileName();
    context.source = arguments.source;
    context.ref = arguments.ref;
    context.isMergeRequest = arguments.source == "merge_request_event"_L1;
    context.isTag = arguments.isTag && !context.isMergeRequest;
    context.inputs = arguments.inputs;
    context.foreignIncludes = arguments.skipsForeign ? ForeignIncludes::Skip : ForeignIncludes::Ask;
    const auto add = [&](const QString &key, const QString &value) {
        context.variables.push_back({key, value, false});
    };
    for (const FixedVariable &variable : ExampleProject) {
        add(variable.key, variable.value);
    }
    add(u"CI_COMMIT_REF_NAME"_s, arguments.ref);
    add(u"CI_COMMIT_REF_SLUG"_s, refSlug(arguments.ref));
    add(u"CI_PIPELINE_SOURCE"_s, arguments.source);
    if (context.isMergeRequest) {
        for (const FixedVariable &variable : ExampleMergeRequest) {
            add(variable.key, variable.value);
        }
        add(u"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"_s, arguments.ref);
    } else {
        add(context.isTag ? u"CI_COMMIT_TAG"_s : u"CI_COMMIT_BRANCH"_s, arguments.ref);
    }
    context.variables.insert(context.variables.end(), arguments.variables.begin(), arguments.variables.end());
    return context;
}

QJsonArray texts(const std::vector<Message> &messages)
{
    QJsonArray array;
    for (const Message &message : messages) {
        const QString place = message.line > 0
            ? u"%1:%2:%3: "_s.arg(message.file).arg(message.line).arg(message.column)
            : QString();
        array.append(place + message.text);
    }
    return array;
}

void print(const QJsonObject &object)
{
    const QByteArray text = QJsonDocument(object).toJson(QJsonDocument::Indented);
    std::fwrite(text.constData(), 1, size_t(text.size()), stdout);
}

int runValidate(const CiArguments &arguments, const QByteArray &text, const Source &source)
{
    const Validated validated = validate(text, QFileInfo(arguments.file).fileName(), source);
    print({{u"valid"_s, validated.valid},
           {u"errors"_s, texts(validated.errors)},
           {u"warnings"_s, texts(validated.warnings)}});
    return validated.valid ? 0 : 1;
}

int runCompile(const CiArguments &arguments, const QByteArray &text, const Source &source)
{
    const Compiled compiled = compile(text, contextOf(arguments), source);
    QJsonObject object = compiled.plan ? planJson(*compiled.plan) : QJsonObject();
    object.insert(u"valid"_s, compiled.isValid());
    object.insert(u"errors"_s, texts(compiled.errors));
    object.insert(u"warnings"_s, texts(compiled.warnings));
    object.insert(u"unsupported"_s, texts(compiled.unsupported));
    print(object);
    return compiled.isValid() ? 0 : 1;
}

// "file:12:3: error: text", the line, and a caret under the column.
void printForPeople(const char *kind, const Message &message, const QString &fallback, const Source &source)
{
    const QString file = message.file.isEmpty() ? fallback : message.file;
    std::fprintf(stdout, "%s:%d:%d: %s: %s\n", qPrintable(file), message.line, message.column, kind,
                 message.text.toUtf8().constData());
    const auto text = source.localFile(file);
    const QByteArray bytes = text ? *text : QByteArray();
    const QString line = QString::fromUtf8(bytes.split('\n').value(message.line - 1)).left(200);
    if (message.line < 1 || line.isEmpty()) {
        return;
    }
    QString caret;
    for (qsizetype i = 0; i + 1 < message.column && i < line.size(); ++i) {
        caret += line[i] == u'\t' ? u'\t' : u' ';
    }
    std::fprintf(stdout, "    %s\n    %s^\n", line.toUtf8().constData(), caret.toUtf8().constData());
}

int runLint(const CiArguments &arguments, const QByteArray &text, const Source &source)
{
    const QString name = QFileInfo(arguments.file).fileName();
    const Validated validated = validate(text, name, source);
    for (const Message &message : validated.errors) {
        printForPeople("error", message, name, source);
    }
    for (const Message &message : validated.warnings) {
        printForPeople("warning", message, name, source);
    }
    std::fprintf(stdout, "%s: %s, %zu errors, %zu warnings\n", qPrintable(name),
                 validated.valid ? "valid" : "not valid", validated.errors.size(), validated.warnings.size());
    return validated.valid ? 0 : 1;
}

struct CiVerb
{
    QLatin1StringView name;
    int (*run)(const CiArguments &, const QByteArray &, const Source &);
};

constexpr std::array CiVerbs {
    CiVerb {"validate"_L1, runValidate},
    CiVerb {"compile"_L1, runCompile},
    CiVerb {"lint"_L1, runLint},
};

int usage()
{
    std::fputs("usage: capstan ci validate FILE\n"
               "       capstan ci compile FILE --ref NAME --source SOURCE [--tag] [--var K=V]...\n"
               "                          [--changed PATH]... [--input K=V]... [--external skip]\n"
               "       capstan ci lint FILE\n",
               stderr);
    return 2;
}

} // namespace

int ciCommand(const QStringList &arguments)
{
    const auto read = arguments.isEmpty() ? std::nullopt : readArguments(arguments.sliced(1));
    if (!read) {
        return usage();
    }
    for (const CiVerb &verb : CiVerbs) {
        if (arguments.front() != verb.name) {
            continue;
        }
        QFile file(read->file);
        if (!file.open(QIODevice::ReadOnly)) {
            std::fprintf(stderr, "cannot read %s: %s\n", qPrintable(read->file), qPrintable(file.errorString()));
            return 2;
        }
        const FolderSource source(QFileInfo(read->file).absolutePath(), read->changed);
        return verb.run(*read, file.readAll(), source);
    }
    return usage();
}

} // namespace ci::app
