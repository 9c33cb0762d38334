// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "runner/config.h"

#include <memory>

namespace ci::runner {

/// config.toml. Keys that we do not know stay as they are when it is written again (comments do
/// not). Holds runner tokens: written with mode 0600, whole or not at all.
class ConfigFile final
{
public:
    /// A file that does not exist reads as an empty one. Errors name line and column, or the key.
    static Result<ConfigFile> load(const QString &path);

    ConfigFile(ConfigFile &&) noexcept;
    ConfigFile &operator=(ConfigFile &&) noexcept;
    ~ConfigFile();

    const RunnerConfig &config() const;

    void addRunner(const RunnerEntry &entry);
    void removeRunner(qsizetype index);
    Result<void> save() const;

    /// `/etc/capstan-runner/config.toml` for root, else `~/.capstan-runner/config.toml`.
    static QString defaultPath();

private:
    class Private;
    explicit ConfigFile(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace ci::runner
