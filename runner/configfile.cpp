// SPDX-License-Identifier: MIT
#include "runner/configfile.h"

#include "runner/atomicfile.h"

#include <QDir>
#include <QFile>

#include <toml++/toml.h>

#include <sstream>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ci::runner {

class ConfigFile::Private
{
public:
    QString path;
    toml::table table;
    RunnerConfig config;
};

namespace {

// Reads keys of one table and keeps the first complaint.
class TomlReader
{
public:
    TomlReader(const toml::table &table, QString place) : m_table(table), m_place(std::move(place)) { }

    template<typename T>
    std::optional<T> value(const char *key, const char *kind)
    {
        const toml::node *node = m_table.get(key);
        if (!node) {
            return std::nullopt;
        }
        std::optional<T> found = node->value<T>();
        if (!found) {
            complain(key, kind);
        }
        return found;
    }

    void text(const char *key, QString &target)
    {
        if (const auto found = value<std::string>(key, "must be a string")) {
            target = QString::fromStdString(*found);
        }
    }

    template<typename Integer>
    void number(const char *key, Integer &target)
    {
        const auto found = value<int64_t>(key, "must be a whole number");
        if (found && (*found < 0 || *found > std::numeric_limits<int>::max())) {
            complain(key, "must be between 0 and 2147483647");
        } else if (found) {
            target = static_cast<Integer>(*found);
        }
    }

    template<typename Duration>
    void duration(const char *key, Duration &target)
    {
        if (!m_table.contains(key)) {
            return;
        }
        qint64 count = 0;
        number(key, count);
        target = seconds {std::min(count, MaxTimerSeconds)};
    }

    void flag(const char *key, bool &target)
    {
        target = value<bool>(key, "must be true or false").value_or(target);
    }

    void texts(const char *key, QStringList &target)
    {
        const toml::node *node = m_table.get(key);
        if (!node) {
            return;
        }
        const toml::array *array = node->as_array();
        if (!array) {
            return complain(key, "must be an array of strings");
        }
        for (const toml::node &item : *array) {
            const auto text = item.value<std::string>();
            if (!text) {
                return complain(key, "must be an array of strings");
            }
            target.append(QString::fromStdString(*text));
        }
    }

    void complain(const char *key, const char *why)
    {
        if (!m_error) {
            m_error = invalid(m_place + QLatin1StringView(key) + u": "_s + QLatin1StringView(why));
        }
    }

