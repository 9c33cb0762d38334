// SPDX-License-Identifier: MIT
#include "coordinator/forge/variables.h"

#include "db/variablestore.h"

#include <QStringDecoder>

#include <algorithm>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MinimumMasked = 8;
constexpr qsizetype MaxKeyLength = 255;
constexpr qsizetype MaxScopeLength = 255;

bool isKey(const QString &key)
{
    return !key.isEmpty() && key.size() <= MaxKeyLength && !key.front().isDigit()
        && std::all_of(key.begin(), key.end(), [](QChar c) {
               return c == u'_' || (c.unicode() < 128 && c.isLetterOrNumber());
           });
}

/// What a masker finds in a log whatever the shell does to it: one word of visible ASCII.
bool isMaskable(const QByteArray &value)
{
    return value.size() >= MinimumMasked
        && std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Error noVariable() { return notFound(u"404 Variable Not Found"_s); }

} // namespace

Result<void> Variables::check(const model::Variable &variable)
{
    const QByteArray &value = variable.value.reveal();
    if (!isKey(variable.key)) {
        return invalid(u"key can contain only letters, digits and '_', and must not start with a digit"_s);
    }
    if (value.size() > MaxValueBytes) {
        return invalid(u"value is too long (maximum is %1 bytes)"_s.arg(MaxValueBytes));
    }
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(value);
    if (decoder.hasError() || text.contains(QChar(u'\0'))) {
        return invalid(u"value must be text without NUL"_s);
    }
    if (variable.isMasked && !isMaskable(value)) {
        return invalid(u"value cannot be masked: it must be one line of at least %1 characters, "
                       "without spaces"_s.arg(MinimumMasked));
    }
    if (variable.isHidden && !variable.isMasked) {
        return invalid(u"a hidden variable must be masked"_s);
    }
    const QString &scope = variable.environmentScope;
    const bool isScopeOk = !scope.isEmpty() && scope.size() <= MaxScopeLength
        && std::all_of(scope.begin(), scope.end(), [](QChar c) { return c.isPrint(); });
    return isScopeOk ? Result<void>() : Result<void>(invalid(u"environment_scope is invalid"_s));
}

Result<std::vector<model::Variable>> Variables::list(db::Database &database,
                                                     model::VariableScope scope,
                                                     qint64 owner)
{
    return db::VariableStore(database, m_box).list(scope, owner);
}

Result<model::Variable> Variables::find(db::Database &database, const Name &name)
{
    Result<std::vector<model::Variable>> all = list(database, name.scope, name.owner);
    if (!all) {
        return all.error();
    }
    std::erase_if(*all, [&name](const model::Variable &variable) {
        return variable.key != name.key
            || (name.environmentScope && variable.environmentScope != *name.environmentScope);
    });
    if (all->empty()) {
        return noVariable();
    }
    return all->size() == 1
        ? Result<model::Variable>(all->front())
        : Result<model::Variable>(conflict(u"There are multiple variables with provided parameters. "
                                           "Please use 'filter[environment_scope]'"_s));
}

Result<model::Variable> Variables::add(engine::Transaction &transaction, model::Variable variable)
{
    if (const Result<void> checked = check(variable); !checked) {
        return checked.error();
    }
    const Result<std::vector<model::Variable>> all
        = list(transaction.database(), variable.scope, variable.owner);
    if (!all) {
        return all.error();
    }
    if (all->size() >= size_t(MaxOfOwner)) {
        return conflict(u"there are %1 variables already"_s.arg(all->size()));
    }
    Result<model::Variable> stored
        = db::VariableStore(transaction.database(), m_box).insert(std::move(variable));
    return stored || stored.error().kind != ErrorKind::Conflict
        ? stored
        : Result<model::Variable>(invalid(u"key has already been taken"_s));
}

// The same key may be there with another scope, not twice with one.
Result<void> Variables::checkFree(db::Database &database, const model::Variable &variable)
{
    const Result<std::optional<model::Variable>> other
        = db::VariableStore(database, m_box)
              .find(variable.scope, variable.owner, variable.key, variable.environmentScope);
    if (!other) {
        return other.error();
    }
    return !*other || (*other)->id == variable.id
        ? Result<void>()
        : Result<void>(invalid(u"key has already been taken"_s));
}

Result<model::Variable> Variables::update(engine::Transaction &transaction, model::Variable variable)
{
    if (const Result<void> checked = check(variable); !checked) {
        return checked.error();
    }
    const Result<void> clashes = checkFree(transaction.database(), variable);
    if (!clashes) {
        return clashes.error();
    }
    const Result<void> stored = db::VariableStore(transaction.database(), m_box).update(variable);
    return stored ? Result<model::Variable>(variable) : Result<model::Variable>(stored.error());
}

Result<void> Variables::remove(engine::Transaction &transaction, const Name &name)
{
    const Result<model::Variable> variable = find(transaction.database(), name);
    if (!variable) {
        return variable.error();
    }
    const Result<bool> removed
        = db::VariableStore(transaction.database(), m_box).remove(variable->id);
    return removed ? Result<void>() : Result<void>(removed.error());
}

} // namespace ci::forge
