// SPDX-License-Identifier: MIT
#include "db/variablestore.h"

#include "db/reading.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertVariable = R"(
    INSERT INTO variables (scope, owner_id, key, sealed_value, is_file, is_protected, is_masked,
        is_hidden, is_raw, environment_scope, description)
    VALUES (:scope, :owner, :key, :value, :is_file, :is_protected, :is_masked, :is_hidden, :is_raw,
        :environment_scope, :description))";
constexpr const char *UpdateVariable = R"(
    UPDATE variables SET key = :key, sealed_value = :value, is_file = :is_file,
        is_protected = :is_protected, is_masked = :is_masked, is_hidden = :is_hidden,
        is_raw = :is_raw, environment_scope = :environment_scope, description = :description
    WHERE id = :id)";
constexpr const char *DeleteVariable = "DELETE FROM variables WHERE id = :id";
constexpr const char *DeleteVariablesOf
    = "DELETE FROM variables WHERE scope = :scope AND owner_id = :owner";
constexpr const char *ListVariables = R"(
    SELECT id, scope, owner_id, key, sealed_value, is_file, is_protected, is_masked, is_raw,
        environment_scope, description, is_hidden
    FROM variables WHERE scope = :scope AND owner_id = :owner ORDER BY key, environment_scope)";
constexpr const char *FindVariable = R"(
    SELECT id, scope, owner_id, key, sealed_value, is_file, is_protected, is_masked, is_raw,
        environment_scope, description, is_hidden
    FROM variables WHERE scope = :scope AND owner_id = :owner AND key = :key
        AND environment_scope = :environment_scope)";

constexpr std::array<QByteArrayView, 3> ScopeWords {"instance", "group", "project"};

QByteArrayView scopeWord(model::VariableScope scope)
{
    return ScopeWords[static_cast<size_t>(scope)];
}

model::VariableScope scopeOf(const QByteArray &word)
{
    return word == "project" ? model::VariableScope::Project
        : word == "group"    ? model::VariableScope::Group
                             : model::VariableScope::Instance;
}

void bindVariable(Query &query, const model::Variable &variable, const SecretBox &box)
{
    query.bind(":key", variable.key)
        .bindBlob(":value", box.seal(variable.value.reveal()))
        .bind(":is_file", variable.isFile)
        .bind(":is_protected", variable.isProtected)
        .bind(":is_masked", variable.isMasked)
        .bind(":is_hidden", variable.isHidden)
        .bind(":is_raw", variable.isRaw)
        .bind(":environment_scope", variable.environmentScope)
        .bind(":description", variable.description);
}

Result<model::Variable> readVariable(const Query &query, const SecretBox &box)
{
    const QString key = query.text(3);
    Result<Secret> value = box.open(query.bytes(4));
    if (!value) {
        return value.error().within(u"variable %1"_s.arg(key));
    }
    return model::Variable {.id = query.id<VariableId>(0),
                            .scope = scopeOf(query.bytes(1)),
                            .owner = query.integer(2),
                            .key = key,
                            .value = *value,
                            .isFile = query.flag(5),
                            .isProtected = query.flag(6),
                            .isMasked = query.flag(7),
                            .isHidden = query.flag(11),
                            .isRaw = query.flag(8),
                            .environmentScope = query.text(9),
                            .description = query.text(10)};
}

} // namespace

Result<model::Variable> VariableStore::insert(model::Variable variable)
{
    Query query(m_database, InsertVariable);
    bindVariable(query, variable, m_box);
    query.bind(":scope", scopeWord(variable.scope)).bind(":owner", variable.owner);
    if (const Result<int> done = query.run(); !done) {
        return done.error().kind == ErrorKind::Conflict
            ? conflict(u"%1 has already been taken"_s.arg(variable.key))
            : done.error();
    }
    variable.id = VariableId {m_database.lastInsertId()};
    return variable;
}

Result<void> VariableStore::update(const model::Variable &variable)
{
    Query query(m_database, UpdateVariable);
    bindVariable(query, variable, m_box);
    return runOne(query.bind(":id", variable.id), u"variable"_s);
}

Result<bool> VariableStore::remove(VariableId id)
{
    Query query(m_database, DeleteVariable);
    return changesAny(query.bind(":id", id));
}

Result<void> VariableStore::removeAllOf(model::VariableScope scope, qint64 owner)
{
    Query query(m_database, DeleteVariablesOf);
    return runAny(query.bind(":scope", scopeWord(scope)).bind(":owner", owner));
}

Result<std::vector<model::Variable>> VariableStore::list(model::VariableScope scope, qint64 owner)
{
    Query query(m_database, ListVariables);
    query.bind(":scope", scopeWord(scope)).bind(":owner", owner);
    std::vector<model::Variable> variables;
    while (query.next()) {
        Result<model::Variable> variable = readVariable(query, m_box);
        if (!variable) {
            return variable.error();
        }
        variables.push_back(std::move(*variable));
    }
    if (const Result<void> done = query.finish(); !done) {
        return done.error();
    }
    return variables;
}

Result<std::optional<model::Variable>> VariableStore::find(model::VariableScope scope,
                                                           qint64 owner,
                                                           const QString &key,
                                                           const QString &environmentScope)
{
    Query query(m_database, FindVariable);
    query.bind(":scope", scopeWord(scope))
        .bind(":owner", owner)
        .bind(":key", key)
        .bind(":environment_scope", environmentScope);
    if (!query.next()) {
        const Result<void> done = query.finish();
        return done ? Result<std::optional<model::Variable>>(std::nullopt)
                    : Result<std::optional<model::Variable>>(done.error());
    }
    Result<model::Variable> variable = readVariable(query, m_box);
    if (!variable) {
        return variable.error();
    }
    return std::optional(std::move(*variable));
}

} // namespace ci::db
