// SPDX-License-Identifier: MIT
#include "common/protocol/jobupdate.h"

#include "common/protocol/tracerange.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

constexpr std::array<QByteArrayView, 4> UpdateWords {"pending", "running", "success", "failed"};
static_assert(static_cast<size_t>(UpdateState::Failed) + 1 == UpdateWords.size());

constexpr std::chrono::seconds MaxTraceInterval {15 * 60};

std::optional<UpdateState> updateState(const QString &text)
{
    const QByteArray sought = text.toUtf8();
    for (size_t i = 0; i < UpdateWords.size(); ++i) {
        if (UpdateWords[i] == sought) {
            return static_cast<UpdateState>(i);
        }
    }
    return std::nullopt;
}

struct UpdateOutput
{
    QString checksum;
    std::optional<qint64> size;

    static UpdateOutput read(JsonReader &reader)
    {
        UpdateOutput output;
        output.checksum = reader.text("checksum"_L1);
        if (reader.has("bytesize"_L1)) {
            output.size = reader.integer("bytesize"_L1);
            if (*output.size < 0) {
                reader.refuse("bytesize"_L1, "must not be negative");
            }
        }
        return output;
    }
};

} // namespace

QByteArrayView word(UpdateState state) { return UpdateWords[static_cast<size_t>(state)]; }

QJsonObject JobUpdate::toJson() const
{
    QJsonObject object {{u"token"_s, QString::fromUtf8(token.reveal())},
                        {u"info"_s, info.toJson()},
                        {u"state"_s, QLatin1StringView(word(state))}};
    if (state == UpdateState::Failed) {
        object.insert("failure_reason"_L1, QLatin1StringView(word(failureReason)));
    }
    if (trace) {
        object.insert("trace"_L1, QString::fromUtf8(*trace));
    }
    QJsonObject output;
    if (checksum) {
        const QString text = QString::fromLatin1(traceChecksum(*checksum));
        object.insert("checksum"_L1, text);
        output.insert("checksum"_L1, text);
    }
    if (size) {
        output.insert("bytesize"_L1, *size);
    }
    if (!output.isEmpty()) {
        object.insert("output"_L1, output);
    }
    if (exitCode != 0) {
        object.insert("exit_code"_L1, exitCode);
    }
    return object;
}

JobUpdate JobUpdate::read(JsonReader &reader)
{
    JobUpdate update;
    update.token = Secret(reader.text("token"_L1).toUtf8());
    update.info = reader.object<RunnerInfo>("info"_L1);
    const std::optional<UpdateState> state = updateState(reader.requiredText("state"_L1));
    if (!state) {
        reader.refuse("state"_L1, "must be pending, running, success or failed");
    }
    update.state = state.value_or(UpdateState::Running);
    update.failureReason = protocol::failureReason(reader.text("failure_reason"_L1).toUtf8());
    if (reader.has("trace"_L1)) {
        update.trace = reader.text("trace"_L1).toUtf8();
    }
    const auto output = reader.object<UpdateOutput>("output"_L1);
    const QString old = reader.text("checksum"_L1);
    update.checksum
        = parseTraceChecksum((output.checksum.isEmpty() ? old : output.checksum).toLatin1());
    update.size = output.size;
    const qint64 code = reader.integer("exit_code"_L1);
    if (code < std::numeric_limits<int>::min() || code > std::numeric_limits<int>::max()) {
        reader.refuse("exit_code"_L1, "must fit 32 bits");
    } else {
        update.exitCode = static_cast<int>(code);
    }
    return update;
}

Result<JobUpdate> JobUpdate::fromJson(QByteArrayView bytes)
{
    return decodeBytes<JobUpdate>(bytes);
}

UpdateOutcome updateOutcome(int status)
{
    switch (status) {
    case 200:
        return UpdateOutcome::Done;
    case 202:
        return UpdateOutcome::Incomplete;
    case 412:
        return UpdateOutcome::LogInvalid;
    case 403:
    case 404:
        return UpdateOutcome::Aborted;
    default:
        return UpdateOutcome::Failed;
    }
}

JobDirective jobDirective(QByteArrayView jobStatus)
{
    const std::optional<JobState> state = jobState(jobStatus);
    if (state == JobState::Canceling) {
        return JobDirective::CancelGracefully;
    }
    if (state == JobState::Canceled || state == JobState::Failed) {
        return JobDirective::Abort;
    }
    return JobDirective::Continue;
}

std::optional<std::chrono::seconds> traceInterval(QByteArrayView header)
{
    bool isNumber = false;
    const int seconds = header.toByteArray().toInt(&isNumber);
    if (!isNumber || seconds <= 0) {
        return std::nullopt;
    }
    return std::min(std::chrono::seconds {seconds}, MaxTraceInterval);
}

} // namespace ci::protocol
