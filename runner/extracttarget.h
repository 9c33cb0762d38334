// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>

#include <sys/types.h>

#include <ctime>
#include <utility>

namespace ci::runner {

/// A descriptor that closes itself.
class OwnedFile
{
public:
    explicit OwnedFile(int file = -1) : m_file(file) { }
    OwnedFile(OwnedFile &&other) noexcept : m_file(std::exchange(other.m_file, -1)) { }
    OwnedFile &operator=(OwnedFile &&other) noexcept
    {
        std::swap(m_file, other.m_file);
        return *this;
    }
    OwnedFile(const OwnedFile &) = delete;
    OwnedFile &operator=(const OwnedFile &) = delete;
    ~OwnedFile();

    int get() const { return m_file; }

private:
    int m_file;
};

/// A file being extracted.
class ExtractFile
{
public:
    explicit ExtractFile(OwnedFile file) : m_file(std::move(file)) { }

    Result<void> write(const void *bytes, size_t size, off_t offset);
    void setModified(time_t time);

private:
    OwnedFile m_file;
};

/// A directory into which an archive is extracted. Every name is walked part by part from its
/// descriptor without following a link, so that no link, whoever made it, leads out.
class ExtractTarget
{
public:
    static Result<ExtractTarget> open(const QByteArray &root);

    Result<void> makeDirectory(const QByteArray &name);
    Result<void> makeLink(const QByteArray &name, const QByteArray &target);
    /// Replaces what has the name, unless that is a directory.
    Result<ExtractFile> createFile(const QByteArray &name, mode_t mode);

private:
    explicit ExtractTarget(OwnedFile root) : m_root(std::move(root)) { }
    /// The directory that `parts` name, made where it is missing.
    Result<OwnedFile> enter(const QByteArray &path);

    OwnedFile m_root;
};

} // namespace ci::runner
