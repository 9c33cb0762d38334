// SPDX-License-Identifier: MIT
#include "runner/untrackedfiles.h"

#include <QFile>
#include <QStandardPaths>

#include <memory>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr qsizetype MaxListBytes = 64 << 20;

} // namespace

void findUntracked(JobContext &context,
                   QObject *owner,
                   std::function<void(const QList<QByteArray> &)> done)
{
    JobProcess *process = context.processes->add();
    auto output = std::make_shared<QByteArray>();
    QObject::connect(process, &JobProcess::outputRead, owner, [output](const QByteArray &bytes) {
        if (output->size() < MaxListBytes) {
            output->append(bytes);
        }
    });
    QObject::connect(process, &JobProcess::finished, owner,
                     [process, output, done](ProgramEnd end) {
                         process->end();
                         QList<QByteArray> files
                             = end.isSuccess() ? output->split('\0') : QList<QByteArray>();
                         files.removeAll(QByteArray());
                         done(files);
                     });
    const QByteArray git = QFile::encodeName(QStandardPaths::findExecutable(u"git"_s));
    if (const Result<void> started
        = process->start(context.command(git, {"ls-files", "--others", "-z"}));
        !started) {
        done({});
    }
}

} // namespace ci::runner
