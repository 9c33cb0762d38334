// SPDX-License-Identifier: MIT
#include "coordinator/storage/filesource.h"

namespace ci::storage {

using namespace Qt::StringLiterals;

Result<QByteArray> FileSource::read(qint64 maximum)
{
    Result<QByteArray> bytes = m_file.readAt(m_offset, std::min(maximum, m_end - m_offset));
    if (!bytes) {
        return bytes;
    }
    if (bytes->isEmpty() && !atEnd()) {
        return ioError(u"the file became shorter while it was sent"_s);
    }
    m_offset += bytes->size();
    return bytes;
}

} // namespace ci::storage
