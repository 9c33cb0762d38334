// SPDX-License-Identifier: MIT
#pragma once

namespace ci::web {

/// Makes the built page readable under ":/web" (index.html, assets/*, each also with ".gz").
/// A static library's resources are dropped by the linker unless something names them; call this
/// once, before the first request is served.
void initAssets();

} // namespace ci::web
