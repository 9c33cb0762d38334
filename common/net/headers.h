// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

#include <optional>

namespace ci::net {

/// Header fields in the order given; names compare without case (RFC 9110, 5.1).
class Headers
{
public:
    struct Field
    {
        QByteArray name;
        QByteArray value;
    };

    void add(QByteArray name, QByteArray value);
    /// Replaces every field of that name by one.
    void set(QByteArray name, QByteArray value);
    void remove(QByteArrayView name);

    /// The first field of that name.
    std::optional<QByteArray> value(QByteArrayView name) const;
    QByteArray value(QByteArrayView name, QByteArray fallback) const;
    bool contains(QByteArrayView name) const;
    qsizetype count(QByteArrayView name) const;
    /// Whether a comma-separated list field ("Connection") holds `token`, without case.
    bool hasToken(QByteArrayView name, QByteArrayView token) const;

    const QList<Field> &fields() const { return m_fields; }
    bool isEmpty() const { return m_fields.isEmpty(); }

private:
    QList<Field> m_fields;
};

} // namespace ci::net
