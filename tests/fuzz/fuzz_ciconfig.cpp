// SPDX-License-Identifier: MIT
// The CI language: any bytes give a plan or positioned messages, and what compiles also validates.
// An included file is the input too, so loops, nested headers and merges with itself are tried.
#include "coordinator/ciconfig/compiler.h"

#include <cstdlib>

namespace {

using namespace ci::ciconfig;

void require(bool truth)
{
    if (!truth) {
        std::abort();
    }
}

class EchoSource final : public Source
{
public:
    explicit EchoSource(const QByteArray &text) : m_text(text) { }

    ci::Result<QByteArray> localFile(const QString &) const override { return m_text; }
    QStringList allFiles() const override
    {
        return {QStringLiteral("a.yml"), QStringLiteral("ci/b.yml"), QStringLiteral("src/c.c")};
    }
    std::optional<QStringList> changedFiles() const override { return allFiles(); }
    ci::Result<QStringList> changedSince(const QString &) const override { return allFiles(); }
    ci::Result<TreePtr> projectTree(const QString &, const QString &, Eyes) const override
    {
        return TreePtr(std::make_shared<EchoSource>(m_text));
    }
    ci::Result<ComponentPlace> component(const ComponentAddress &, Eyes) const override
    {
        return ComponentPlace {std::make_shared<EchoSource>(m_text), QStringLiteral("5ha"), QStringLiteral("1.0.0")};
    }
    ci::Result<TreePtr> templates() const override { return TreePtr(std::make_shared<EchoSource>(m_text)); }
    ci::Result<QByteArray> remoteFile(const QString &) const override { return m_text; }

private:
    QByteArray m_text;
};

void requirePlaces(const std::vector<Message> &messages)
{
    for (const Message &message : messages) {
        require(!message.text.isEmpty() && message.line >= 0 && message.column >= 0);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), qsizetype(size));
    const EchoSource source(text);
    Context context;
    context.file = QStringLiteral(".gitlab-ci.yml");
    context.source = QStringLiteral("push");
    context.ref = QStringLiteral("main");
    context.inputs = {{QStringLiteral("a"), QStringLiteral("[1]"), true}};
    const Compiled withInputs = compile(text, context, source);
    require(withInputs.isValid() == withInputs.errors.empty());
    context.inputs.clear();
    context.variables = {{QStringLiteral("CI_COMMIT_BRANCH"), QStringLiteral("main"), false}};
    const Compiled compiled = compile(text, context, source);
    require(compiled.isValid() == compiled.errors.empty());
    requirePlaces(compiled.errors);
    requirePlaces(compiled.warnings);
    if (compiled.plan) {
        require(compiled.plan->notCreated.has_value() == compiled.plan->jobs.empty());
        for (const auto &job : compiled.plan->jobs) {
            require(job.stageIndex >= 0 && job.stageIndex < int(compiled.plan->stages.size()));
        }
    }
    const Validated validated = validate(text, context.file, source);
    require(validated.valid == validated.errors.empty());
    return 0;
}
