// SPDX-License-Identifier: MIT
#pragma once

#include "runner/logstore.h"
#include "runner/masker.h"

#include <QObject>

namespace ci::runner {

/// A job's log: everything written is masked, counted against the limit, and kept for sending.
/// Colours and section markers are those of GitLab Runner (reference of the runner API, 10).
class JobLog final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobLog)

public:
    JobLog(const MaskRules &rules, qint64 maxBytes, QObject *parent = nullptr);

    /// More that must not be seen from here on.
    void hide(const MaskRules &rules) { m_masker.add(rules); }

    /// Output of the job.
    void write(QByteArrayView bytes);
    /// A line of our own.
    void info(const QByteArray &text); ///< Green.
    void plain(const QByteArray &text);
    void warning(const QByteArray &text); ///< "WARNING: …", yellow.
    void error(const QByteArray &text); ///< "ERROR: …", red.

    /// Markers; without them where the coordinator does not want any, but for the title.
    void setSections(bool wanted) { m_sections = wanted; }
    void beginSection(const QByteArray &name, const QByteArray &title);
    void endSection();

    /// Nothing more comes: gives out what masking held back.
    void finish();

    const LogStore &store() const { return m_store; }
    bool isCut() const { return m_isCut; }

Q_SIGNALS:
    void grew();

private:
    void keep(const QByteArray &masked);

    Masker m_masker;
    LogStore m_store;
    qint64 m_maxBytes;
    QByteArray m_section;
    bool m_sections = true;
    bool m_isCut = false;
};

} // namespace ci::runner