    const std::optional<Error> &error() const { return m_error; }

private:
    const toml::table &m_table;
    QString m_place;
    std::optional<Error> m_error;
};

struct EntryText
{
    const char *key;
    QString RunnerEntry::*member;
};

constexpr EntryText EntryTexts[] {
    {"name", &RunnerEntry::name},
    {"executor", &RunnerEntry::executor},
    {"shell", &RunnerEntry::shell},
    {"builds_dir", &RunnerEntry::buildsDir},
    {"cache_dir", &RunnerEntry::cacheDir},
    {"clone_url", &RunnerEntry::cloneUrl},
    {"tls-ca-file", &RunnerEntry::tlsCaFile},
    {"pre_get_sources_script", &RunnerEntry::preGetSourcesScript},
    {"pre_clone_script", &RunnerEntry::preGetSourcesScript},
    {"post_get_sources_script", &RunnerEntry::postGetSourcesScript},
    {"pre_build_script", &RunnerEntry::preBuildScript},
    {"post_build_script", &RunnerEntry::postBuildScript},
    {"run_as", &RunnerEntry::runAs},
};

std::string standard(const QString &text) { return text.toStdString(); }

Result<RunnerEntry> readEntry(const toml::table &table, qsizetype index)
{
    TomlReader reader(table, u"runners["_s + QString::number(index) + u"]."_s);
    RunnerEntry entry;
    for (const EntryText &row : EntryTexts) {
        reader.text(row.key, entry.*row.member);
    }
    QString url;
    reader.text("url", url);
    entry.url = QUrl(url, QUrl::StrictMode);
    QString token;
    reader.text("token", token);
    entry.token = Secret(token.toUtf8());
    reader.number("id", entry.id);
    reader.number("limit", entry.limit);
    reader.number("request_concurrency", entry.requestConcurrency);
    entry.requestConcurrency = std::max(entry.requestConcurrency, 1);
    reader.number("output_limit", entry.outputLimitKb);
    entry.outputLimitKb = entry.outputLimitKb > 0 ? entry.outputLimitKb : 4096;
    reader.duration("graceful_kill_timeout", entry.killGrace);
    reader.flag("shell_login", entry.shellLogin);
    reader.texts("environment", entry.environment);
    if (entry.url.scheme() != "http"_L1 && entry.url.scheme() != "https"_L1) {
        reader.complain("url", "must be an http or https address");
    }
    if (entry.executor != "shell"_L1) {
        reader.complain("executor", "only \"shell\" is supported");
    }
    if (entry.shell != "bash"_L1) {
        reader.complain("shell", "only \"bash\" is supported");
    }
    if (reader.error()) {
        return *reader.error();
    }
    return entry;
}

Result<RunnerConfig> readConfig(const toml::table &table)
{
    TomlReader reader(table, {});
    RunnerConfig config;
    reader.number("concurrent", config.concurrent);
    config.concurrent = std::max(config.concurrent, 1);
    reader.duration("check_interval", config.checkInterval);
    // 0 is "the default" in GitLab Runner's file, not "without a pause".
    config.checkInterval = config.checkInterval.count() > 0 ? config.checkInterval : seconds {3};
    reader.duration("shutdown_timeout", config.shutdownTimeout);
    reader.text("log_level", config.logLevel);
    if (const toml::table *session = table["session_server"].as_table()) {
        TomlReader section(*session, u"session_server."_s);
        section.duration("session_timeout", config.sessionTimeout);
        if (section.error()) {
            return *section.error();
        }
    }
    if (reader.error()) {
        return *reader.error();
    }
    const toml::array *runners = table["runners"].as_array();
    for (size_t i = 0; runners && i < runners->size(); ++i) {
        const toml::table *entryTable = runners->get(i)->as_table();
        if (!entryTable) {
            return invalid(u"runners must be a list of tables: [[runners]]"_s);
        }
        Result<RunnerEntry> entry = readEntry(*entryTable, static_cast<qsizetype>(i));
        if (!entry) {
            return entry.error();
        }
        config.runners.append(std::move(*entry));
    }
    return config;
}

toml::table entryTable(const RunnerEntry &entry)
{
    const RunnerEntry defaults;
    toml::table table;
    for (const EntryText &row : EntryTexts) {
        // pre_clone_script is the old name of the same field.
        const bool isAlias = std::string_view(row.key) == "pre_clone_script";
        if (!isAlias && !(entry.*row.member).isEmpty()) {
            table.insert(row.key, standard(entry.*row.member));
        }
    }
    table.insert("url", standard(entry.url.toString()));
    table.insert("id", entry.id);
    table.insert("token", entry.token.reveal().toStdString());
    if (entry.limit != defaults.limit) {
        table.insert("limit", entry.limit);
    }
    if (entry.requestConcurrency != defaults.requestConcurrency) {
        table.insert("request_concurrency", entry.requestConcurrency);
    }
    if (entry.outputLimitKb != defaults.outputLimitKb) {
        table.insert("output_limit", entry.outputLimitKb);
    }
    if (entry.shellLogin) {
        table.insert("shell_login", true);
    }
    toml::array environment;
    for (const QString &variable : entry.environment) {
        environment.push_back(standard(variable));
    }
    if (!environment.empty()) {
        table.insert("environment", std::move(environment));
    }
    return table;
}

// The library throws; nothing of that leaves this function.
Result<toml::table> parseToml(const QByteArray &text, const QString &path)
{
    try {
        return toml::parse(std::string_view(text.constData(), static_cast<size_t>(text.size())));
    } catch (const toml::parse_error &problem) {
        const toml::source_position place = problem.source().begin;
        return invalid(path + u':' + QString::number(place.line) + u':'
                       + QString::number(place.column) + u": "_s
                       + QString::fromUtf8(problem.description().data(),
                                           static_cast<qsizetype>(problem.description().size())));
    }
}

} // namespace

ConfigFile::ConfigFile(std::unique_ptr<Private> priv) : d(std::move(priv)) { }
ConfigFile::ConfigFile(ConfigFile &&) noexcept = default;
ConfigFile &ConfigFile::operator=(ConfigFile &&) noexcept = default;
ConfigFile::~ConfigFile() = default;

Result<ConfigFile> ConfigFile::load(const QString &path)
{
    auto loaded = std::make_unique<Private>();
    loaded->path = path;
    QFile file(path);
    if (file.exists()) {
        if (!file.open(QIODevice::ReadOnly)) {
            return ioError(u"cannot read "_s + path + u": "_s + file.errorString());
        }
        Result<toml::table> table = parseToml(file.readAll(), path);
        if (!table) {
            return table.error();
        }
        loaded->table = std::move(*table);
    }
    Result<RunnerConfig> config = readConfig(loaded->table);
    if (!config) {
        return config.error().within(path);
    }
    loaded->config = std::move(*config);
    return ConfigFile(std::move(loaded));
}

const RunnerConfig &ConfigFile::config() const { return d->config; }

void ConfigFile::addRunner(const RunnerEntry &entry)
{
    if (!d->table.contains("concurrent")) {
        d->table.insert("concurrent", d->config.concurrent);
        d->table.insert("check_interval", 0);
    }
    if (!d->table["runners"].is_array()) {
        d->table.insert_or_assign("runners", toml::array {});
    }
    d->table["runners"].as_array()->push_back(entryTable(entry));
    d->config.runners.append(entry);
}

void ConfigFile::removeRunner(qsizetype index)
{
    toml::array *runners = d->table["runners"].as_array();
    runners->erase(runners->begin() + static_cast<std::ptrdiff_t>(index));
    if (runners->empty()) {
        d->table.erase("runners");
    }
    d->config.runners.removeAt(index);
}

Result<void> ConfigFile::save() const
{
    std::ostringstream text;
    text << d->table << '\n';
    return writeAtomically(d->path, QByteArray::fromStdString(text.str()));
}

QString ConfigFile::defaultPath()
{
    return ::geteuid() == 0 ? u"/etc/capstan-runner/config.toml"_s
                            : QDir::homePath() + u"/.capstan-runner/config.toml"_s;
}

} // namespace ci::runner
