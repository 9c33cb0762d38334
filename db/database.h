// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QHash>
#include <QString>

#include <memory>

struct sqlite3;
struct sqlite3_stmt;

namespace ci::db {

enum class Access : quint8 {
    ReadWrite, ///< Creates the file; WAL, synchronous=FULL: a commit survives a power cut.
    ReadOnly, ///< A second connection for lists; sees the newest commit.
};

/// One SQLite connection and its prepared statements, for one thread.
class Database
{
public:
    static Result<std::unique_ptr<Database>> open(const QString &path,
                                                  Access access = Access::ReadWrite);
    ~Database();
    Q_DISABLE_COPY_MOVE(Database)

    /// Takes the schema to the newest version. A database newer than the program is refused.
    Result<void> migrate();
    int schemaVersion() const;

    /// Runs statements without results, as they come.
    Result<void> execute(const char *sql);
    /// The same for one that begins or ends a transaction or savepoint, of which each command needs a
    /// few: kept compiled, so `sql` must be a literal, as a Query's.
    Result<void> control(const char *sql);

    /// False after SQLite rolled the whole transaction back by itself (full disk, I/O error).
    bool isInTransaction() const;
    /// Whether the open transaction has written anything.
    bool hasWritten() const;

    qint64 lastInsertId() const;
    int changedRows() const; ///< By the newest INSERT, UPDATE or DELETE.

    /// Copies the live database to `path` (VACUUM INTO).
    Result<void> backUpTo(const QString &path);

private:
    friend class Query;

    explicit Database(sqlite3 *handle);
    Result<sqlite3_stmt *> prepared(const char *sql);
    Error lastError(const QString &what) const;

    sqlite3 *m_handle = nullptr;
    /// By the address of the SQL text: each is a literal with static storage.
    QHash<const char *, sqlite3_stmt *> m_statements;
};

/// Opens a savepoint; rolls it back when it dies unless released.
class Savepoint
{
public:
    explicit Savepoint(Database &database);
    ~Savepoint();
    Q_DISABLE_COPY_MOVE(Savepoint)

    Result<void> release();

private:
    Database &m_database;
    bool m_isOpen = false;
};

} // namespace ci::db
