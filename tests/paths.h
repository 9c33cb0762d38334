// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace ci::test {

/// The checkout, without a '/' at the end. A function and not a definition, so that the objects of
/// all checkouts are the same to a compiler cache.
QString sourceDirectory();
QString binaryDirectory();

} // namespace ci::test
