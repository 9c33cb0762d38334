// SPDX-License-Identifier: MIT
#include "coordinator/terminal/queryfilter.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace ci::terminal {

namespace {

constexpr char Escape = '\x1b';
constexpr char Bell = '\x07';
constexpr char Enquiry = '\x05'; // Answered by the answerback string.

/// A control sequence that is answered (xterm, "Control Sequences"; ECMA-48): `start` begins its
/// parameters, `end` ends them together with the intermediate bytes.
struct AnsweredSequence
{
    QByteArrayView start;
    QByteArrayView end;
};

constexpr std::array AnsweredSequences {
    AnsweredSequence {"", "c"}, // DA1 to DA3: whatever the prefix.
    AnsweredSequence {"", "n"}, // DSR, also with '?'.
    AnsweredSequence {"", "$p"}, // DECRQM.
    AnsweredSequence {"", "x"}, // DECREQTPARM.
    AnsweredSequence {">", "q"}, // XTVERSION.
    AnsweredSequence {"?", "u"}, // Kitty's keyboard flags.
    AnsweredSequence {"?", "S"}, // XTSMGRAPHICS.
    AnsweredSequence {"", "t"}, // Window reports; those that only act lose their act, which is well.
    AnsweredSequence {"", "*y"}, // DECRQCRA: a checksum of the screen.
    AnsweredSequence {"", "&w"}, // DECRQPSR.
};

bool isAnsweredCsi(QByteArrayView body)
{
    return std::any_of(AnsweredSequences.begin(), AnsweredSequences.end(), [body](const auto &row) {
        return body.startsWith(row.start) && body.endsWith(row.end);
    });
}

/// An OSC asks where one of its parameters is "?" (colours, clipboard); a DCS where it begins with
/// $q (DECRQSS) or +q (XTGETTCAP).
bool isAnsweredString(char kind, QByteArrayView body)
{
    if (kind == ']') {
        return body.endsWith(";?") || body.contains(QByteArrayView(";?;"));
    }
    return kind == 'P' && (body.startsWith("$q") || body.startsWith("+q"));
}

class Blanker
{
public:
    explicit Blanker(QByteArray &output) : m_output(output) { }
    void run();

private:
    void escapeAt(qsizetype start);
    std::optional<qsizetype> csiEnd(qsizetype from) const;
    void stringAt(qsizetype start);
    void blank(qsizetype from, qsizetype to)
    {
        std::memset(m_output.data() + from, 0, static_cast<size_t>(to - from));
    }

    QByteArray &m_output;
    qsizetype m_next = 0; ///< Where to go on.
};

void Blanker::run()
{
    const qsizetype size = m_output.size();
    while (m_next < size) {
        const char c = m_output.at(m_next);
        if (c == Enquiry) {
            blank(m_next, m_next + 1);
        }
        if (c == Escape && m_next + 1 < size) {
            escapeAt(m_next);
        } else {
            ++m_next;
        }
    }
}

void Blanker::escapeAt(qsizetype start)
{
    const char kind = m_output.at(start + 1);
    m_next = start + 2;
    if (kind == 'Z') { // DECID
        blank(start, m_next);
    } else if (kind == '[') {
        if (const std::optional<qsizetype> end = csiEnd(m_next)) {
            if (isAnsweredCsi(QByteArrayView(m_output).sliced(m_next, *end - m_next))) {
                blank(start, *end);
            }
            m_next = *end;
        }
    } else if (kind == ']' || kind == 'P' || kind == '_' || kind == '^' || kind == 'X') {
        stringAt(start);
    } else if (kind == Escape) {
        m_next = start + 1;
    }
}

/// One past the final byte; none where the sequence is broken off or cut.
std::optional<qsizetype> Blanker::csiEnd(qsizetype from) const
{
    for (qsizetype i = from; i < m_output.size(); ++i) {
        const char c = m_output.at(i);
        if (c >= 0x40 && c <= 0x7e) {
            return i + 1;
        }
        if (c < 0x20 || c == 0x7f) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

void Blanker::stringAt(qsizetype start)
{
    const qsizetype body = start + 2;
    for (qsizetype i = body; i < m_output.size(); ++i) {
        const char c = m_output.at(i);
        if (c != Bell && c != Escape) {
            continue;
        }
        const bool terminated = c == Bell || (i + 1 < m_output.size() && m_output.at(i + 1) == '\\');
        const qsizetype end = c == Bell ? i + 1 : i + 2;
        if (terminated
            && isAnsweredString(m_output.at(start + 1),
                                QByteArrayView(m_output).sliced(body, i - body))) {
            blank(start, end);
        }
        m_next = terminated ? end : i; // An escape inside ends the string and begins anew.
        return;
    }
}

} // namespace

void blankQueries(QByteArray &output)
{
    Blanker(output).run();
}

} // namespace ci::terminal
