// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace ci::runner {

inline constexpr char RunnerVersion[] = CAPSTAN_VERSION;

/// As Go names it: "amd64", "arm64".
QByteArray runnerArchitecture();
/// "capstan-runner 0.1.0 (linux/amd64)"
QByteArray userAgent();

} // namespace ci::runner
