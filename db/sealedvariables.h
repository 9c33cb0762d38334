// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/model/jobspecjson.h"
#include "db/query.h"

#include <vector>

// Variables that somebody gave to a pipeline or job: perhaps secret, so sealed as one piece.

namespace ci::db {

inline void bindSealed(Query &query,
                       const char *name,
                       const SecretBox &box,
                       const std::vector<model::GivenVariable> &variables)
{
    if (variables.empty()) {
        query.bindNull(name);
    } else {
        query.bindBlob(name, box.seal(model::toJson(variables)));
    }
}

/// None where the key file is not the one they were sealed with.
inline std::vector<model::GivenVariable> openVariables(const SecretBox &box,
                                                       const QByteArray &sealed)
{
    const Result<Secret> json = box.open(sealed);
    if (!json) {
        return {};
    }
    Result<std::vector<model::GivenVariable>> variables
        = model::givenVariablesFromJson(json->reveal());
    return variables ? std::move(*variables) : std::vector<model::GivenVariable> {};
}

} // namespace ci::db
