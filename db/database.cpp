// SPDX-License-Identifier: MIT
#include "db/database.h"

#include "db/migrations.h"
#include "db/query.h"

#include <QFile>

#include <sqlite3.h>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

// WAL with FULL: the log is synced at each commit, so an acknowledged change survives a power
// cut. The cache is in KiB when negative: 16 MiB keep indexes of 100,000 jobs in memory without
// weighing on an idle coordinator, which touches little of it.
constexpr const char *ReadWritePragmas = R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 2000;
)";
constexpr const char *ReadOnlyPragmas = R"(
    PRAGMA query_only = ON;
    PRAGMA cache_size = -4096;
)";

// How long to wait for a lock held by a checkpoint or a backup, in milliseconds.
constexpr int BusyTimeoutMs = 5000;

ErrorKind kindOf(int code)
{
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return ErrorKind::Conflict;
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ErrorKind::Unavailable;
    default:
        return ErrorKind::Io;
    }
}

} // namespace

Database::Database(sqlite3 *handle)
    : m_handle(handle)
{
}

Database::~Database()
{
    for (sqlite3_stmt *statement : std::as_const(m_statements)) {
        sqlite3_finalize(statement);
    }
    sqlite3_close(m_handle);
}

Result<std::unique_ptr<Database>> Database::open(const QString &path, Access access)
{
    const int flags = access == Access::ReadOnly
        ? SQLITE_OPEN_READONLY
        : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3 *handle = nullptr;
    // One thread per connection: SQLite's own locks are not needed.
    const int code = sqlite3_open_v2(
        path.toUtf8().constData(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(handle));
    if (code != SQLITE_OK) {
        return database->lastError(u"cannot open the database %1"_s.arg(path));
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, BusyTimeoutMs);
    const Result<void> configured = database->execute(
        access == Access::ReadOnly ? ReadOnlyPragmas : ReadWritePragmas);
    if (!configured) {
        return configured.error().within(u"cannot open the database %1"_s.arg(path));
    }
    if (access == Access::ReadWrite) {
        // The file holds hashes and sealed secrets: nobody else's business.
        QFile::setPermissions(path, QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    }
    return database;
}

int Database::schemaVersion() const
{
    sqlite3_stmt *statement = nullptr;
    sqlite3_prepare_v2(m_handle, "PRAGMA user_version", -1, &statement, nullptr);
    const int version
        = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return version;
}

// Foreign keys are switched off before BEGIN, since inside a transaction the pragma does nothing;
// the check before COMMIT finds what a migration broke.
static Result<void> applyMigration(Database &database, const Migration &migration)
{
    const QByteArray setVersion
        = "PRAGMA user_version = " + QByteArray::number(migration.version);
    for (const char *sql : {"PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE", migration.sql,
                            setVersion.constData()}) {
        if (Result<void> done = database.execute(sql); !done) {
            (void)database.execute("ROLLBACK");
            return done.error().within(u"migration %1"_s.arg(migration.version));
        }
    }
    Query check(database, "PRAGMA foreign_key_check");
    if (check.next()) {
        const QString table = check.text(0);
        (void)database.execute("ROLLBACK");
        return ioError(u"migration %1 leaves dangling references in table %2"_s
                           .arg(migration.version)
                           .arg(table));
    }
    if (Result<void> done = database.execute("COMMIT"); !done) {
        return done;
    }
    return database.execute("PRAGMA foreign_keys = ON");
}

Result<void> Database::migrate()
{
    const int newest = migrations().back().version;
    const int present = schemaVersion();
    if (present > newest) {
        return conflict(
            u"the database has version %1, newer than this program knows (%2): "
            "install the newer program again, or restore a backup made before it"_s.arg(present)
                .arg(newest));
    }
    for (const Migration &migration : migrations()) {
        if (migration.version > present) {
            if (Result<void> done = applyMigration(*this, migration); !done) {
                return done;
            }
        }
    }
    return {};
}

Result<void> Database::execute(const char *sql)
{
    if (sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        return lastError(QString::fromLatin1(sql).simplified().left(60));
    }
    return {};
}

Result<void> Database::control(const char *sql)
{
    const Result<sqlite3_stmt *> statement = prepared(sql);
    if (!statement) {
        return statement.error();
    }
    const bool isDone = sqlite3_step(*statement) == SQLITE_DONE;
    Result<void> done = isDone ? Result<void>() : Result<void>(lastError(QString::fromLatin1(sql)));
    sqlite3_reset(*statement);
    return done;
}

bool Database::isInTransaction() const
{
    return sqlite3_get_autocommit(m_handle) == 0;
}

bool Database::hasWritten() const
{
    return sqlite3_txn_state(m_handle, nullptr) == SQLITE_TXN_WRITE;
}

qint64 Database::lastInsertId() const
{
    return sqlite3_last_insert_rowid(m_handle);
}

int Database::changedRows() const
{
    return sqlite3_changes(m_handle);
}

Result<void> Database::backUpTo(const QString &path)
{
    Query query(*this, "VACUUM INTO :path");
    query.bind(":path", path);
    const Result<int> done = query.run();
    return done ? Result<void>() : Result<void>(done.error());
}

Result<sqlite3_stmt *> Database::prepared(const char *sql)
{
    if (sqlite3_stmt *kept = m_statements.value(sql)) {
        return kept;
    }
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v3(m_handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr)
        != SQLITE_OK) {
        return lastError(u"cannot prepare %1"_s.arg(QString::fromUtf8(sql).simplified().left(80)));
    }
    m_statements.insert(sql, statement);
    return statement;
}

Error Database::lastError(const QString &what) const
{
    return {kindOf(sqlite3_extended_errcode(m_handle)),
            what + u": "_s + QString::fromUtf8(sqlite3_errmsg(m_handle))};
}

Savepoint::Savepoint(Database &database)
    : m_database(database)
    , m_isOpen(database.control("SAVEPOINT command").isOk())
{
}

Savepoint::~Savepoint()
{
    // After SQLite rolled everything back there is no savepoint left to roll back to.
    if (m_isOpen && m_database.isInTransaction()) {
        (void)m_database.control("ROLLBACK TO command");
        (void)m_database.control("RELEASE command");
    }
}

Result<void> Savepoint::release()
{
    if (!m_isOpen) {
        return ioError(u"no savepoint could be opened"_s);
    }
    Result<void> released = m_database.control("RELEASE command");
    m_isOpen = !released.isOk();
    return released;
}

} // namespace ci::db
