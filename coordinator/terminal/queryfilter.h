// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace ci::terminal {

/// Makes output safe to be shown a second time: sequences by which a program asks the terminal
/// something (device attributes, cursor position, colours, mode, clipboard, …) become NULs, which
/// terminals ignore. Otherwise the screen that is restored would answer again, and the answers
/// would be typed at the prompt. The length stays, since viewers count offsets.
void blankQueries(QByteArray &output);

} // namespace ci::terminal
