// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"
#include "coordinator/ciconfig/node.h"

#include <QJsonArray>
#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace ci::ciconfig {

/// One value that whoever starts something may give.
struct InputField
{
    QString name;
    QString type; ///< "string", "number", "boolean", "array"
    QString description;
    QString regex; ///< Empty: any text.
    std::optional<QJsonValue> fallback; ///< nullopt: must be given, unless a rule has one.
    QJsonArray options; ///< Empty: any value.
    QJsonArray rules; ///< `[{if, options, default}]` as written: what holds with which other values.
};

/// A global variable that the file describes.
struct VariableField
{
    QString key;
    QString value;
    QString description;
    QStringList options;
};

/// What a file asks of whoever starts a pipeline from it.
struct RunForm
{
    std::vector<InputField> inputs;
    std::vector<VariableField> variables; ///< Described ones only, with includes.
    std::vector<Message> errors; ///< What would keep any pipeline from being made.
};

/// Definitions that checkInputDefinitions found no fault in.
std::vector<InputField> inputFields(const Node &definitions);
std::vector<VariableField> variableFields(const Node &root);

/// Something of the right type for each input that must be given, so that the rest of a file can be
/// read before anybody has filled in the form.
std::vector<model::GivenInput> placeholders(const std::vector<InputField> &inputs);

RunForm runForm(const QByteArray &text, const Context &context, const Source &source);

} // namespace ci::ciconfig
