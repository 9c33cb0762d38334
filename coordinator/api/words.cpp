// SPDX-License-Identifier: MIT
#include "coordinator/api/words.h"

#include <array>

namespace ci::api {
namespace {

template <typename Enum>
struct Word
{
    Enum value;
    QByteArrayView word;
};

constexpr std::array VisibilityWords {
    Word {model::Visibility::Private, "private"},
    Word {model::Visibility::Internal, "internal"},
    Word {model::Visibility::Public, "public"},
};

constexpr std::array RunnerTypeWords {
    Word {model::RunnerType::Instance, "instance_type"},
    Word {model::RunnerType::Group, "group_type"},
    Word {model::RunnerType::Project, "project_type"},
};

constexpr std::array WhenWords {
    Word {model::When::OnSuccess, "on_success"},
    Word {model::When::OnFailure, "on_failure"},
    Word {model::When::Always, "always"},
    Word {model::When::Manual, "manual"},
    Word {model::When::Delayed, "delayed"},
    Word {model::When::Never, "never"},
};

constexpr std::array Roles {
    model::Role::Guest,
    model::Role::Reporter,
    model::Role::Developer,
    model::Role::Maintainer,
    model::Role::Owner,
};

template <typename Table, typename Enum>
QByteArrayView find(const Table &table, Enum value)
{
    for (const auto &row : table) {
        if (row.value == value) {
            return row.word;
        }
    }
    return {};
}

template <typename Enum, size_t Count>
std::optional<Enum> findWord(const std::array<Word<Enum>, Count> &table, QStringView text)
{
    for (const auto &row : table) {
        if (text == QLatin1StringView(row.word)) {
            return row.value;
        }
    }
    return std::nullopt;
}

} // namespace

QByteArrayView word(model::Visibility visibility)
{
    return find(VisibilityWords, visibility);
}

std::optional<model::Visibility> visibilityFrom(QStringView text)
{
    return findWord(VisibilityWords, text);
}

QByteArrayView word(model::RunnerType type)
{
    return find(RunnerTypeWords, type);
}

std::optional<model::RunnerType> runnerTypeFrom(QStringView text)
{
    return findWord(RunnerTypeWords, text);
}

QByteArrayView word(model::When when)
{
    return find(WhenWords, when);
}

std::optional<model::Role> roleFrom(qint64 accessLevel)
{
    for (const model::Role role : Roles) {
        if (static_cast<qint64>(role) == accessLevel) {
            return role;
        }
    }
    return std::nullopt;
}

} // namespace ci::api
