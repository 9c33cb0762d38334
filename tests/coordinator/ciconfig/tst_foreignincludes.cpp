// SPDX-License-Identifier: MIT
#include "tests/coordinator/ciconfig/memorysource.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci::ciconfig;
using namespace ci::test;
using namespace Qt::StringLiterals;

using Files = QHash<QString, QByteArray>;

namespace {

class MemoryTree final : public Tree
{
public:
    explicit MemoryTree(Files files) : m_files(std::move(files)) { }
    ci::Result<QByteArray> localFile(const QString &path) const override
    {
        return m_files.contains(path) ? ci::Result<QByteArray>(m_files.value(path)) : ci::notFound(path);
    }
    QStringList allFiles() const override { return m_files.keys(); }

private:
    Files m_files;
};

/// A server with projects "open", which all may read, and "closed", which only the starter may.
class MemoryForge final : public Source
{
public:
    ci::Result<QByteArray> localFile(const QString &path) const override
    {
        return own.contains(path) ? ci::Result<QByteArray>(own.value(path)) : ci::notFound(path);
    }
    QStringList allFiles() const override { return own.keys(); }
    std::optional<QStringList> changedFiles() const override { return std::nullopt; }
    ci::Result<QStringList> changedSince(const QString &ref) const override { return ci::notFound(ref); }
    ci::Result<TreePtr> projectTree(const QString &project, const QString &ref, Eyes eyes) const override
    {
        ++asked;
        const QString key = ref.isEmpty() ? project : project + u'@' + ref;
        if (!projects.contains(key) || (project == "g/closed"_L1 && eyes == Eyes::Anybody)) {
            return ci::notFound(u"Project `%1` not found or access denied!"_s.arg(project));
        }
        return TreePtr(std::make_shared<MemoryTree>(projects.value(key)));
    }
    ci::Result<ComponentPlace> component(const ComponentAddress &address, Eyes eyes) const override
    {
        const auto tree = address.host == "ci.test"_L1 ? projectTree(address.project, {}, eyes)
                                                       : ci::Result<TreePtr>(ci::notFound(u"another server"_s));
        return tree ? ci::Result(ComponentPlace {*tree, u"5ha"_s, u"1.2.3"_s}) : ci::Result<ComponentPlace>(tree.error());
    }
    ci::Result<TreePtr> templates() const override { return projectTree(u"g/templates"_s, {}, Eyes::Starter); }
    ci::Result<QByteArray> remoteFile(const QString &url) const override
    {
        ++asked;
        return remote.contains(url) ? ci::Result<QByteArray>(remote.value(url)) : ci::invalid(u"no "_s + url);
    }

    Files own;
    QHash<QString, Files> projects;
    Files remote;
    mutable int asked = 0;
};

} // namespace

class ForeignIncludesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void includes_data();
    void includes();
    void refuses_data();
    void refuses();
    void asksOnceForEachPlace();
    void looksIntoOtherProjects();
    void skipsThemWhereAsked();
    void namesTheFileOfAnError();
};

