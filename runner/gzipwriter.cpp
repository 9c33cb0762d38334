// SPDX-License-Identifier: MIT
#include "runner/archivewriter.h"

#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr int GzipWindow = 15 + 16; // zlib: a gzip header instead of its own.
constexpr int GzipMemory = 8;

// Compresses what `file` holds into one member.
Result<void> writeMember(int file, const QByteArray &name, int level, const ArchiveSink &sink)
{
    z_stream stream {};
    if (::deflateInit2(&stream, level, Z_DEFLATED, GzipWindow, GzipMemory, Z_DEFAULT_STRATEGY)
        != Z_OK) {
        return unavailable(u"no memory to compress"_s);
    }
    QByteArray shown = name;
    gz_header header {};
    header.name = reinterpret_cast<Bytef *>(shown.data());
    header.os = 3; // Unix
    ::deflateSetHeader(&stream, &header);
    std::array<char, 64 * 1024> input {};
    std::array<char, 64 * 1024> output {};
    int state = Z_OK;
    Result<void> result;
    while (state != Z_STREAM_END && result) {
        if (stream.avail_in == 0) {
            const ssize_t got = ::read(file, input.data(), input.size());
            if (got < 0) {
                result = systemError(u"cannot read "_s + QString::fromUtf8(name), errno);
                break;
            }
            stream.next_in = reinterpret_cast<Bytef *>(input.data());
            stream.avail_in = static_cast<uInt>(got);
        }
        stream.next_out = reinterpret_cast<Bytef *>(output.data());
        stream.avail_out = static_cast<uInt>(output.size());
        state = ::deflate(&stream, stream.avail_in == 0 ? Z_FINISH : Z_NO_FLUSH);
        const auto made = static_cast<qsizetype>(output.size() - stream.avail_out);
        if (made > 0 && !sink(QByteArrayView(output.data(), made))) {
            result = unavailable(u"the transfer ended"_s);
        }
    }
    ::deflateEnd(&stream);
    return result;
}

} // namespace

Result<void> writeGzip(const ArchivePlan &plan, const ArchiveSink &sink)
{
    for (const QByteArray &name : plan.files) {
        if (plan.cancel && plan.cancel->load()) {
            return unavailable(u"canceled"_s);
        }
        const QByteArray path = plan.root + '/' + name;
        const int file = ::open(path.constData(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        struct stat info {};
        const bool isFile = file >= 0 && ::fstat(file, &info) == 0 && S_ISREG(info.st_mode);
        Result<void> written;
        if (isFile) {
            const qsizetype slash = name.lastIndexOf('/');
            written = writeMember(file, name.sliced(slash + 1), plan.level, sink);
        }
        if (file >= 0) {
            ::close(file);
        }
        if (!written) {
            return written;
        }
    }
    return {};
}

} // namespace ci::runner
