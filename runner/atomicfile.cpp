// SPDX-License-Identifier: MIT
#include "runner/atomicfile.h"

#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

bool writeWhole(int file, const QByteArray &bytes)
{
    qsizetype done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::write(file, bytes.constData() + done,
                                    static_cast<size_t>(bytes.size() - done));
        if (put < 0 && errno != EINTR) {
            return false;
        }
        done += put > 0 ? put : 0;
    }
    return true;
}

void makeParents(const QString &directory)
{
    if (QFileInfo::exists(directory)) {
        return;
    }
    makeParents(QFileInfo(directory).path());
    ::mkdir(QFile::encodeName(directory).constData(), S_IRWXU);
}

} // namespace

Result<void> writeAtomically(const QString &path, const QByteArray &bytes)
{
    makeParents(QFileInfo(path).path());
    const QByteArray target = QFile::encodeName(path);
    const QByteArray temporary = target + ".new";
    ::unlink(temporary.constData());
    const int file = ::open(temporary.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                            S_IRUSR | S_IWUSR);
    if (file < 0) {
        return systemError(u"cannot write "_s + path, errno);
    }
    const bool isWritten = writeWhole(file, bytes) && ::fsync(file) == 0;
    const int error = errno;
    ::close(file);
    if (!isWritten) {
        ::unlink(temporary.constData());
        return systemError(u"cannot write "_s + path, error);
    }
    if (::rename(temporary.constData(), target.constData()) != 0) {
        return systemError(u"cannot replace "_s + path, errno);
    }
    return {};
}

} // namespace ci::runner
