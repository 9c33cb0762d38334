// SPDX-License-Identifier: MIT
#include "common/net/headers.h"

#include "common/net/syntax.h"

#include <algorithm>

namespace ci::net {

void Headers::add(QByteArray name, QByteArray value)
{
    m_fields.append({std::move(name), std::move(value)});
}

void Headers::set(QByteArray name, QByteArray value)
{
    const auto same = [&name](const Field &field) { return equalsIgnoringCase(field.name, name); };
    const auto first = std::find_if(m_fields.begin(), m_fields.end(), same);
    if (first == m_fields.end()) {
        add(std::move(name), std::move(value));
        return;
    }
    first->value = std::move(value);
    m_fields.erase(std::remove_if(first + 1, m_fields.end(), same), m_fields.end());
}

void Headers::remove(QByteArrayView name)
{
    m_fields.removeIf([name](const Field &field) { return equalsIgnoringCase(field.name, name); });
}

std::optional<QByteArray> Headers::value(QByteArrayView name) const
{
    for (const Field &field : m_fields) {
        if (equalsIgnoringCase(field.name, name)) {
            return field.value;
        }
    }
    return std::nullopt;
}

QByteArray Headers::value(QByteArrayView name, QByteArray fallback) const
{
    return value(name).value_or(std::move(fallback));
}

bool Headers::contains(QByteArrayView name) const
{
    return count(name) > 0;
}

qsizetype Headers::count(QByteArrayView name) const
{
    return std::count_if(m_fields.begin(), m_fields.end(), [name](const Field &field) {
        return equalsIgnoringCase(field.name, name);
    });
}

bool Headers::hasToken(QByteArrayView name, QByteArrayView token) const
{
    for (const Field &field : m_fields) {
        if (!equalsIgnoringCase(field.name, name)) {
            continue;
        }
        for (const QByteArrayView item : splitList(field.value)) {
            if (equalsIgnoringCase(item, token)) {
                return true;
            }
        }
    }
    return false;
}

} // namespace ci::net
