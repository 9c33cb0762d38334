// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/matrix.h"

#include "coordinator/ciconfig/limits.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

struct MatrixRow
{
    QStringList values;
    std::vector<QString> keys;
};

static QStringList matrixValues(const Node &value)
{
    if (!value.isList()) {
        return {value.text()};
    }
    QStringList values;
    for (const NodePtr &item : value.items()) {
        values.append(item->text());
    }
    return values;
}

// Counted first: a few lines can stand for millions.
static bool isTooLarge(const Node &matrix)
{
    qsizetype total = 0;
    for (const NodePtr &hash : matrix.items()) {
        qsizetype product = 1;
        for (const MapEntry &entry : hash->entries()) {
            product *= entry.value->isList() ? qsizetype(entry.value->items().size()) : 1;
            if (product > limits::MaxInstances) {
                return true;
            }
        }
        total += product;
        if (total > limits::MaxInstances) {
            return true;
        }
    }
    return false;
}

// The first key varies slowest.
static void appendRows(const Node &hash, std::vector<MatrixRow> &rows)
{
    std::vector<MatrixRow> product {{}};
    for (const MapEntry &entry : hash.entries()) {
        std::vector<MatrixRow> longer;
        for (const MatrixRow &row : product) {
            for (const QString &value : matrixValues(*entry.value)) {
                longer.push_back(row);
                longer.back().keys.push_back(entry.key);
                longer.back().values.append(value);
            }
        }
        product = std::move(longer);
    }
    rows.insert(rows.end(), product.begin(), product.end());
}

static QString matrixName(const QString &job, const MatrixRow &row)
{
    return u"%1: [%2]"_s.arg(job, row.values.join(u", "_s));
}

static Result<std::vector<MatrixRow>> matrixRows(const Node &matrix)
{
    if (isTooLarge(matrix)) {
        return invalid(u"parallel:matrix config generates too many jobs (maximum is 200)"_s);
    }
    std::vector<MatrixRow> rows;
    for (const NodePtr &hash : matrix.items()) {
        appendRows(*hash, rows);
    }
    return rows;
}

static std::vector<JobInstance> numberedInstances(const QString &job, int total)
{
    std::vector<JobInstance> instances;
    instances.reserve(size_t(total));
    for (int i = 1; i <= total; ++i) {
        instances.push_back({u"%1 %2/%3"_s.arg(job).arg(i).arg(total), {}, i, total});
    }
    return instances;
}

Result<std::vector<JobInstance>> jobInstances(const QString &job, const Node *parallel)
{
    if (!parallel) {
        return std::vector<JobInstance> {{job, {}, 0, 1}};
    }
    if (parallel->isInteger()) {
        return numberedInstances(job, int(parallel->toInteger()));
    }
    const Result<std::vector<MatrixRow>> rows = matrixRows(*parallel->find(u"matrix"_s));
    if (!rows) {
        return rows.error();
    }
    std::vector<JobInstance> instances;
    for (const MatrixRow &row : *rows) {
        JobInstance instance {matrixName(job, row), {}, int(instances.size()) + 1, int(rows->size())};
        for (size_t i = 0; i < row.keys.size(); ++i) {
            instance.variables.set(row.keys[i], row.values.at(qsizetype(i)));
        }
        instances.push_back(std::move(instance));
    }
    return instances;
}

// "$[[ matrix.X ]]" alone or inside a text.
static Result<QString> withOwnValues(QString text, const VariableSet &own)
{
    for (qsizetype open = text.indexOf("$[["_L1); open >= 0; open = text.indexOf("$[["_L1, open)) {
        const qsizetype close = text.indexOf("]]"_L1, open);
        if (close < 0) {
            break;
        }
        const QString name = text.sliced(open + 3, close - open - 3).trimmed();
        const model::SpecVariable *variable
            = name.startsWith("matrix."_L1) ? own.find(name.sliced(7)) : nullptr;
        if (!variable) {
            return invalid(u"unknown interpolation key: `%1`"_s.arg(name));
        }
        text.replace(open, close + 2 - open, variable->value);
        open += variable->value.size();
    }
    return text;
}

Result<QStringList> matrixNames(const QString &job, const Node &matrix, const VariableSet &own)
{
    Result<std::vector<MatrixRow>> rows = matrixRows(matrix);
    if (!rows) {
        return rows.error();
    }
    QStringList names;
    for (MatrixRow &row : *rows) {
        for (QString &value : row.values) {
            Result<QString> replaced = withOwnValues(value, own);
            if (!replaced) {
                return replaced.error();
            }
            value = *replaced;
        }
        names.append(matrixName(job, row));
    }
    return names;
}

} // namespace ci::ciconfig
