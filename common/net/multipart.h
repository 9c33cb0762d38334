// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"

#include <QByteArray>
#include <QList>

#include <functional>
#include <memory>
#include <optional>

namespace ci::net {

/// What a multipart/form-data body may hold. Past a limit the sink fails with TooLarge.
struct MultipartLimits
{
    int maxFields = 50; ///< Parts besides the file.
    qint64 maxFieldBytes = 64 * 1024; ///< Of one field's value.
    qint64 maxPartHeadBytes = 8 * 1024;
};

/// Takes a multipart/form-data body (RFC 7578) apart as it comes, in constant memory: the file's
/// bytes pass on to a sink of the caller's, small fields are collected.
class MultipartSink final : public BodySink
{
public:
    struct Field
    {
        QByteArray name;
        QByteArray value;
    };

    /// Asked when the part that is the file begins, with the file name as sent (a stranger's word).
    /// The fields before it are known by then.
    using OpenFile = std::function<Result<std::shared_ptr<BodySink>>(const QByteArray &fileName)>;

    /// `contentType` is the request's; invalid without multipart/form-data and a boundary.
    /// `fileField` is the name of the part that is the file: exactly one may come.
    static Result<std::shared_ptr<MultipartSink>> create(QByteArrayView contentType,
                                                         const QByteArray &fileField,
                                                         OpenFile openFile,
                                                         const MultipartLimits &limits = {});

    ~MultipartSink() override;

    /// The first field of that name.
    std::optional<QByteArray> field(QByteArrayView name) const;
    const QList<Field> &fields() const { return m_fields; }
    bool hasFile() const { return m_fileSeen; }

    Result<void> write(QByteArrayView bytes) override;
    /// Fails unless the closing boundary came. The file's sink is finished when its part ends.
    Result<void> finish() override;
    bool isFull() const override { return m_file != nullptr && m_file->isFull(); }

private:
    enum class State : quint8 {
        Preamble, ///< Before the first boundary.
        AfterBoundary, ///< The two bytes that tell whether it was the last.
        PartHead,
        Field,
        File,
        Epilogue,
    };

    MultipartSink(QByteArray boundary, QByteArray fileField, OpenFile openFile, MultipartLimits limits);

    Result<bool> step();
    Result<bool> takeAfterBoundary();
    Result<bool> takePartHead();
    Result<bool> takePartBytes();
    Result<void> beginPart(QByteArrayView head);
    Result<void> passOn(QByteArrayView bytes);
    Result<void> endPart();

    const QByteArray m_delimiter; ///< "\r\n--boundary"
    const QByteArray m_fileField;
    const OpenFile m_openFile;
    const MultipartLimits m_limits;
    State m_state = State::Preamble;
    QByteArray m_buffer;
    QList<Field> m_fields;
    std::shared_ptr<BodySink> m_file;
    bool m_fileSeen = false;
};

} // namespace ci::net
