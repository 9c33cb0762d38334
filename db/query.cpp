// SPDX-License-Identifier: MIT
#include "db/query.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <sqlite3.h>

namespace ci::db {

using namespace Qt::StringLiterals;

Query::Query(Database &database, const char *sql)
    : m_database(database)
{
    const Result<sqlite3_stmt *> statement = database.prepared(sql);
    if (statement) {
        m_statement = *statement;
    } else {
        m_error = statement.error();
    }
}

Query::~Query()
{
    if (m_statement != nullptr) {
        sqlite3_reset(m_statement);
        sqlite3_clear_bindings(m_statement);
    }
}

void Query::check(int code)
{
    if (code != SQLITE_OK && !m_error) {
        m_error = m_database.lastError(u"database"_s);
    }
}

int Query::parameter(const char *name)
{
    if (m_statement == nullptr) {
        return 0;
    }
    const int index = sqlite3_bind_parameter_index(m_statement, name);
    Q_ASSERT_X(index > 0, "Query::bind", name);
    return index;
}

Query &Query::bind(const char *name, qint64 value)
{
    if (const int index = parameter(name)) {
        check(sqlite3_bind_int64(m_statement, index, value));
    }
    return *this;
}

Query &Query::bind(const char *name, double value)
{
    if (const int index = parameter(name)) {
        check(sqlite3_bind_double(m_statement, index, value));
    }
    return *this;
}

Query &Query::bind(const char *name, const QString &text)
{
    return bind(name, QByteArrayView(text.toUtf8()));
}

Query &Query::bind(const char *name, QByteArrayView text)
{
    if (const int index = parameter(name)) {
        // An empty view may have a null pointer, which SQLite would store as NULL.
        const char *bytes = text.isEmpty() ? "" : text.data();
        check(sqlite3_bind_text64(m_statement,
                                  index,
                                  bytes,
                                  static_cast<sqlite3_uint64>(text.size()),
                                  SQLITE_TRANSIENT,
                                  SQLITE_UTF8));
    }
    return *this;
}

Query &Query::bindBlob(const char *name, const QByteArray &bytes)
{
    if (const int index = parameter(name)) {
        check(sqlite3_bind_blob64(m_statement,
                                  index,
                                  bytes.constData(),
                                  static_cast<sqlite3_uint64>(bytes.size()),
                                  SQLITE_TRANSIENT));
    }
    return *this;
}

Query &Query::bindNull(const char *name)
{
    if (const int index = parameter(name)) {
        check(sqlite3_bind_null(m_statement, index));
    }
    return *this;
}

Query &Query::bind(const char *name, const QStringList &list)
{
    const QJsonDocument document(QJsonArray::fromStringList(list));
    return bind(name, QByteArrayView(document.toJson(QJsonDocument::Compact)));
}

bool Query::next()
{
    if (m_error || m_statement == nullptr) {
        return false;
    }
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        check(code);
    }
    return false;
}

Result<int> Query::run()
{
    while (next()) { }
    if (m_error) {
        return *m_error;
    }
    return m_database.changedRows();
}

Result<void> Query::finish() const
{
    return m_error ? Result<void>(*m_error) : Result<void>();
}

bool Query::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

qint64 Query::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Query::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

QString Query::text(int column) const
{
    return QString::fromUtf8(bytes(column));
}

QByteArray Query::bytes(int column) const
{
    // The pointer first: asking for the size may convert the value.
    const void *data = sqlite3_column_blob(m_statement, column);
    return {static_cast<const char *>(data), sqlite3_column_bytes(m_statement, column)};
}

QStringList Query::list(int column) const
{
    QStringList list;
    for (const QJsonValue &value : QJsonDocument::fromJson(bytes(column)).array()) {
        list.append(value.toString());
    }
    return list;
}

std::optional<Timestamp> Query::maybeTime(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(time(column));
}

std::optional<qint64> Query::maybeInteger(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<std::chrono::seconds> Query::maybeSpan(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(span(column));
}

} // namespace ci::db
