// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/project.h"

#include <vector>

namespace ci::forge {

/// CI variables of an instance, group or project. Engine thread.
class Variables
{
public:
    static constexpr int MaxValueBytes = 64 * 1024; ///< Environment strings end at 128 KiB.
    static constexpr int MaxOfOwner = 1000;

    explicit Variables(const SecretBox &box) : m_box(box) { }

    /// Key: [A-Za-z0-9_]{1,255}, not starting with a digit. A masked value: one line of at least
    /// eight visible ASCII characters, which a masker finds whatever a shell does to them.
    static Result<void> check(const model::Variable &variable);

    Result<std::vector<model::Variable>> list(db::Database &database,
                                              model::VariableScope scope,
                                              qint64 owner);
    /// `environmentScope` nullopt: the only one of that key, Conflict where there are several.
    struct Name
    {
        model::VariableScope scope = model::VariableScope::Project;
        qint64 owner = 0;
        QString key;
        std::optional<QString> environmentScope;
    };
    Result<model::Variable> find(db::Database &database, const Name &name);
    Result<model::Variable> add(engine::Transaction &transaction, model::Variable variable);
    /// All but id, scope and owner may change.
    Result<model::Variable> update(engine::Transaction &transaction, model::Variable variable);
    Result<void> remove(engine::Transaction &transaction, const Name &name);

private:
    Result<void> checkFree(db::Database &database, const model::Variable &variable);

    const SecretBox &m_box;
};

} // namespace ci::forge
