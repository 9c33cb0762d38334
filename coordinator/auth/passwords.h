// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/base/secretbox.h"

#include <QHash>
#include <QObject>
#include <QThreadPool>

#include <deque>
#include <functional>

namespace ci::auth {

/// Argon2id, libsodium's "interactive" strength: 64 MiB and about 100 ms.
struct PasswordCost
{
    quint64 operations = 2;
    size_t memoryBytes = 64u << 20;
};

struct PasswordCheck
{
    UserId user; ///< Null: no such user; costs the same and is never right.
    QByteArray hash;
    Secret password;
};

/// Passwords: rules, hashing and checking. Hashing runs on workers, at most two at once, so that
/// guesses cannot eat the machine; past MaxWaiting callers get TooMany. A verified password is
/// remembered for RememberTime by a keyed hash over user, stored hash and password, which makes
/// git's Basic authentication cheap and dies with a change of the password. Engine thread.
class Passwords final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Passwords)

public:
    static constexpr int MinimumLength = 8; ///< Characters.
    static constexpr int MaximumLength = 256;
    static constexpr int MaxWaiting = 64;
    static constexpr int MaxAtOnce = 2; ///< 64 MiB each.
    static constexpr std::chrono::minutes RememberTime {5};
    static constexpr int MaxRemembered = 10'000;

    Passwords(const SecretBox &box,
              const Clock &clock,
              PasswordCost cost = {},
              QObject *parent = nullptr);
    ~Passwords() override;

    /// Length only: composition rules make passwords worse.
    static Result<void> checkRules(const QString &password, const QString &username);

    /// Both call back later, exactly once unless `context` dies, on this thread.
    void hash(Secret password, QObject *context, std::function<void(Result<QByteArray>)> done);
    void verify(PasswordCheck check, QObject *context, std::function<void(Result<bool>)> done);

    /// Verified within the last minutes: no need to ask a worker.
    bool isRemembered(const PasswordCheck &check) const;
    void forget(UserId user);

    /// Runs of Argon2 so far, for the metrics.
    qint64 hashesMade() const { return m_hashesMade; }
    /// Whether the hash that stands in for unknown users parses and has the cost of real ones.
    bool standInIsSound() const;

private:
    struct Work;
    QByteArray rememberKey(const PasswordCheck &check) const;
    void remember(const PasswordCheck &check);
    void enqueue(Work work);
    void startWaiting();

    const SecretBox &m_box;
    const Clock &m_clock;
    const PasswordCost m_cost;
    const QByteArray m_nobodysHash; ///< Right form and cost, of no password.
    struct Remembered
    {
        UserId user;
        std::chrono::milliseconds until;
    };
    QHash<QByteArray, Remembered> m_remembered;
    std::deque<Work> m_waiting;
    int m_running = 0;
    qint64 m_hashesMade = 0;
    QThreadPool m_pool;
};

} // namespace ci::auth
