// SPDX-License-Identifier: MIT
#include "coordinator/storage/artifactupload.h"

namespace ci::storage {

using namespace Qt::StringLiterals;

namespace {

// The disk works while the rest still comes: a gigabyte is not waited for at the end.
constexpr qint64 WritebackStep = 8 << 20;

} // namespace

ReceivedFile::~ReceivedFile()
{
    if (!m_path.isEmpty()) {
        (void)removeFile(m_path);
    }
}

ArtifactUpload::ArtifactUpload(QString temporaryPath, qint64 maximum)
    : m_path(std::move(temporaryPath))
    , m_maximum(maximum)
{
}

ArtifactUpload::~ArtifactUpload()
{
    if (!m_received) {
        (void)removeFile(m_path);
    }
}

Result<void> ArtifactUpload::open()
{
    if (m_file.number() >= 0) {
        return {};
    }
    Result<FileDescriptor> file = FileDescriptor::openForWriting(m_path);
    if (!file) {
        return file.error();
    }
    m_file = std::move(*file);
    return {};
}

Result<void> ArtifactUpload::write(QByteArrayView bytes)
{
    if (bytes.size() > m_maximum - m_size) {
        return tooLarge(u"the artifact has more than %1 bytes"_s.arg(m_maximum));
    }
    if (const Result<void> opened = open(); !opened) {
        return opened;
    }
    if (const Result<void> written = m_file.writeAt(m_size, bytes); !written) {
        return written;
    }
    m_hash.add(bytes);
    m_size += bytes.size();
    if (m_size - m_handedToDisk >= WritebackStep) {
        m_file.startWriteback(m_handedToDisk, m_size - m_handedToDisk);
        m_handedToDisk = m_size;
    }
    return {};
}

Result<void> ArtifactUpload::finish()
{
    if (const Result<void> opened = open(); !opened) {
        return opened;
    }
    m_file = FileDescriptor();
    m_received = std::make_shared<ReceivedFile>(m_path, m_size, m_hash.hex());
    return {};
}

} // namespace ci::storage
