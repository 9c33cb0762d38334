// SPDX-License-Identifier: MIT
#include "runner/masker.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <cstring>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr QByteArrayView Mask = "[MASKED]";

// Shorter derived forms (a line of a key, base64 of a short word) would hide harmless text.
constexpr qsizetype MinDerivedBytes = 8;

// Values of these URL parameters are hidden (GitLab Runner, common/buildlogger: url sanitizing).
constexpr QByteArrayView UrlParameters[] {
    "private_token", "authenticity_token", "rss_token", "X-AMZ-Signature", "X-Amz-Signature",
    "x-amz-signature", "X-AMZ-Credential", "X-Amz-Credential", "x-amz-credential",
    "X-AMZ-Security-Token", "X-Amz-Security-Token", "x-amz-security-token", "X-Goog-Signature",
    "sig", "signature", "job_token", "access_token",
};

bool isTokenCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
        || c == '.' || c == '_' || c == '=';
}

bool isUrlValueCharacter(char c)
{
    return static_cast<unsigned char>(c) > ' ' && c != '&' && c != '"' && c != '\'' && c != '<'
        && c != '>';
}

QByteArray jsonEscaped(const QByteArray &value)
{
    const QByteArray array
        = QJsonDocument(QJsonArray {QString::fromUtf8(value)}).toJson(QJsonDocument::Compact);
    return array.sliced(2, array.size() - 4); // Without [" and "].
}

QByteArray base64(const QByteArray &value)
{
    QByteArray text = value.toBase64(QByteArray::OmitTrailingEquals);
    // The last character also holds bits of what follows, where the value is only a beginning.
    if (value.size() % 3 != 0) {
        text.chop(1);
    }
    return text;
}

} // namespace

void MaskRules::addSecret(const QByteArray &value)
{
    const auto add = [this](const QByteArray &form, qsizetype minimum) {
        if (form.size() >= minimum && !secrets.empty()
            && std::find(secrets.begin(), secrets.end(), form) != secrets.end()) {
            return;
        }
        if (form.size() >= minimum) {
            secrets.push_back(form);
        }
    };
    add(value, 1);
    const QByteArray trimmed = value.trimmed();
    add(trimmed, 1);
    add(trimmed.toBase64(QByteArray::OmitTrailingEquals), MinDerivedBytes);
    add(base64(value), MinDerivedBytes);
    add(base64(trimmed), MinDerivedBytes);
    add(trimmed.toPercentEncoding(), MinDerivedBytes);
    add(jsonEscaped(trimmed), MinDerivedBytes);
    if (trimmed.contains('\n')) {
        add(QByteArray(trimmed).replace("\r\n", "\n").replace('\n', "\r\n"), MinDerivedBytes);
        for (const QByteArray &line : trimmed.split('\n')) {
            add(line.trimmed(), MinDerivedBytes);
        }
    }
}

Masker::Masker(const MaskRules &rules)
{
    add(rules);
    for (const QByteArrayView name : UrlParameters) {
        addPattern('?' + name.toByteArray() + '=', Swallow::UrlValue);
        addPattern('&' + name.toByteArray() + '=', Swallow::UrlValue);
    }
}

void Masker::add(const MaskRules &rules)
{
    for (const QByteArray &secret : rules.secrets) {
        addPattern(secret, Swallow::Nothing);
    }
    for (const QByteArray &prefix : rules.tokenPrefixes) {
        addPattern(prefix, Swallow::Token);
    }
}

void Masker::addPattern(QByteArray text, Swallow swallow)
{
    if (!text.isEmpty()) {
        m_byFirst[static_cast<unsigned char>(text.front())].push_back({std::move(text), swallow});
    }
}

Masker::Match Masker::matchAt(QByteArrayView bytes, qsizetype at) const
{
    Match match;
    const qsizetype available = bytes.size() - at;
    for (const Pattern &pattern : m_byFirst[static_cast<unsigned char>(bytes[at])]) {
        const qsizetype common = std::min(available, pattern.text.size());
        if (std::memcmp(pattern.text.constData(), bytes.data() + at, static_cast<size_t>(common))
            != 0) {
            continue;
        }
        if (common < pattern.text.size()) {
            match.isOpen = true;
        } else if (pattern.swallow == Swallow::Nothing) {
            match.secret = std::max(match.secret, pattern.text.size());
        } else if (!match.prefix || match.prefix->text.size() < pattern.text.size()) {
            match.prefix = &pattern;
        }
    }
    return match;
}

QByteArray Masker::mask(QByteArrayView piece)
{
    m_held.append(piece);
    return process(false);
}

QByteArray Masker::finish() { return process(true); }

QByteArray Masker::process(bool isLast)
{
    QByteArray out;
    out.reserve(m_held.size());
    qsizetype at = 0;
    while (at < m_held.size() && step(at, isLast, out)) {
        ++at;
    }
    m_held.remove(0, at);
    return out;
}

// A byte is first looked at as the beginning of a secret or prefix, then hidden or shown.
bool Masker::step(qsizetype at, bool isLast, QByteArray &out)
{
    const char c = m_held[at];
    if (!m_byFirst[static_cast<unsigned char>(c)].empty()) {
        const Match match = matchAt(m_held, at);
        if (match.isOpen && !isLast) {
            return false;
        }
        if (match.secret > 0) {
            if (m_covered == 0 && m_swallow == Swallow::Nothing) {
                out += Mask;
            }
            m_covered = std::max(m_covered, match.secret);
        }
        if (match.prefix && m_swallow == Swallow::Nothing) {
            m_prefixLeft = match.prefix->text.size();
            m_next = match.prefix->swallow;
        }
    }
    if (m_covered > 0) {
        --m_covered;
        if (!belongsToSwallowed(c)) {
            m_swallow = Swallow::Nothing;
        }
    } else if (!swallowByte(c, out)) {
        out += c;
    }
    if (m_prefixLeft > 0 && --m_prefixLeft == 0) {
        m_swallow = m_next;
        m_shown = false;
    }
    return true;
}

bool Masker::belongsToSwallowed(char c) const
{
    switch (m_swallow) {
    case Swallow::Nothing:
        return false;
    case Swallow::Token:
        return isTokenCharacter(c);
    case Swallow::UrlValue:
        return isUrlValueCharacter(c);
    }
    return false;
}

bool Masker::swallowByte(char c, QByteArray &out)
{
    if (!belongsToSwallowed(c)) {
        m_swallow = Swallow::Nothing;
        return false;
    }
    if (!m_shown) {
        out += Mask;
        m_shown = true;
    }
    return true;
}

} // namespace ci::runner
