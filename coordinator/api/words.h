// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/pipelineplan.h"
#include "coordinator/model/project.h"
#include "coordinator/model/runner.h"

#include <QByteArrayView>
#include <QString>

#include <optional>

namespace ci::api {

// Enumerators as GitLab's API spells them; one table each.

QByteArrayView word(model::Visibility visibility);
std::optional<model::Visibility> visibilityFrom(QStringView word);

QByteArrayView word(model::RunnerType type);
std::optional<model::RunnerType> runnerTypeFrom(QStringView word);

QByteArrayView word(model::When when);

std::optional<model::Role> roleFrom(qint64 accessLevel);

} // namespace ci::api
