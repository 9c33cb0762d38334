// SPDX-License-Identifier: MIT
#include "common/net/parameters.h"

#include "common/net/syntax.h"

namespace ci::net {

namespace {

// A token up to ';', or a quoted string in which '\' takes the next character as it is.
std::optional<QByteArray> takeValue(QByteArrayView &rest)
{
    if (!rest.startsWith('"')) {
        const qsizetype end = rest.indexOf(';');
        const QByteArrayView token = trimmedSpace(end < 0 ? rest : rest.first(end));
        rest = end < 0 ? QByteArrayView() : rest.sliced(end);
        return isToken(token) ? std::optional(token.toByteArray()) : std::nullopt;
    }
    QByteArray value;
    for (qsizetype i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest = trimmedSpace(rest.sliced(i + 1));
            return value;
        }
        // Browsers send '\' of Windows paths as it is; only before a quote or itself it escapes.
        if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) {
            ++i;
        }
        value += rest[i];
    }
    return std::nullopt;
}

} // namespace

std::optional<Parameters> Parameters::parse(QByteArrayView text)
{
    Parameters result;
    const qsizetype end = text.indexOf(';');
    result.m_value = trimmedSpace(end < 0 ? text : text.first(end)).toByteArray();
    if (result.m_value.isEmpty()) {
        return std::nullopt;
    }
    QByteArrayView rest = end < 0 ? QByteArrayView() : text.sliced(end);
    while (!rest.isEmpty()) {
        if (!rest.startsWith(';')) {
            return std::nullopt;
        }
        rest = trimmedSpace(rest.sliced(1));
        if (rest.isEmpty()) {
            break; // A ';' at the end does no harm.
        }
        const qsizetype equals = rest.indexOf('=');
        if (equals <= 0 || !isToken(rest.first(equals)) || result.parameter(rest.first(equals))) {
            return std::nullopt;
        }
        const QByteArray name = rest.first(equals).toByteArray();
        rest = rest.sliced(equals + 1);
        const std::optional<QByteArray> value = takeValue(rest);
        if (!value) {
            return std::nullopt;
        }
        result.m_parameters.append({name, *value});
    }
    return result;
}

std::optional<QByteArray> Parameters::parameter(QByteArrayView name) const
{
    for (const Parameter &parameter : m_parameters) {
        if (equalsIgnoringCase(parameter.name, name)) {
            return parameter.value;
        }
    }
    return std::nullopt;
}

} // namespace ci::net
