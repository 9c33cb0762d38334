// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/net/message.h"

#include <QJsonObject>
#include <QStringList>

#include <optional>
#include <vector>

namespace ci::api {

/// What a caller gave: the query and a body in JSON, urlencoded or multipart form, as one set of
/// named values; the body wins over the query. Forms' "a[]", "a[b]" and "a[][b]" become lists and
/// objects. Reading is lenient where GitLab's clients differ ("true", 1, "a,b"), and the first
/// complaint is kept: after it every read gives nothing. Names that carry secrets are not taken
/// from the query.
class Fields
{
public:
    Fields() = default;
    explicit Fields(QJsonObject values)
        : m_values(std::move(values))
    {
    }

    static Result<Fields> fromRequest(const net::Request &request);

    bool has(const char *name) const;
    std::optional<QString> text(const char *name);
    QString required(const char *name);
    std::optional<bool> flag(const char *name);
    std::optional<qint64> integer(const char *name);
    std::optional<QStringList> list(const char *name); ///< A list, or text with commas.
    std::vector<Fields> objects(const char *name); ///< Of a list.

    void refuse(const char *name, const QString &why);
    /// The first complaint, for `if (auto bad = fields.complaint())`.
    const std::optional<Error> &complaint() const { return m_complaint; }
    void adopt(const Fields &part);

    const QJsonObject &values() const { return m_values; }

private:
    QJsonValue value(const char *name) const;

    QJsonObject m_values;
    std::optional<Error> m_complaint;
};

} // namespace ci::api
