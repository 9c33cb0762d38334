// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <functional>

namespace ci::runner {

/// Replaces `$name` and `${name}` as Go's os.Expand does, which GitLab Runner uses: `$$` gives `$`
/// (common/variables.go, Get), the shell's own `$1`, `$@`, … give nothing.
QByteArray expandVariables(const QByteArray &text,
                           const std::function<QByteArray(const QByteArray &)> &lookup);

/// `[A-Za-z_][A-Za-z0-9_]*`: what a shell can name.
bool isShellName(QByteArrayView name);

/// One word for a shell, whatever bytes it holds: in single quotes. NUL is dropped.
QByteArray shellQuoted(QByteArrayView text);

} // namespace ci::runner
