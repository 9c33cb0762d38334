// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/app/coordinatorparts.h"

#include <QHash>
#include <QStringList>

namespace ci::app {

/// What one administrator's command works with. Its functions print, and call finish() once.
class AdminTask final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AdminTask)

public:
    AdminTask(Store &store, QStringList words, QHash<QString, QString> options)
        : m_store(store)
        , m_accounts(store)
        , m_words(std::move(words))
        , m_options(std::move(options))
    {
    }

    void createUser();
    void listUsers();
    void changePassword();
    void blockUser();
    void unblockUser();
    void createToken();
    void backUp();
    void examine();

    int exitCode() const { return m_exitCode; }

private:
    QString word(qsizetype index) const { return m_words.value(index); }
    Result<model::User> userNamed(const QString &name);
    void change(auth::UserChange change, const QString &done);
    void setBlocked(bool isBlocked, const QString &done);
    void finish(const Result<void> &result);

    Store &m_store;
    Accounts m_accounts;
    QStringList m_words; ///< After the command's own.
    QHash<QString, QString> m_options;
    int m_exitCode = 0;
};

} // namespace ci::app