static MemoryForge forge()
{
    MemoryForge made;
    made.own = {{u"own.yml"_s, "own: {script: x}"}};
    made.projects = {
        {u"g/open"_s,
         {{u"a.yml"_s, "include: [/sub/b.yml, 'many/*.yml']\na: {script: x}"},
          {u"sub/b.yml"_s, "b: {script: x}"},
          {u"many/c.yml"_s, "c: {script: x}"},
          {u"many/d.yml"_s, "d: {script: x}"},
          {u"empty.yml"_s, ""},
          {u"broken.yml"_s, "x: ["},
          {u"own-exists.yml"_s, "include: {local: sub/b.yml, rules: [{exists: [sub/b.yml]}]}\ne: {script: x}"},
          {u"templates/deploy.yml"_s, "spec: {component: [name, sha, version, reference], inputs: {to: }}\n---\n"
                                      "'deploy $[[ inputs.to ]]':\n  script: '$[[ component.name ]] $[[ component.sha ]] "
                                      "$[[ component.version ]] $[[ component.reference ]]'"},
          {u"templates/folder/template.yml"_s, "include: /sub/b.yml\nfolder: {script: x}"}}},
        {u"g/open@v1"_s, {{u"a.yml"_s, "a1: {script: x}"}}},
        {u"g/closed"_s, {{u"s.yml"_s, "include: {project: g/open, file: sub/b.yml}\ns: {script: x}"}}},
        {u"g/templates"_s,
         {{u"templates/T.gitlab-ci.yml"_s, "include: {template: Jobs/U.gitlab-ci.yml}\nt: {script: x}"},
          {u"templates/Jobs/U.gitlab-ci.yml"_s, "u: {script: x}"},
          {u"templates/L.gitlab-ci.yml"_s, "include: x.yml"}}},
    };
    made.remote = {{u"https://h/r.yml"_s, "r: {script: x}"},
                   {u"https://h/open.yml"_s, "include: {project: g/open, file: sub/b.yml}"},
                   {u"https://h/closed.yml"_s, "include: {project: g/closed, file: s.yml}"},
                   {u"https://h/local.yml"_s, "include: own.yml"}};
    return made;
}

static Compiled compiledIn(const MemoryForge &source, const QByteArray &text)
{
    Context context = branchContext();
    context.variables.push_back({u"CI_SERVER_FQDN"_s, u"ci.test"_s, false});
    context.variables.push_back({u"GROUP"_s, u"g"_s, true});
    return compile(text, context, source);
}

void ForeignIncludesTest::includes_data()
{
    QTest::addColumn<QByteArray>("include");
    QTest::addColumn<QString>("jobs");
    const auto row = [](const char *include, const char *jobs) {
        QTest::newRow(include) << QByteArray(include) << QString::fromLatin1(jobs);
    };
    row("{project: g/open, file: a.yml}", "a b c d");
    row("{project: $GROUP/open, file: /a.yml, ref: v1}", "a1");
    row("{project: g/open, file: [sub/b.yml, many/c.yml]}", "b c");
    row("{project: g/open, file: own-exists.yml}", "b e"); // `exists` looks where the file lies.
    row("{project: g/closed, file: s.yml}", "b s");
    row("{component: $CI_SERVER_FQDN/g/open/deploy@1.2, inputs: {to: prod}}", "deploy prod");
    row("{component: $CI_SERVER_FQDN/g/open/folder@main}", "b folder");
    row("{template: T.gitlab-ci.yml}", "t u");
    row("{remote: 'https://h/r.yml'}", "r");
    row("'https://h/r.yml'", "r");
    row("{remote: 'https://h/r.yml', integrity: 'sha256-Gj3CFi8PJJFSz1nsRBn3YBVT+j1+FlFsR0M+ZZSOme8=', cache: true}", "r");
    row("{remote: 'https://h/open.yml'}", "b");
}

static QString namesOf(const Compiled &result)
{
    QStringList names;
    for (const ci::model::JobPlan &job : result.plan ? result.plan->jobs : std::vector<ci::model::JobPlan>()) {
        names.append(job.name);
    }
    names.sort();
    return names.join(u' ');
}

void ForeignIncludesTest::includes()
{
    QFETCH(const QByteArray, include);
    QFETCH(const QString, jobs);
    const Compiled result = compiledIn(forge(), "include: [" + include + "]\n");
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    QCOMPARE(namesOf(result), jobs);
    if (jobs.startsWith("deploy"_L1)) {
        QCOMPARE(result.plan->jobs.front().spec.script.first(), u"deploy 5ha 1.2.3 1.2"_s);
    }
}

