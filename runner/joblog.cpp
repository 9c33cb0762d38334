// SPDX-License-Identifier: MIT
#include "runner/joblog.h"

#include <QDateTime>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr QByteArrayView Reset = "\033[0;m";
constexpr QByteArrayView Green = "\033[32;1m";
constexpr QByteArrayView Yellow = "\033[0;33m";
constexpr QByteArrayView Red = "\033[31;1m";
constexpr QByteArrayView Title = "\033[0K\033[36;1m";

QByteArray colored(QByteArrayView color, const QByteArray &text)
{
    return color.toByteArray() + text + Reset.toByteArray() + '\n';
}

QByteArray marker(const char *kind, const QByteArray &name)
{
    return QByteArray(kind) + ':' + QByteArray::number(QDateTime::currentSecsSinceEpoch()) + ':'
        + name + "\r\033[0K";
}

} // namespace

JobLog::JobLog(const MaskRules &rules, qint64 maxBytes, QObject *parent)
    : QObject(parent), m_masker(rules), m_maxBytes(maxBytes)
{
}

void JobLog::write(QByteArrayView bytes)
{
    // Past the limit nothing is kept, so nothing need be searched for secrets either.
    if (!m_isCut && !bytes.isEmpty()) {
        keep(m_masker.mask(bytes));
    }
}

void JobLog::info(const QByteArray &text) { write(colored(Green, text)); }
void JobLog::plain(const QByteArray &text) { write(text + '\n'); }
void JobLog::warning(const QByteArray &text) { write(colored(Yellow, "WARNING: " + text)); }
void JobLog::error(const QByteArray &text) { write(colored(Red, "ERROR: " + text)); }

void JobLog::beginSection(const QByteArray &name, const QByteArray &title)
{
    m_section = name;
    QByteArray line = m_sections ? marker("section_start", name) : QByteArray();
    write(line + colored(Title, title + Reset.toByteArray()));
}

void JobLog::endSection()
{
    if (!m_section.isEmpty() && m_sections) {
        write(marker("section_end", m_section));
    }
    m_section.clear();
}

void JobLog::finish() { keep(m_masker.finish()); }

void JobLog::keep(const QByteArray &masked)
{
    if (m_isCut || masked.isEmpty()) {
        return;
    }
    const qint64 room = m_maxBytes - m_store.size();
    m_store.append(QByteArrayView(masked).first(std::min<qint64>(masked.size(), room)));
    if (masked.size() > room) {
        m_isCut = true;
        m_store.append('\n' + colored(Red, "Job's log exceeded limit of "
                                          + QByteArray::number(m_maxBytes) + " bytes."));
    }
    Q_EMIT grew();
}

} // namespace ci::runner
