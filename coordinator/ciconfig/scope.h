// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/pipelineplan.h"

#include <QHash>

#include <optional>
#include <vector>

namespace ci::ciconfig {

/// Variables of one level, in the order they were first set.
class VariableSet final
{
public:
    void set(const QString &key, const QString &value, bool raw = false);
    void setAll(const VariableSet &other);
    const model::SpecVariable *find(const QString &key) const;
    const std::vector<model::SpecVariable> &all() const { return m_variables; }

private:
    std::vector<model::SpecVariable> m_variables;
    QHash<QString, qsizetype> m_index;
};

/// What a `$NAME` means at one place: levels, the highest first. Does not own them.
class Scope final
{
public:
    explicit Scope(std::vector<const VariableSet *> levels) : m_levels(std::move(levels)) { }

    const model::SpecVariable *find(const QString &key) const;

    /// As written: references in the value are not followed.
    std::optional<QString> value(const QString &key) const;

    /// The names that the values of a variable refer to, those of the lower levels too.
    QStringList references(const QString &key) const;

    /// `$NAME`, `${NAME}`, `%NAME%` replaced, nested values too; unknown ones stay as they are, and
    /// so do `$$`, raw values and references in a circle. `PATH: "$PATH:/x"` takes the lower level's.
    QString expandKnown(const QString &text) const;

private:
    struct Expansion;
    QString expand(const QString &text, Expansion &expansion) const;
    const model::SpecVariable *meant(const QString &name, const Expansion &expansion) const;

    std::vector<const VariableSet *> m_levels;
};

/// The names that a value refers to, in order, with repetitions.
QStringList referencedVariables(const QString &text);

/// A circle that one of `variables` leads to (["A", "B"]); empty = none. As in GitLab a name stands for the
/// values of all levels, so a higher one does not break it. A variable that names itself is no circle.
/// The references followed are added to `steps`.
QStringList circularVariables(const VariableSet &variables, const Scope &scope, qint64 &steps);

} // namespace ci::ciconfig
