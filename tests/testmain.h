// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <functional>
#include <memory>

namespace ci::test {

using Factory = std::function<std::unique_ptr<QObject>()>;

/// Adds a test class under the name of its file ("tst_ids"). Returns a value only so that it can
/// initialise a static.
int registerTest(const char *fileName, Factory factory);

} // namespace ci::test

// One per test file, after the class. Lines of one executable share a registry, so that a room
// links once and CTest still runs each class by itself.
#define CAPSTAN_TEST(Class)                                                                      \
    static const int registered##Class                                                           \
        = ci::test::registerTest(__FILE__, [] { return std::make_unique<Class>(); });
