// SPDX-License-Identifier: MIT
#include "common/net/multipart.h"

#include "common/net/fieldparser.h"
#include "common/net/parameters.h"
#include "common/net/syntax.h"

#include <algorithm>

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MaxBoundary = 70; // RFC 2046, 5.1.1
// Fields of one part's head; browsers and runners send two or three.
constexpr int MaxPartFields = 20;

Error malformed(const QString &what)
{
    return invalid(u"the form is malformed: "_s + what);
}

} // namespace

MultipartSink::MultipartSink(QByteArray boundary,
                             QByteArray fileField,
                             OpenFile openFile,
                             MultipartLimits limits)
    : m_delimiter("\r\n--" + boundary)
    , m_fileField(std::move(fileField))
    , m_openFile(std::move(openFile))
    , m_limits(limits)
    , m_buffer("\r\n") // So that the first boundary looks like the others.
{
}

MultipartSink::~MultipartSink()
{
    if (m_file != nullptr) {
        m_file->setWake({}); // It may outlive us with its other owner.
    }
}

Result<std::shared_ptr<MultipartSink>> MultipartSink::create(QByteArrayView contentType,
                                                             const QByteArray &fileField,
                                                             OpenFile openFile,
                                                             const MultipartLimits &limits)
{
    const std::optional<Parameters> type = Parameters::parse(contentType);
    if (!type || !equalsIgnoringCase(type->value(), "multipart/form-data")) {
        return invalid(u"a multipart/form-data body is needed"_s);
    }
    const std::optional<QByteArray> boundary = type->parameter("boundary");
    if (!boundary || boundary->isEmpty() || boundary->size() > MaxBoundary || !isFieldText(*boundary)) {
        return invalid(u"the form has no proper boundary"_s);
    }
    return std::shared_ptr<MultipartSink>(
        new MultipartSink(*boundary, fileField, std::move(openFile), limits));
}

std::optional<QByteArray> MultipartSink::field(QByteArrayView name) const
{
    const auto found = std::find_if(m_fields.begin(), m_fields.end(), [name](const Field &candidate) {
        return candidate.name == name;
    });
    return found == m_fields.end() ? std::nullopt : std::optional(found->value);
}

Result<void> MultipartSink::write(QByteArrayView bytes)
{
    if (m_state == State::Epilogue) {
        return {}; // To be ignored (RFC 2046, 5.1.1).
    }
    m_buffer.append(bytes);
    while (true) {
        const Result<bool> moved = step();
        if (!moved) {
            return moved.error();
        }
        if (!*moved) {
            return {};
        }
    }
}

// True: something was taken from the buffer and more may be.
Result<bool> MultipartSink::step()
{
    switch (m_state) {
    case State::Preamble:
    case State::Field:
    case State::File:
        return takePartBytes();
    case State::AfterBoundary:
        return takeAfterBoundary();
    case State::PartHead:
        return takePartHead();
    case State::Epilogue:
        m_buffer.clear();
        return false;
    }
    return false;
}

Result<bool> MultipartSink::takePartBytes()
{
    const qsizetype found = m_buffer.indexOf(m_delimiter);
    // The last bytes may be the beginning of a delimiter.
    const qsizetype kept = m_delimiter.size() - 1;
    const qsizetype passed = found >= 0 ? found : std::max<qsizetype>(m_buffer.size() - kept, 0);
    if (m_state != State::Preamble && passed > 0) {
        if (const Result<void> given = passOn(QByteArrayView(m_buffer).first(passed)); !given) {
            return given.error();
        }
    }
    if (found < 0) {
        m_buffer.remove(0, passed);
        return false;
    }
    m_buffer.remove(0, found + m_delimiter.size());
    if (m_state != State::Preamble) {
        if (const Result<void> ended = endPart(); !ended) {
            return ended.error();
        }
    }
    m_state = State::AfterBoundary;
    return true;
}

Result<bool> MultipartSink::takeAfterBoundary()
{
    if (m_buffer.size() < 2) {
        return false;
    }
    if (m_buffer.startsWith("--")) {
        m_state = State::Epilogue;
        return true;
    }
    if (!m_buffer.startsWith("\r\n")) {
        return malformed(u"a boundary is followed by rubbish"_s);
    }
    m_buffer.remove(0, 2);
    m_state = State::PartHead;
    return true;
}

Result<bool> MultipartSink::takePartHead()
{
    HeadScanner scanner({m_limits.maxPartHeadBytes, MaxPartFields});
    const auto found = scanner.scan(m_buffer);
    if (const auto *refusal = std::get_if<HttpRefusal>(&found)) {
        return malformed(QString::fromLatin1(refusal->reason));
    }
    const auto *length = std::get_if<qsizetype>(&found);
    if (length == nullptr) {
        return false;
    }
    const QByteArray head = m_buffer.first(*length);
    m_buffer.remove(0, *length);
    if (const Result<void> begun = beginPart(head); !begun) {
        return begun.error();
    }
    return true;
}

Result<void> MultipartSink::beginPart(QByteArrayView head)
{
    const auto parsed = parseFields(head, MaxPartFields);
    const auto *headers = std::get_if<Headers>(&parsed);
    if (headers == nullptr) {
        return malformed(u"a part's header cannot be read"_s);
    }
    const auto disposition = Parameters::parse(headers->value("Content-Disposition", {}));
    const auto name = disposition ? disposition->parameter("name") : std::nullopt;
    if (!name || !equalsIgnoringCase(disposition->value(), "form-data")) {
        return malformed(u"a part has no name"_s);
    }
    if (*name != m_fileField) {
        if (m_fields.size() >= m_limits.maxFields) {
            return tooLarge(u"the form has too many fields"_s);
        }
        m_fields.append({*name, {}});
        m_state = State::Field;
        return {};
    }
    if (m_fileSeen) {
        return malformed(u"the file comes twice"_s);
    }
    Result<std::shared_ptr<BodySink>> file = m_openFile(disposition->parameter("filename").value_or(QByteArray()));
    if (!file) {
        return file.error();
    }
    m_fileSeen = true;
    m_file = *std::move(file);
    m_file->setWake([this] { wake(); });
    m_state = State::File;
    return {};
}

Result<void> MultipartSink::passOn(QByteArrayView bytes)
{
    if (m_state == State::File) {
        return m_file->write(bytes);
    }
    QByteArray &value = m_fields.last().value;
    if (bytes.size() > m_limits.maxFieldBytes - value.size()) {
        return tooLarge(u"the form's field %1 is too large"_s.arg(QString::fromUtf8(m_fields.last().name)));
    }
    value.append(bytes);
    return {};
}

Result<void> MultipartSink::endPart()
{
    if (m_state != State::File) {
        return {};
    }
    const std::shared_ptr<BodySink> file = std::exchange(m_file, nullptr);
    file->setWake({});
    return file->finish();
}

Result<void> MultipartSink::finish()
{
    if (m_state != State::Epilogue) {
        return malformed(u"its last boundary is missing"_s);
    }
    return {};
}

} // namespace ci::net
