// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

#include <optional>

namespace ci::net {

/// A field value with parameters: `form-data; name="file"; filename="a.zip"`.
class Parameters
{
public:
    /// Nothing for broken syntax: no value, an unclosed quote, a parameter twice.
    static std::optional<Parameters> parse(QByteArrayView text);

    const QByteArray &value() const { return m_value; }
    /// Names compare without case.
    std::optional<QByteArray> parameter(QByteArrayView name) const;

private:
    struct Parameter
    {
        QByteArray name;
        QByteArray value;
    };

    QByteArray m_value;
    QList<Parameter> m_parameters;
};

} // namespace ci::net
