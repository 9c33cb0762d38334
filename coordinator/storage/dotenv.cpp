// SPDX-License-Identifier: MIT
#include "coordinator/storage/dotenv.h"

#include "coordinator/storage/filedescriptor.h"

#include <algorithm>

#include <zlib.h>

namespace ci::storage {

using namespace Qt::StringLiterals;

namespace {

bool isVariableName(QStringView name)
{
    const auto isWord = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || c == u'_'
            || (c >= u'0' && c <= u'9');
    };
    return !name.isEmpty() && name.size() <= 255 && !(name[0] >= u'0' && name[0] <= u'9')
        && std::all_of(name.begin(), name.end(), isWord);
}

QString unquoted(const QString &value)
{
    const bool isQuoted = value.size() >= 2 && value.front() == value.back()
        && (value.front() == u'"' || value.front() == u'\'');
    return isQuoted ? value.sliced(1, value.size() - 2) : value;
}

// All members of a gzip file, at most `maximum` bytes.
Result<QByteArray> unpackGzip(const QByteArray &packed, qint64 maximum)
{
    z_stream stream {};
    // 15 + 32: zlib or gzip, as the header says.
    if (::inflateInit2(&stream, 15 + 32) != Z_OK) {
        return ioError(u"zlib does not start"_s);
    }
    QByteArray plain(maximum + 1, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef *>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    int code = Z_OK;
    while (code == Z_OK && stream.avail_out > 0) {
        code = ::inflate(&stream, Z_NO_FLUSH);
        // The runner writes one member a file.
        if (code == Z_STREAM_END && stream.avail_in > 0) {
            code = ::inflateReset(&stream);
        }
    }
    plain.truncate(plain.size() - static_cast<qsizetype>(stream.avail_out));
    ::inflateEnd(&stream);
    if (plain.size() > maximum) {
        return tooLarge(u"dotenv: more than %1 bytes"_s.arg(maximum));
    }
    if (code != Z_STREAM_END) {
        return invalid(u"dotenv: the file is not whole gzip"_s);
    }
    return plain;
}

} // namespace

Result<std::vector<model::GivenVariable>> parseDotenv(const QByteArray &text,
                                                      const StorageLimits &limits)
{
    if (text.size() > limits.maxDotenvBytes) {
        return tooLarge(u"dotenv: more than %1 bytes"_s.arg(limits.maxDotenvBytes));
    }
    std::vector<model::GivenVariable> variables;
    int number = 0;
    for (const QByteArray &bytes : text.split('\n')) {
        ++number;
        const QString line = QString::fromUtf8(bytes).trimmed();
        if (line.isEmpty() || line.startsWith(u'#')) {
            continue;
        }
        const QString key = line.section(u'=', 0, 0).trimmed();
        if (!line.contains(u'=') || !isVariableName(key) || line.contains(QChar(0))) {
            return invalid(u"dotenv: line %1 is not KEY=value"_s.arg(number));
        }
        const QString value = unquoted(line.section(u'=', 1).trimmed());
        std::erase_if(variables, [&](const auto &each) { return each.key == key; });
        variables.push_back({key, value, false});
        if (variables.size() > static_cast<size_t>(limits.maxDotenvVariables)) {
            return invalid(
                u"dotenv: more than %1 variables"_s.arg(limits.maxDotenvVariables));
        }
    }
    return variables;
}

Result<std::vector<model::GivenVariable>> readDotenv(const QString &path,
                                                     const StorageLimits &limits)
{
    const Result<FileDescriptor> file = FileDescriptor::openForReading(path);
    if (!file) {
        return file.error();
    }
    // Packed it may be a little larger than plain.
    Result<QByteArray> bytes = file->readAt(0, limits.maxDotenvBytes * 2 + 1024);
    if (bytes && bytes->startsWith("\x1f\x8b")) {
        bytes = unpackGzip(*bytes, limits.maxDotenvBytes);
    }
    return bytes ? parseDotenv(*bytes, limits)
                 : Result<std::vector<model::GivenVariable>>(bytes.error());
}

} // namespace ci::storage
