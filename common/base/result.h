// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <optional>
#include <utility>
#include <variant>

namespace ci {

/// What kind of failure, for the program. coordinator/api maps each to an HTTP status in one place.
enum class ErrorKind : quint8 {
    Invalid, ///< What was given is wrong; giving it again cannot help.
    NotFound,
    Conflict, ///< Two parties raced, or the thing is in a state that forbids this.
    Forbidden, ///< The caller is known but lacks the right.
    Unauthenticated, ///< The caller is not known.
    TooLarge, ///< Past a named limit.
    TooMany, ///< Too often; again later.
    Unavailable, ///< Not now: full disk, shutting down, no connection.
    Io, ///< The system refused: file, database, process.
};

struct Error
{
    ErrorKind kind = ErrorKind::Invalid;
    QString detail; ///< For a person: the place, the cause and, where there is one, the remedy.

    /// The same error with `context` put before it: "cannot start pipeline 12: …".
    Error within(const QString &context) const { return {kind, context + QLatin1StringView(": ") + detail}; }
};

/// A value or an error, never both.
template<typename T>
class [[nodiscard]] Result
{
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) { }
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) { }

    bool isOk() const { return m_state.index() == 0; }
    explicit operator bool() const { return isOk(); }

    const T &value() const & { return std::get<0>(m_state); }
    T &value() & { return std::get<0>(m_state); }
    T &&value() && { return std::get<0>(std::move(m_state)); }
    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }

    const Error &error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

template<>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) { }

    bool isOk() const { return !m_error; }
    explicit operator bool() const { return isOk(); }
    const Error &error() const { return *m_error; }

private:
    std::optional<Error> m_error;
};

inline Error invalid(QString detail) { return {ErrorKind::Invalid, std::move(detail)}; }
inline Error notFound(QString detail) { return {ErrorKind::NotFound, std::move(detail)}; }
inline Error conflict(QString detail) { return {ErrorKind::Conflict, std::move(detail)}; }
inline Error forbidden(QString detail) { return {ErrorKind::Forbidden, std::move(detail)}; }
inline Error tooLarge(QString detail) { return {ErrorKind::TooLarge, std::move(detail)}; }
inline Error unavailable(QString detail) { return {ErrorKind::Unavailable, std::move(detail)}; }
inline Error ioError(QString detail) { return {ErrorKind::Io, std::move(detail)}; }

/// Whether the same may succeed later, without anybody mending what was asked.
inline bool mayPass(const Error &error)
{
    return error.kind == ErrorKind::Unavailable || error.kind == ErrorKind::Io;
}

/// "open /x: Permission denied" from errno.
Error systemError(const QString &what, int errorNumber);

} // namespace ci