void ForeignIncludesTest::refuses_data()
{
    QTest::addColumn<QByteArray>("include");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *include, const char *message) {
        QTest::newRow(include) << QByteArray(include) << QString::fromLatin1(message);
    };
    row("{project: g/none, file: a.yml}", "Project `g/none` not found or access denied!");
    row("{project: g/open, file: z.yml}", "Project `g/open` file `z.yml` does not exist!");
    row("{project: g/open, file: empty.yml}", "Project `g/open` file `empty.yml` is empty!");
    row("{project: g/open, file: a.txt}", "does not have YAML extension!");
    row("{remote: 'https://h/closed.yml'}", "Project `g/closed` not found or access denied!");
    row("{remote: 'https://h/local.yml'}", "Local file `own.yml` cannot be read");
    row("{remote: 'https://h/none.yml'}", "no https://h/none.yml");
    row("{remote: 'https://h/r.yml', integrity: 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='}", "does not have the hash that `integrity` asks for");
    row("{template: N.gitlab-ci.yml}", "Template file `N.gitlab-ci.yml` does not exist!");
    row("{template: L.gitlab-ci.yml}", "Local file `x.yml` cannot be read");
    row("{component: elsewhere/g/open/deploy@1}", "another server");
    row("{component: $CI_SERVER_FQDN/g/open/none@1}", "content not found");
    row("{component: $CI_SERVER_FQDN/g/none/deploy@1}", "not found or access denied");
    row("{component: $CI_SERVER_FQDN/deploy@1}", "the component path is not supported");
    row("{component: $CI_SERVER_FQDN/g/open/deploy}", "the component path is not supported");
    row("{component: $CI_SERVER_FQDN/g/open/deploy@1}", "`to` input: required value has not been provided");
}

void ForeignIncludesTest::refuses()
{
    QFETCH(const QByteArray, include);
    QFETCH(const QString, message);
    const Compiled result = compiledIn(forge(), "include: [" + include + "]\nj: {script: x}\n");
    QVERIFY(!result.isValid());
    QVERIFY2(firstError(result).contains(message), qPrintable(firstError(result)));
    QVERIFY(firstError(result).startsWith(u"1:"_s)); // Where the entry stands.
}

void ForeignIncludesTest::asksOnceForEachPlace()
{
    const MemoryForge source = forge();
    QByteArray text = "include:\n";
    for (int i = 0; i < 50; ++i) {
        text += "  - {project: g/open, file: sub/b.yml}\n  - https://h/r.yml\n";
    }
    QVERIFY(compiledIn(source, text).isValid());
    QCOMPARE(source.asked, 2);
    const MemoryForge other = forge();
    const QByteArray component = "  - {component: ci.test/g/open/deploy@1, inputs: {to: x}}\n";
    QVERIFY(compiledIn(other, "include:\n" + component.repeated(100)).isValid());
    QCOMPARE(other.asked, 1);
    text += text.sliced(9) + "j: {script: x}\n";
    QVERIFY(firstError(compiledIn(source, text)).contains(u"Maximum of 150 nested includes"_s));
}

void ForeignIncludesTest::looksIntoOtherProjects()
{
    const auto exists = [](const QByteArray &clause) {
        return compiledIn(forge(), "j: {script: x, rules: [{exists: " + clause + "}]}\nk: {script: x}\n");
    };
    QCOMPARE(namesOf(exists("{paths: [sub/b.yml], project: $GROUP/open}")), u"j k"_s);
    QCOMPARE(namesOf(exists("{paths: [sub/b.yml], project: g/open, ref: v1}")), u"k"_s);
    QCOMPARE(namesOf(exists("{paths: ['many/*']}")), u"k"_s);
    QVERIFY(firstError(exists("{paths: [a], project: g/none}")).contains(u"Project `g/none` not found"_s));
}

void ForeignIncludesTest::skipsThemWhereAsked()
{
    Context context = branchContext();
    context.foreignIncludes = ForeignIncludes::Skip;
    const Compiled skipped = compile("include: {project: g/open, file: a.yml}\nj: {script: x}\n", context, forge());
    QVERIFY(skipped.isValid() && !findJob(skipped, u"a"_s));
    QCOMPARE(skipped.warnings.size(), size_t(1));
}

void ForeignIncludesTest::namesTheFileOfAnError()
{
    const Compiled result = compiledIn(forge(), "include: {project: g/open, file: broken.yml}\n");
    QCOMPARE(result.errors.front().file, u"broken.yml (g/open)"_s);
}

CAPSTAN_TEST(ForeignIncludesTest)
#include "tst_foreignincludes.moc"
