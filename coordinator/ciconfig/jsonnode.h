// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/node.h"

#include <QJsonValue>

#include <optional>

namespace ci::ciconfig {

/// A JSON value as a node, as if it stood at `position`.
NodePtr fromJson(const QJsonValue &value, Position position);

/// The other way round; a number that JSON cannot hold is null.
QJsonValue toJsonValue(const Node &node);

/// The one JSON value that a text spells; nullopt: it is none.
std::optional<QJsonValue> jsonSpelled(const QString &text);

} // namespace ci::ciconfig
