// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/job.h"

#include <QByteArrayView>

#include <optional>

namespace ci::storage {

/// The format that a type of artifact has; nullopt: no such type, or one that only the coordinator
/// itself makes (reference of the runner API, 7.4).
std::optional<model::ArtifactFormat> formatOfType(QByteArrayView type);

std::optional<model::ArtifactFormat> formatOfWord(QByteArrayView word);
QByteArrayView formatWord(model::ArtifactFormat format);

/// The name of the file that GitLab gives to a report of this type; "artifacts.zip" for others.
QByteArrayView usualFileName(QByteArrayView type);

} // namespace ci::storage
