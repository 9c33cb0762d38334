// SPDX-License-Identifier: MIT
#include "coordinator/forge/pushevent.h"

#include "coordinator/model/refname.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView SpoolMagic {"capstan-push 1\n"};
constexpr qsizetype SpoolShaLength = 40;
constexpr size_t MaxPushVariables = 100;
constexpr qsizetype MaxVariableBytes = 64 * 1024;

bool isSpoolSha(QByteArrayView text)
{
    return text.size() == SpoolShaLength && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

bool isVariableName(const QString &name)
{
    return !name.isEmpty() && name.size() <= 255 && !name.front().isDigit()
        && std::all_of(name.begin(), name.end(), [](QChar c) {
               return c == u'_' || (c.unicode() < 128 && c.isLetterOrNumber());
           });
}

/// `"K=V"` or `K=V`.
std::optional<std::pair<QString, QString>> assignmentOf(QByteArrayView text)
{
    if (text.size() > MaxVariableBytes) {
        return std::nullopt;
    }
    QString assignment = QString::fromUtf8(text);
    if (assignment.size() >= 2 && assignment.front() == u'"' && assignment.back() == u'"') {
        assignment = assignment.sliced(1, assignment.size() - 2);
    }
    const qsizetype equals = assignment.indexOf(u'=');
    if (equals < 1) {
        return std::nullopt;
    }
    return std::pair(assignment.left(equals).trimmed(), assignment.sliced(equals + 1));
}

void takeVariable(PushWishes &wishes, const QString &key, const QString &value)
{
    if (isVariableName(key) && wishes.variables.size() < MaxPushVariables) {
        wishes.variables.push_back({key, value, false});
    }
}

void takeInput(PushWishes &wishes, const QString &key, const QString &value)
{
    // A name that the file does not know is told by the compiler, which knows it.
    if (wishes.inputs.size() < MaxPushVariables) {
        wishes.inputs.push_back({key, value, true});
    }
}

struct AssigningOption
{
    QByteArrayView start;
    void (*take)(PushWishes &, const QString &key, const QString &value);
};

constexpr std::array AssigningOptions {
    AssigningOption {"ci.variable=", takeVariable},
    AssigningOption {"ci.input=", takeInput},
};

} // namespace

bool RefUpdate::isDeletion() const
{
    return !after.isEmpty() && after.count('0') == after.size();
}

std::optional<qint64> RefUpdate::mergeRequest() const
{
    constexpr QLatin1StringView Prefix {"refs/merge-requests/"};
    constexpr QLatin1StringView End {"/head"};
    constexpr qsizetype MaxDigits = 9;
    if (!ref.startsWith(Prefix) || !ref.endsWith(End)
        || ref.size() <= Prefix.size() + End.size()) {
        return std::nullopt;
    }
    const QString number = ref.sliced(Prefix.size()).chopped(End.size());
    const bool isNumber = number.size() <= MaxDigits && number.front() != u'0'
        && std::all_of(number.begin(), number.end(),
                       [](QChar c) { return c >= u'0' && c <= u'9'; });
    return isNumber ? std::optional(number.toLongLong()) : std::nullopt;
}

QString RefUpdate::shortName() const
{
    return model::shortRef(ref);
}

namespace {

struct MergeRequestOption
{
    QByteArrayView start;
    QString model::MergeRequest::*field;
};
constexpr std::array MergeRequestOptions {
    MergeRequestOption {"merge_request.target=", &model::MergeRequest::targetBranch},
    MergeRequestOption {"merge_request.source=", &model::MergeRequest::sourceBranch},
    MergeRequestOption {"merge_request.title=", &model::MergeRequest::title},
    MergeRequestOption {"merge_request.description=", &model::MergeRequest::description},
};
constexpr QByteArrayView LabelOption {"merge_request.label="};

void takeMergeRequest(model::MergeRequest &request, const QByteArray &option)
{
    constexpr qsizetype MaxText = 255;
    constexpr qsizetype MaxDescription = 64 * 1024;
    constexpr qsizetype MaxLabels = 100;
    if (option.startsWith(LabelOption) && request.labels.size() < MaxLabels) {
        request.labels.append(
            QString::fromUtf8(option.sliced(LabelOption.size())).trimmed().left(MaxText));
    }
    for (const MergeRequestOption &known : MergeRequestOptions) {
        if (option.startsWith(known.start)) {
            const bool isLong = known.field == &model::MergeRequest::description;
            request.*known.field = QString::fromUtf8(option.sliced(known.start.size()))
                                       .trimmed()
                                       .left(isLong ? MaxDescription : MaxText);
        }
    }
}

} // namespace

PushWishes wishesOf(const QList<QByteArray> &options)
{
    PushWishes wishes;
    for (const QByteArray &option : options) {
        takeMergeRequest(wishes.mergeRequest, option);
        if (option == "ci.skip" || option == "ci.skip=true") {
            wishes.skip = true;
        }
        for (const AssigningOption &known : AssigningOptions) {
            const auto assignment = option.startsWith(known.start)
                ? assignmentOf(QByteArrayView(option).sliced(known.start.size()))
                : std::nullopt;
            if (assignment) {
                known.take(wishes, assignment->first, assignment->second);
            }
        }
    }
    return wishes;
}

bool asksToSkip(const QString &commitMessage)
{
    return commitMessage.contains("[ci skip]"_L1, Qt::CaseInsensitive)
        || commitMessage.contains("[skip ci]"_L1, Qt::CaseInsensitive);
}

Result<PushEvent> decodeSpool(const QByteArray &bytes)
{
    if (!bytes.startsWith(SpoolMagic)) {
        return invalid(u"not a file of our hook"_s);
    }
    PushEvent event;
    qsizetype position = SpoolMagic.size();
    while (true) {
        const qsizetype end = bytes.indexOf('\n', position);
        if (end < 0) {
            return invalid(u"the list of refs is cut short"_s);
        }
        const QByteArrayView line = QByteArrayView(bytes).sliced(position, end - position);
        position = end + 1;
        if (line.isEmpty()) {
            break;
        }
        constexpr qsizetype NameStart = 2 * SpoolShaLength + 2;
        if (line.size() <= NameStart || !isSpoolSha(line.first(SpoolShaLength))
            || !isSpoolSha(line.sliced(SpoolShaLength + 1, SpoolShaLength))) {
            return invalid(u"a line of the list of refs is malformed"_s);
        }
        event.updates.push_back({line.first(SpoolShaLength).toByteArray(),
                                 line.sliced(SpoolShaLength + 1, SpoolShaLength).toByteArray(),
                                 QString::fromUtf8(line.sliced(NameStart))});
    }
    // Options end with NUL each: whatever a client puts into one, it stays one.
    for (const QByteArray &option : bytes.sliced(position).split('\0')) {
        if (!option.isEmpty()) {
            event.options.append(option);
        }
    }
    return event;
}

} // namespace ci::forge
