// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/pipeline.h"

namespace ci::forge {

/// A commit object as git stores it (git-cat-file(1)). Whatever is missing in it stays empty.
model::Commit commitOf(const QByteArray &sha, const QByteArray &object);

/// The message of a commit or tag, bounded, and as text that can be stored.
QString messageText(const QByteArray &message);

} // namespace ci::forge
