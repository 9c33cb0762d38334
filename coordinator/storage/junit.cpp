// SPDX-License-Identifier: MIT
#include "coordinator/storage/junit.h"

#include "coordinator/storage/filedescriptor.h"

#include <QXmlStreamReader>

#include <zlib.h>

namespace ci::storage {

using namespace Qt::StringLiterals;
using model::TestStatus;

namespace {

// More than the largest real suites; a thousand times the packed size is a bomb.
constexpr qint64 MaxJunitBytes = 64 << 20;
constexpr qint64 MaxPackedJunitBytes = 32 << 20;
constexpr size_t MaxTestCases = 50'000;
constexpr int MaxJunitDepth = 100;
constexpr qsizetype MaxTestName = 1'000;
constexpr qsizetype MaxTestOutput = 8'000;
// Nobody writes reports with entities of their own; XML's five are not counted.
constexpr int MaxEntityExpansion = 1'000;

class JunitReader
{
public:
    JunitReader(const QByteArray &xml, model::TestReport &report) : m_xml(xml), m_report(report)
    {
        m_xml.setEntityExpansionLimit(MaxEntityExpansion);
    }

    void read()
    {
        while (!m_xml.atEnd() && m_report.problem.isEmpty()) {
            take(m_xml.readNext());
        }
        if (m_xml.hasError() && m_report.problem.isEmpty()) {
            m_report.problem = u"line %1: %2"_s.arg(m_xml.lineNumber()).arg(m_xml.errorString());
        }
    }

private:
    void take(QXmlStreamReader::TokenType token)
    {
        if (token == QXmlStreamReader::StartElement) {
            begin();
        } else if (token == QXmlStreamReader::EndElement) {
            end();
        } else if (token == QXmlStreamReader::Characters && m_text && m_text->size() < MaxTestOutput) {
            *m_text += m_xml.text().left(MaxTestOutput);
        }
    }

    void begin()
    {
        if (++m_depth > MaxJunitDepth) {
            m_report.problem = u"line %1: elements are nested too deep"_s.arg(m_xml.lineNumber());
            return;
        }
        const QStringView name = m_xml.name();
        if (name == "testcase"_L1) {
            beginCase();
        } else if (m_isInCase) {
            beginOutcome(name);
        }
    }

    void beginCase()
    {
        const QXmlStreamAttributes attributes = m_xml.attributes();
        m_case = {};
        m_case.name = attributes.value("name"_L1).left(MaxTestName).toString();
        m_case.className = attributes.value("classname"_L1).left(MaxTestName).toString();
        m_case.file = attributes.value("file"_L1).left(MaxTestName).toString();
        const double seconds = attributes.value("time"_L1).toDouble();
        m_case.seconds = qIsFinite(seconds) && seconds > 0 ? seconds : 0;
        m_isInCase = true;
        m_caseDepth = m_depth;
    }

    void beginOutcome(QStringView name)
    {
        if (name == "system-out"_L1 || name == "system-err"_L1) {
            m_text = &m_case.systemOutput;
            return;
        }
        const bool isFailure = name == "failure"_L1;
        if (!isFailure && name != "error"_L1 && name != "skipped"_L1) {
            return;
        }
        m_case.status = isFailure          ? TestStatus::Failed
            : name == "error"_L1 ? TestStatus::Error
                                 : TestStatus::Skipped;
        const QStringView message = m_xml.attributes().value("message"_L1);
        if (!message.isEmpty()) {
            m_case.output += message.left(MaxTestOutput);
            m_case.output += u'\n';
        }
        m_text = &m_case.output;
    }

    void end()
    {
        if (m_isInCase && m_depth == m_caseDepth) {
            finishCase();
        }
        m_text = nullptr;
        --m_depth;
    }

    void finishCase()
    {
        m_isInCase = false;
        model::TestCounts &counts = m_report.counts;
        counts.seconds += m_case.seconds;
        switch (m_case.status) {
        case TestStatus::Success:
            ++counts.success;
            break;
        case TestStatus::Failed:
            ++counts.failed;
            break;
        case TestStatus::Skipped:
            ++counts.skipped;
            break;
        case TestStatus::Error:
            ++counts.errors;
            break;
        }
        if (m_report.cases.size() < MaxTestCases) {
            m_case.output = m_case.output.trimmed();
            m_case.systemOutput = m_case.systemOutput.trimmed();
            m_report.cases.push_back(m_case);
        }
    }

    QXmlStreamReader m_xml;
    model::TestReport &m_report;
    model::TestCase m_case;
    QString *m_text = nullptr; ///< Where the characters go.
    int m_depth = 0;
    int m_caseDepth = 0;
    bool m_isInCase = false;
};

/// Unpacks the members of a gzip file one after another.
class GzipMembers
{
public:
    explicit GzipMembers(const QByteArray &packed)
    {
        m_isOpen = ::inflateInit2(&m_stream, 15 + 32) == Z_OK;
        m_stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
        m_stream.avail_in = static_cast<uInt>(packed.size());
    }
    ~GzipMembers()
    {
        if (m_isOpen) {
            ::inflateEnd(&m_stream);
        }
    }
    Q_DISABLE_COPY_MOVE(GzipMembers)

    bool atEnd() const { return m_stream.avail_in == 0; }

    /// nullopt: broken, or larger than `maximum` in all.
    std::optional<QByteArray> next(qint64 maximum)
    {
        constexpr qsizetype block = 256 * 1024;
        QByteArray plain;
        int code = m_isOpen ? Z_OK : Z_STREAM_ERROR;
        while (code == Z_OK) {
            const qsizetype done = plain.size();
            plain.resize(done + block);
            m_stream.next_out = reinterpret_cast<Bytef *>(plain.data() + done);
            m_stream.avail_out = static_cast<uInt>(block);
            code = ::inflate(&m_stream, Z_NO_FLUSH);
            plain.truncate(plain.size() - static_cast<qsizetype>(m_stream.avail_out));
            if (plain.size() > maximum) {
                return std::nullopt;
            }
        }
        if (code != Z_STREAM_END || ::inflateReset(&m_stream) != Z_OK) {
            return std::nullopt;
        }
        return plain;
    }

private:
    z_stream m_stream {};
    bool m_isOpen = false;
};

} // namespace

void readJunit(const QByteArray &xml, model::TestReport &report)
{
    JunitReader(xml, report).read();
}

model::TestReport readJunitFile(const QString &path)
{
    model::TestReport report;
    const Result<FileDescriptor> file = FileDescriptor::openForReading(path);
    const Result<QByteArray> bytes = file ? file->readAt(0, MaxPackedJunitBytes + 1)
                                          : Result<QByteArray>(file.error());
    if (!bytes) {
        report.problem = bytes.error().detail;
        return report;
    }
    if (bytes->size() > MaxPackedJunitBytes) {
        report.problem = u"the report is too large"_s;
        return report;
    }
    if (!bytes->startsWith("\x1f\x8b")) {
        readJunit(*bytes, report);
        return report;
    }
    GzipMembers members(*bytes);
    qint64 left = MaxJunitBytes;
    while (!members.atEnd() && report.problem.isEmpty()) {
        const std::optional<QByteArray> xml = members.next(left);
        if (!xml) {
            report.problem = u"the report is not whole gzip, or too large"_s;
            return report;
        }
        left -= xml->size();
        readJunit(*xml, report);
    }
    return report;
}

} // namespace ci::storage
