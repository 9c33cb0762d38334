// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/runner.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

class RunnerStore
{
public:
    explicit RunnerStore(Database &database) : m_database(database) { }

    Result<model::Runner> insert(model::Runner runner);
    Result<void> update(const model::Runner &runner);
    Result<bool> remove(RunnerId id);
    Result<std::optional<model::Runner>> find(RunnerId id);
    Result<std::optional<model::Runner>> findByToken(const QByteArray &tokenHash);
    Result<std::vector<model::Runner>> all();

    Result<void> setMachine(const model::RunnerMachine &machine); ///< Inserts or refreshes.
    Result<std::vector<model::RunnerMachine>> machines(RunnerId runner);
    Result<bool> removeMachine(RunnerId runner, const QByteArray &systemId);

private:
    Database &m_database;
};

} // namespace ci::db
