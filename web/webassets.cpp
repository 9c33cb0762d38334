// SPDX-License-Identifier: MIT
#include "web/webassets.h"

#include <QDir>

// Q_INIT_RESOURCE must not be used inside a namespace (the Qt Resource System, "Resources in a
// library").
static void registerWebResources()
{
    Q_INIT_RESOURCE(web);
}

void ci::web::initAssets()
{
    registerWebResources();
}
