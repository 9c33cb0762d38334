// SPDX-License-Identifier: MIT
#include "coordinator/auth/passwords.h"

#include <QPointer>

#include <sodium.h>

#include <memory>

namespace ci::auth {

using namespace Qt::StringLiterals;

namespace {

/// A well-formed hash of the same cost that no password has: checking it takes as long as checking
/// a real one, so that unknown names are not told apart by time.
QByteArray hashOfNobody(const PasswordCost &cost)
{
    return "$argon2id$v=19$m=" + QByteArray::number(qulonglong(cost.memoryBytes / 1024))
        + ",t=" + QByteArray::number(cost.operations)
        + ",p=1$bm9ib2R5IGhhcyB0aGlzIQ$bm9ib2R5IGtub3dzIHdoYXQgaGFzaGVzIHRvIHRoaXM";
}

Result<QByteArray> hashPassword(const Secret &password, const PasswordCost &cost)
{
    QByteArray hash(crypto_pwhash_STRBYTES, '\0');
    const QByteArray &text = password.reveal();
    if (crypto_pwhash_str(hash.data(),
                          text.constData(),
                          static_cast<unsigned long long>(text.size()),
                          cost.operations,
                          cost.memoryBytes)
        != 0) {
        return unavailable(u"there is not enough memory to hash a password"_s);
    }
    hash.truncate(qsizetype(qstrlen(hash.constData())));
    return hash;
}

bool matchesHash(const QByteArray &hash, const Secret &password)
{
    // The function reads a string of fixed length: pad.
    const QByteArray padded = hash.leftJustified(crypto_pwhash_STRBYTES, '\0', true);
    const QByteArray &text = password.reveal();
    return crypto_pwhash_str_verify(padded.constData(),
                                    text.constData(),
                                    static_cast<unsigned long long>(text.size()))
        == 0;
}

Error tooManyAtOnce()
{
    return {ErrorKind::TooMany, u"too many sign-ins at once; try again in a moment"_s};
}

} // namespace

/// One hash to make on a worker; `run` there, `finish` back on our thread.
struct Passwords::Work
{
    std::function<void()> run;
    std::function<void()> finish;
};

Passwords::Passwords(const SecretBox &box, const Clock &clock, PasswordCost cost, QObject *parent)
    : QObject(parent)
    , m_box(box)
    , m_clock(clock)
    , m_cost(cost)
    , m_nobodysHash(hashOfNobody(cost))
{
    m_pool.setMaxThreadCount(MaxAtOnce);
    // The 64 MiB are freed with the call; the threads need not stay.
    m_pool.setExpiryTimeout(10'000);
}

Passwords::~Passwords()
{
    m_pool.waitForDone();
}

Result<void> Passwords::checkRules(const QString &password, const QString &username)
{
    if (password.size() < MinimumLength) {
        return invalid(u"password is too short (minimum is %1 characters)"_s.arg(MinimumLength));
    }
    if (password.size() > MaximumLength) {
        return invalid(u"password is too long (maximum is %1 characters)"_s.arg(MaximumLength));
    }
    if (password.compare(username, Qt::CaseInsensitive) == 0) {
        return invalid(u"password must not be the user name"_s);
    }
    return {};
}

void Passwords::hash(Secret password,
                     QObject *context,
                     std::function<void(Result<QByteArray>)> done)
{
    auto result = std::make_shared<Result<QByteArray>>(tooManyAtOnce());
    auto answer = [guard = QPointer(context), result, done = std::move(done)] {
        if (guard) {
            done(*result);
        }
    };
    auto run = [result, password = std::move(password), cost = m_cost] {
        *result = hashPassword(password, cost);
    };
    enqueue({std::move(run), std::move(answer)});
}

void Passwords::verify(PasswordCheck check, QObject *context, std::function<void(Result<bool>)> done)
{
    auto result = std::make_shared<Result<bool>>(tooManyAtOnce());
    const bool isKnown = isRemembered(check);
    auto answer = [this, guard = QPointer(context), result, check, done = std::move(done)] {
        if (result->isOk() && result->value()) {
            remember(check);
        }
        if (guard) {
            done(*result);
        }
    };
    if (isKnown) {
        *result = true;
        QMetaObject::invokeMethod(this, std::move(answer), Qt::QueuedConnection);
        return;
    }
    auto run = [result, check, nobody = m_nobodysHash] {
        const bool exists = check.user && !check.hash.isEmpty();
        const bool matches = matchesHash(exists ? check.hash : nobody, check.password);
        *result = exists && matches;
    };
    enqueue({std::move(run), std::move(answer)});
}

bool Passwords::isRemembered(const PasswordCheck &check) const
{
    if (!check.user || check.hash.isEmpty()) {
        return false;
    }
    const auto found = m_remembered.constFind(rememberKey(check));
    return found != m_remembered.constEnd() && m_clock.monotonic() < found->until;
}

void Passwords::forget(UserId user)
{
    m_remembered.removeIf([user](auto entry) { return entry->user == user; });
}

bool Passwords::standInIsSound() const
{
    const QByteArray padded = m_nobodysHash.leftJustified(crypto_pwhash_STRBYTES, '\0', true);
    return crypto_pwhash_str_needs_rehash(padded.constData(), m_cost.operations, m_cost.memoryBytes)
        == 0;
}

QByteArray Passwords::rememberKey(const PasswordCheck &check) const
{
    // The stored hash is part of it: another password, another key. It has no NUL.
    return m_box.keyedHash(QByteArray::number(check.user.value()) + '\0' + check.hash + '\0'
                           + check.password.reveal());
}

void Passwords::remember(const PasswordCheck &check)
{
    const auto now = m_clock.monotonic();
    if (m_remembered.size() >= MaxRemembered) {
        m_remembered.removeIf([now](auto entry) { return entry->until <= now; });
    }
    if (m_remembered.size() < MaxRemembered && !isRemembered(check)) {
        m_remembered.insert(rememberKey(check), {check.user, now + RememberTime});
    }
}

void Passwords::enqueue(Work work)
{
    if (m_waiting.size() >= size_t(MaxWaiting)) {
        QMetaObject::invokeMethod(this, std::move(work.finish), Qt::QueuedConnection);
        return;
    }
    m_waiting.push_back(std::move(work));
    startWaiting();
}

void Passwords::startWaiting()
{
    while (m_running < MaxAtOnce && !m_waiting.empty()) {
        Work work = std::move(m_waiting.front());
        m_waiting.pop_front();
        ++m_running;
        ++m_hashesMade;
        m_pool.start([this, work = std::move(work)] {
            work.run();
            QMetaObject::invokeMethod(this, [this, finish = work.finish] {
                --m_running;
                finish();
                startWaiting();
            }, Qt::QueuedConnection);
        });
    }
}

} // namespace ci::auth
