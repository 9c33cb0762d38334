// SPDX-License-Identifier: MIT
#include "coordinator/app/tomlfile.h"

#include <QFile>

#include <sstream>
#include <toml++/toml.h>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

std::optional<QString> scalarText(const toml::node &node)
{
    if (const auto *text = node.as_string()) {
        return QString::fromStdString(text->get());
    }
    if (const auto *number = node.as_integer()) {
        return QString::number(number->get());
    }
    if (const auto *flag = node.as_boolean()) {
        return flag->get() ? u"true"_s : u"false"_s;
    }
    return std::nullopt;
}

std::optional<QString> valueText(const toml::node &node)
{
    const toml::array *list = node.as_array();
    if (!list) {
        return scalarText(node);
    }
    QStringList parts;
    for (const toml::node &item : *list) {
        const std::optional<QString> part = scalarText(item);
        if (!part) {
            return std::nullopt;
        }
        parts.append(*part);
    }
    return parts.join(u',');
}

Result<QList<TomlEntry>> entriesOf(const toml::table &table, const QString &name)
{
    QList<TomlEntry> entries;
    for (const auto &[key, node] : table) {
        const std::string_view keyText = key.str();
        TomlEntry entry;
        entry.key = QString::fromUtf8(keyText.data(), static_cast<qsizetype>(keyText.size()));
        entry.line = static_cast<int>(node.source().begin.line);
        const std::optional<QString> value = valueText(node);
        if (!value) {
            return invalid(
                u"%1:%2: %3 must be text, a number, true or false, or a list of these"_s.arg(name)
                    .arg(entry.line)
                    .arg(entry.key));
        }
        entry.value = *value;
        entries.append(entry);
    }
    return entries;
}

} // namespace

Result<QList<TomlEntry>> readToml(const QByteArray &text, const QString &name)
{
    try {
        return entriesOf(
            toml::parse(std::string_view(text.constData(), static_cast<size_t>(text.size()))),
            name);
    } catch (const toml::parse_error &error) {
        const std::string_view what = error.description();
        return invalid(
            u"%1:%2:%3: %4"_s.arg(name)
                .arg(error.source().begin.line)
                .arg(error.source().begin.column)
                .arg(QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size()))));
    }
}

Result<QList<TomlEntry>> readTomlFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return ioError(u"cannot read %1: %2"_s.arg(path, file.errorString()));
    }
    return readToml(file.readAll(), path);
}

} // namespace ci::app
