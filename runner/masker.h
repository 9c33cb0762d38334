// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <array>
#include <vector>

namespace ci::runner {

/// What must not be seen in a log.
struct MaskRules
{
    std::vector<QByteArray> secrets; ///< Hidden whole, in every form added with addSecret().
    std::vector<QByteArray> tokenPrefixes; ///< "glpat-": what follows it is hidden.

    /// Adds a value and the forms in which programs print it: CRLF, each line of several, base64,
    /// percent-encoded, JSON-escaped.
    void addSecret(const QByteArray &value);
};

/// Replaces secrets in a stream by [MASKED], wherever the stream is cut into pieces. Holds back
/// what may be the beginning of a secret (less than the longest one). Where secrets overlap, all
/// of their bytes are hidden.
class Masker final
{
public:
    explicit Masker(const MaskRules &rules);

    /// Hides more from here on.
    void add(const MaskRules &rules);

    /// Takes the next piece, gives what is certain.
    QByteArray mask(QByteArrayView piece);
    /// The end of the stream: gives what was held back.
    QByteArray finish();

private:
    /// What follows a prefix and is hidden with it.
    enum class Swallow : quint8 { Nothing, Token, UrlValue };

    struct Pattern
    {
        QByteArray text;
        Swallow swallow = Swallow::Nothing; ///< Nothing: a secret.
    };

    struct Match
    {
        qsizetype secret = 0; ///< Length of the longest secret that begins here.
        const Pattern *prefix = nullptr;
        bool isOpen = false; ///< More bytes may make a (longer) match.
    };

    void addPattern(QByteArray text, Swallow swallow);
    Match matchAt(QByteArrayView bytes, qsizetype at) const;
    QByteArray process(bool isLast);
    /// Consumes one byte at `at`; false: must wait for more.
    bool step(qsizetype at, bool isLast, QByteArray &out);
    bool belongsToSwallowed(char c) const;
    bool swallowByte(char c, QByteArray &out);

    std::array<std::vector<Pattern>, 256> m_byFirst;
    QByteArray m_held;
    qsizetype m_covered = 0; ///< So many bytes from here on belong to a secret.
    qsizetype m_prefixLeft = 0; ///< So many bytes until the end of a prefix.
    Swallow m_next = Swallow::Nothing; ///< Begins at that end.
    Swallow m_swallow = Swallow::Nothing;
    bool m_shown = false; ///< [MASKED] is written for what is being swallowed.
};

} // namespace ci::runner
