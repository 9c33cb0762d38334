// SPDX-License-Identifier: MIT
#include "common/base/logging.h"

#include "common/base/clock.h"
#include "common/base/linewriter.h"

#include <QLoggingCategory>

#include <unistd.h>

#include <cstdlib>

namespace ci {

namespace {

const char *levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "debug";
    case QtInfoMsg:
        return "info";
    case QtWarningMsg:
        return "warning";
    case QtCriticalMsg:
        return "error";
    case QtFatalMsg:
        return "fatal";
    }
    return "info";
}

/// One event is one line, whatever a stranger's name holds: else a name could forge the next line.
QByteArray oneLine(const QString &message)
{
    QByteArray line = message.toUtf8();
    for (char &c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            c = '?';
        }
    }
    return line;
}

// Never destroyed: a thread may log while the process ends.
LineWriter &standardError()
{
    static LineWriter *writer = new LineWriter(STDERR_FILENO);
    return *writer;
}

void flushLog() { (void)standardError().flush(std::chrono::seconds(1)); }

void writeLine(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    standardError().write(toIso8601(SystemClock().now()) + ' ' + levelName(type) + ' '
                          + (context.category ? context.category : "default") + ' ' + oneLine(message)
                          + '\n');
    if (type == QtFatalMsg) {
        flushLog(); // abort() follows.
    }
}

} // namespace

void startLogging()
{
    (void)standardError();
    qInstallMessageHandler(writeLine);
    std::atexit(flushLog);
}

} // namespace ci
