// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "db/database.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace ci::db {

/// One use of a prepared statement. `sql` is a literal: the statement is kept by its address.
///
///     Query query(database, FindUser);
///     query.bind(":id", id);
///     if (query.next()) { … query.column<QString>(0) … }
///     return query.finish();
///
/// The first failure is remembered; next() is then false and finish() gives it.
class Query
{
public:
    Query(Database &database, const char *sql);
    ~Query();
    Q_DISABLE_COPY_MOVE(Query)

    Query &bind(const char *name, qint64 value);
    Query &bind(const char *name, int value) { return bind(name, static_cast<qint64>(value)); }
    Query &bind(const char *name, bool value) { return bind(name, static_cast<qint64>(value)); }
    Query &bind(const char *name, double value);
    Query &bind(const char *name, const QString &text);
    Query &bind(const char *name, QByteArrayView text); ///< Bound as TEXT: ASCII words and hashes.
    Query &bind(const char *name, const QByteArray &text)
    {
        return bind(name, QByteArrayView(text));
    }
    /// Without this a literal would be bound as `true`.
    Query &bind(const char *name, const char *text) { return bind(name, QByteArrayView(text)); }
    Query &bindBlob(const char *name, const QByteArray &bytes);
    Query &bindNull(const char *name);
    Query &bind(const char *name, Timestamp time) { return bind(name, toMilliseconds(time)); }
    Query &bind(const char *name, std::chrono::seconds span)
    {
        return bind(name, static_cast<qint64>(span.count()));
    }
    /// A JSON array of strings.
    Query &bind(const char *name, const QStringList &list);
    template<typename Tag>
    Query &bind(const char *name, Id<Tag> id)
    {
        return bind(name, id.value());
    }
    template<typename T>
    Query &bind(const char *name, const std::optional<T> &value)
    {
        return value ? bind(name, *value) : bindNull(name);
    }

    /// True when there is a row.
    bool next();
    /// Runs a statement to its end; the number of rows changed.
    Result<int> run();
    Result<void> finish() const;

    bool isNull(int column) const;
    qint64 integer(int column) const;
    double real(int column) const;
    QString text(int column) const;
    QByteArray bytes(int column) const; ///< Text or blob.
    QStringList list(int column) const; ///< From a JSON array.
    bool flag(int column) const { return integer(column) != 0; }
    Timestamp time(int column) const { return fromMilliseconds(integer(column)); }
    std::chrono::seconds span(int column) const { return std::chrono::seconds {integer(column)}; }
    std::optional<Timestamp> maybeTime(int column) const;
    std::optional<qint64> maybeInteger(int column) const;
    std::optional<std::chrono::seconds> maybeSpan(int column) const;
    template<typename IdType>
    IdType id(int column) const
    {
        return IdType {integer(column)};
    }
    template<typename IdType>
    std::optional<IdType> maybeId(int column) const
    {
        return isNull(column) ? std::nullopt : std::optional<IdType> {IdType {integer(column)}};
    }

private:
    int parameter(const char *name);
    void check(int code);

    Database &m_database;
    sqlite3_stmt *m_statement = nullptr;
    std::optional<Error> m_error;
};

} // namespace ci::db
