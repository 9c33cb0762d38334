// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace ci::queue {

/// Lower case, everything but a-z and 0-9 as '-', at most 63 characters, no '-' at the ends:
/// CI_COMMIT_REF_SLUG, CI_JOB_NAME_SLUG, CI_PROJECT_PATH_SLUG.
QString slugOf(const QString &text);

/// CI_ENVIRONMENT_SLUG: at most 24 characters, begins with a letter, and ends with a hash where
/// the name had to be changed, so that different names stay different.
QString environmentSlugOf(const QString &name);

/// pages:path_prefix: slugs of at most 63 characters each, joined by '/'.
QString pathPrefixOf(const QString &text);

} // namespace ci::queue
