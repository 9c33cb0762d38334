// SPDX-License-Identifier: MIT
#include "tests/coordinator/ciconfig/memorysource.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci::ciconfig;
using namespace ci::test;
using namespace Qt::StringLiterals;

class SchemaTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesJobs_data();
    void refusesJobs();
    void acceptsJobs_data();
    void acceptsJobs();
    void refusesFiles_data();
    void refusesFiles();
    void acceptsFiles_data();
    void acceptsFiles();
    void pointsAtTheKey();
};

// What is added to a job `j` that has a script.
void SchemaTest::refusesJobs_data()
{
    QTest::addColumn<QString>("message"); // The beginning of the first error.
    const auto row = [](const char *yaml, const char *message) { QTest::newRow(yaml) << QString::fromUtf8(message); };

    row("scirpt: [x]", "jobs:j config contains unknown keys: scirpt");
    row("script: []", "jobs:j:script can't be blank");
    row("script: ''", "jobs:j:script can't be blank");
    row("script: [1]", "jobs:j:script config should be a string or a nested array");
    row("script: true", "jobs:j:script config should be a string or a nested array");
    row("script: [[[[[[[[[[[x]]]]]]]]]]]", "jobs:j:script config should be a string or a nested array");
    row("before_script: 1", "jobs:j:before_script config should be");
    row("stage: 1", "jobs:j:stage config should be a string");
    row("image: [a]", "jobs:j:image config should be a hash or a string");
    row("image: {entrypoint: [x]}", "jobs:j:image name can't be blank");
    row("image: {name: a, pull_policy: maybe}", "jobs:j:image pull policy should be one of");
    row("image: {name: a, docker: {user: ''}}", "jobs:j:image:docker user can't be blank");
    row("services: [{name: a, variables: {B: {value: c}}}]", "jobs:j:services:variables:B config must be a string");
    row("services: redis", "jobs:j:services config should be a array");
    row("services: [{alias: a}]", "jobs:j:services name can't be blank");
    row("tags: linux", "jobs:j:tags config must be an array of strings");
    row("tags: [1]", "jobs:j:tags config must be an array of strings");
    row("variables: [a]", "jobs:j:variables config should be a hash");
    row("variables: {A: [x]}", "jobs:j:variables:A config variable definition must be either a string or a hash");
    row("variables: {A: {value: x, description: y}}", "jobs:j:variables:A config uses invalid data keys: description");
    row("variables: {A: {value: x, expand: 1}}", "jobs:j:variables:A config expand should be a boolean value");
    row("when: sometimes", "jobs:j when should be one of: on_success, on_failure, always, manual, delayed");
    row("when: never", "jobs:j when should be one of");
    row("when: delayed", "jobs:j start in should be a duration");
    row("start_in: 1 h", "jobs:j start in must be blank");
    row("{when: delayed, start_in: 8 days}", "jobs:j start in should not exceed the limit");
    row("{when: delayed, start_in: soon}", "jobs:j start in should be a duration");
    row("allow_failure: maybe", "jobs:j allow failure should be a hash or a boolean value");
    row("allow_failure: {exit_codes: x}", "jobs:j:allow_failure exit codes should be an array of integers");
    row("retry: 3", "jobs:j:retry config must be less than or equal to 2");
    row("retry: -1", "jobs:j:retry config must be greater than or equal to 0");
    row("retry: '2'", "jobs:j:retry config has to be either an integer or a hash");
    row("retry: {max: 1, when: [oops]}", "jobs:j:retry when contains unknown values");
    row("retry: {maximum: 1}", "jobs:j:retry config contains unknown keys: maximum");
    row("timeout: soon", "jobs:j:timeout config should be a duration");
    row("timeout: 3600", "jobs:j:timeout config should be a duration");
    row("timeout: '0'", "jobs:j:timeout config should be a duration");
    row("timeout: 31 days", "jobs:j:timeout config should not exceed the limit");
    row("interruptible: 'yes'", "jobs:j:interruptible config should be a boolean value");
    row("resource_group: /a", "jobs:j resource group can contain only");
    row("environment: 'a b!'", "jobs:j:environment config can contain only");
    row("environment: {url: x}", "jobs:j:environment name can't be blank");
    row("environment: {name: a, action: jump}", "jobs:j:environment action should be start, stop, prepare, verify, or access");
    row("coverage: x", "jobs:j:coverage config must be a regular expression");
    row("parallel: 0", "jobs:j:parallel config must be greater than or equal to 1");
    row("parallel: 201", "jobs:j:parallel config must be less than or equal to 200");
    row("parallel: '5'", "jobs:j parallel should be an integer or a hash");
    row("parallel: {matrix: {A: x}}", "jobs:j:parallel:matrix config should be an array of hashes");
    row("parallel: {matrix: [{A: [[x]]}]}", "jobs:j:parallel:matrix:A config should be a hash");
    row("parallel: {matrix: [{}]}", "jobs:j:parallel:matrix config must have at least one variable");
    row("needs: a", "jobs:j:needs config can only be a hash or an array");
    row("needs: [{artifacts: true}]", "jobs:j:needs:need has an unsupported type");
    row("needs: [{job: a, foo: 1}]", "jobs:j:needs:need config contains unknown keys: foo");
    row("needs: [{job: ''}]", "jobs:j:needs:need job can't be blank");
    row("needs: [{job: a, parallel: 3}]", "jobs:j:needs:need parallel cannot use \"parallel: <number>\".");
    row("{needs: [a], dependencies: [b]}", "jobs:j dependencies the b should be part of needs");
    row("{rules: [{when: manual}], only: [main]}", "jobs:j config key may not be used with `rules`: only");
    row("rules: {if: $A}", "jobs:j:rules config should be an array of hashes");
    row("rules: [[[[[[[[[[[{if: $A}]]]]]]]]]]]", "jobs:j:rules config should be an array containing hashes");
    row("rules: [x]", "jobs:j:rules:rule config should be a hash");
    row("rules: [{if: $A ==}]", "jobs:j:rules:rule if invalid expression syntax");
    row("rules: [{if: true}]", "jobs:j:rules:rule if invalid expression syntax");
    row("rules: [{wen: x}]", "jobs:j:rules:rule config contains unknown keys: wen");
    row("rules: [{when: x}]", "jobs:j:rules:rule when unknown value: x");
    row("rules: [{when: delayed}]", "jobs:j:rules:rule start in can't be blank");
    row("rules: [{start_in: 1 h}]", "jobs:j:rules:rule start in must be blank");
    row("rules: [{changes: a}]", "jobs:j:rules:rule:changes config should be an array of strings");
    row("rules: [{changes: {compare_to: main}}]", "jobs:j:rules:rule:changes paths can't be blank");
    row("rules: [{exists: [1]}]", "jobs:j:rules:rule exists should be a string");
    row("rules: [{variables: {A: {value: x}}}]", "jobs:j:rules:rule:variables:A config must be a string");
    row("only: main", "jobs:j:only config has to be either an array of conditions or a hash");
    row("only: ['/(/']", "jobs:j:only");
    row("only: {kubernetes: no}", "jobs:j:only kubernetes");
    row("artifacts: {path: [a]}", "jobs:j:artifacts config contains unknown keys: path");
    row("artifacts: {paths: a}", "jobs:j:artifacts paths should be an array of strings");
    row("artifacts: {when: never}", "jobs:j:artifacts when should be one of: on_success, on_failure, always");
    row("artifacts: {expire_in: soon}", "jobs:j:artifacts expire in should be a duration");
    row("artifacts: {expose_as: x}", "jobs:j:artifacts paths can't be blank");
    row("artifacts: {reports: {junit: ~}}", "jobs:j:artifacts:reports junit should be");
    row("artifacts: {reports: {junk: a}}", "jobs:j:artifacts:reports config contains unknown keys: junk");
    row("artifacts: {access: all, public: true}", "jobs:j:artifacts config can't have both");
    row("cache: {key: a/b}", "jobs:j:cache:key config cannot contain the \"/\" character");
    row("cache: {key: ..}", "jobs:j:cache:key config must not be \".\" or \"..\"");
    row("cache: {key: {files: a}}", "jobs:j:cache:key:files");
    row("cache: {policy: pop}", "jobs:j:cache policy should be a variable or one of");
    row("cache: [{}, {}, {}, {}, {}]", "jobs:j:caches config no more than 4 caches can be created");
    row("inherit: {default: [script]}", "jobs:j:inherit:default config contains unknown values: script");
    row("hooks: {post: x}", "jobs:j:hooks config contains unknown keys: post");
    row("id_tokens: {T: {}}", "jobs:j:id_tokens:T aud can't be blank");
    row("secrets: {S: {}}", "jobs:j:secrets:S config must use exactly one of");
    row("release: {tag_name: a}", "jobs:j:release description can't be blank");
    row("run: [{name: a, script: b}]", "jobs:j config these keys cannot be used together: run, script");
    row("inputs: {a: {type: string}}", "jobs:j:inputs:a default can't be blank");
    row("trigger: a/b", "jobs:j config contains unknown keys: script");
    row("coverage: '/(/'", "jobs:j:coverage config must be a regular expression");
    row("release: {tag_name: a, description: b, assets: {links: []}}", "jobs:j:release:assets:links config");
    row("release: {tag_name: a, description: b, released_at: '2021-13-01T00:00:00Z'}", "jobs:j:release released at must be a valid");
    row("secrets: {S: {gcp_secret_manager: {name: a}}}", "jobs:j:secrets:S token is required with gcp_secret_manager");
    row("secrets: {S: {gcp_secret_manager: a, token: $T}}", "jobs:j:secrets:S:gcp_secret_manager config should be a hash");
    row("secrets: {S: {azure_key_vault: {name: a, version: 1}}}", "jobs:j:secrets:S:azure_key_vault version should be a string");
    row("secrets: {S: {aws_secrets_manager: {region: a}}}", "jobs:j:secrets:S:aws_secrets_manager secret id can't be blank");
    row("image: {name: a, docker: {user: 5}}", "jobs:j:image:docker user should be a string");
    row("image: {name: a, docker: {platform: ''}}", "jobs:j:image:docker platform can't be blank");
    row("rules: [{}]", "jobs:j:rules:rule config can't be blank");
    row("rules: [~]", "jobs:j:rules config should be an array containing hashes");
    row("rules: [{exists: {paths: [a], ref: b}}]", "jobs:j:rules:rule:exists project can't be blank");
    row("rules: [{needs: [{pipeline: a, job: b}]}]", "jobs:j:rules:rule:needs config uses invalid types: cross_dependency");
    row("only: {}", "jobs:j:only config can't be blank");
    row("retry: {exit_codes: [1, 1]}", "jobs:j:retry exit codes contains duplicate values: 1");
    row("parallel: {matrix: [{A: true}]}", "jobs:j:parallel:matrix:A config should be a hash of key value pairs");
    row("parallel: {matrix: [{A: [x, true]}]}", "jobs:j:parallel:matrix:A config should be a hash of key value pairs");
    row("parallel: {matrix: [{A: ''}]}", "jobs:j:parallel:matrix:A config should be a hash of key value pairs");
    row("needs: {pipeline: a/b}", "jobs:j:needs config uses invalid types: bridge");
    row("needs: [{pipeline: $P, job: c, parallel: {matrix: [{A: '$[[ matrix.Z ]]'}]}}]", "j job: unknown interpolation key: `matrix.Z`");
    row("environment: {name: a, kubernetes: {}}", "jobs:j:environment:kubernetes config can't be blank");
    row("environment: {name: a, kubernetes: {agent: a, flux_resource_path: b}}", "jobs:j:environment:kubernetes namespace can't be blank");
    row("environment: {name: a, kubernetes: {dashboard: {namespace: b}}}", "jobs:j:environment:kubernetes agent can't be blank");
    row("environment: {name: a, kubernetes: {agent: a, namespace: b, dashboard: {namespace: c}}}",
        "jobs:j:environment:kubernetes namespace cannot be specified when dashboard.namespace is set");
    row("environment: ' '", "jobs:j:environment config can contain only");
    row("image: {name: a, docker: {platform: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}",
        "jobs:j:image:docker platform is too long (maximum is 64 characters)");
    row("cache: {key: '%2e%2E'}", "jobs:j:cache:key config must not be \".\" or \"..\"");
    row("release: {tag_name: a, description: b, released_at: $T}", "jobs:j:release released at must be a valid");
    row("release: {tag_name: a, description: b, ref: 'a b'}", "jobs:j:release ref must be a valid ref");
    row("pages: {expire_in: $T}", "jobs:j:pages expire in should be a duration");
    row("publish: x", "jobs:j publish can only be used within a `pages` job");
    row("{publish: x, pages: false}", "jobs:j publish can only be used within a `pages` job");
    row("{needs: [{pipeline: $P, job: a}], dependencies: [a]}", "jobs:j dependencies the a should be part of needs");
    row("needs: [{pipeline: $A, job: a}, {pipeline: $B, job: a}, {pipeline: $C, job: a}, {pipeline: $D, job: a}, "
        "{pipeline: $E, job: a}, {pipeline: $F, job: a}]",
        "jobs:j:needs config must be less than or equal to 5");
    row("inputs: {a: {default: b, options: [c]}}", "`a` input: `b` cannot be used because it is not in the list");
    row("inputs: {a: {default: b, regex: ^c}}", "`a` input: default value does not match required RegEx pattern");
    row("inputs: {a: {default: b, options: [b, ~]}}", "jobs:j:inputs:a options cannot contain null values");
}

void SchemaTest::refusesJobs()
{
    QFETCH(QString, message);
    const QByteArray given = QTest::currentDataTag();
    const QByteArray keys = given.startsWith('{') ? "<<: " + given : given;
    const QByteArray script = given.startsWith("script") ? QByteArray() : QByteArray("  script: [x]\n");
    const Compiled result = compiled("a: {script: x}\nb: {script: x}\nj:\n" + script + "  " + keys + "\n");
    QVERIFY(!result.isValid());
    QVERIFY2(firstError(result).section(u": "_s, 1).startsWith(message), qPrintable(firstError(result)));
    QVERIFY(result.errors.front().line > 0);
}

void SchemaTest::acceptsJobs_data()
{
    QTest::addColumn<int>("unused");
    for (const char *yaml :
         {"image: ~", "rules: ~", "only: ~", "variables: ~", "before_script: []", "after_script: ''",
          "cache: []", "cache: {}", "tags: [[a], b]", "retry: {max: 2, when: always, exit_codes: [1, 2]}",
          "artifacts: {expire_in: never, paths: [a]}", "needs: []", "{needs: [], dependencies: [a]}",
          "artifacts: {expire_in: Never}", "before_script: [[[[[[[[[[x]]]]]]]]]]",
          "rules: [[[[[[[[[[{if: $A}]]]]]]]]]]", "allow_failure: {}", "allow_failure: {exit_codes: ~}",
          "only: ['/unterminated']", "only: ['/(/@group/project']", "{publish: x, pages: {expire_in: 1 day}}",
          "release: {tag_name: a, description: b, ref: '${CI_COMMIT_SHA}', released_at: '2024-01-31'}",
          "cache: {key: ..a}", "timeout: 1 month", "{when: delayed, start_in: 1 week}",
          "environment: {name: $X, auto_stop_in: $T, deployment_tier: $Y}", "timeout: 1h 30m",
          "cache: {policy: $P, key: {files: [a], prefix: $B}}", "variables: {A: 1, B: 1.5, C: true, D: ~}",
          "services: [redis, {name: a, alias: 'a, b', variables: {X: y}}]", "dast_configuration: {site_profile: a}",
          "only: {refs: [branches], variables: [$A], changes: [a], kubernetes: active}",
          "identity: google_cloud", "pages: {publish: x}", "interruptible: yes",
          "retry: {max: 1, when: [runner_provisioning_timeout, no_matching_runner]}", "artifacts: {reports: {coverage_report: ~}}",
          "needs: [{pipeline: $P, job: c, parallel: {matrix: [{A: [b, c]}]}}]",
          "needs: [{project: a/b, ref: d, job: c, parallel: {matrix: [{A: b}]}}]",
          "secrets: {S: {aws_secrets_manager: {secret_id: a, region: b}}}",
          "secrets: {S: {gcp_secret_manager: {name: a, version: 2}, token: $T}}",
          "environment: {name: a, kubernetes: {agent: a/b:c, namespace: d, flux_resource_path: e}}",
          "image: {name: a, kubernetes: {user: 1001}}", "parallel: {matrix: [{A: [1, 3.9, x]}]}"}) {
        QTest::newRow(yaml) << 0;
    }
}

void SchemaTest::acceptsJobs()
{
    const QByteArray given = QTest::currentDataTag();
    const QByteArray keys = given.startsWith('{') ? "<<: " + given : given;
    const Compiled result = compiled("a: {script: x, stage: build}\nj:\n  script: x\n  " + keys + "\n");
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
}

void SchemaTest::refusesFiles_data()
{
    QTest::addColumn<QString>("message");
    const auto row = [](const char *yaml, const char *message) { QTest::newRow(yaml) << QString::fromUtf8(message); };
    row("", "Please provide content of .gitlab-ci.yml");
    row("# only a comment\n", "Please provide content of .gitlab-ci.yml");
    row("- a\n", "Invalid configuration format");
    row("text\n", "Invalid configuration format");
    row(".hidden: {script: x}\n", "jobs config should contain at least one visible job");
    row("j: x\n", "jobs:j config should implement the script:, run:, or trigger: keyword");
    row("j: {stage: test}\n", "jobs:j config should implement the script:, run:, or trigger: keyword");
    row("true: {script: x}\n", "jobs:true job name is reserved");
    row("'': {script: x}\n", "job name can't be blank");
    row("stages: x\nj: {script: x}\n", "stages config should be an array of strings");
    row("default: {script: x}\nj: {script: x}\n", "default config contains unknown keys: script");
    row("default: {image: a}\nimage: b\nj: {script: x}\n", "config IMAGE is defined in top-level and `default:` entry");
    row("variables: {A: {value: a, options: [b]}}\nj: {script: x}\n", "variables:A config value must be present in options");
    row("workflow: {rules: [{when: manual}]}\nj: {script: x}\n", "workflow:rules:rule when unknown value: manual");
    row("workflow: {auto_cancel: {on_new_commit: all}}\nj: {script: x}\n", "workflow:auto_cancel on new commit must be one of");
    row("spec: {inputs: {}}\nj: {script: x}\n", "root config contains unknown keys: spec");
    row("stages: [one]\nj: {script: x}\n", "j job: chosen stage test does not exist; available stages are .pre, one, .post");
    row("j: {script: x, needs: [k]}\n", "j job: undefined need: k");
    row("j: {script: x, stage: build, needs: [k]}\nk: {script: x}\n", "j job: need k is not defined in current or prior stages");
    row("j: {script: x, dependencies: [k]}\n", "j job: undefined dependency: k");
    row("j: {script: x, needs: [j]}\n", "The pipeline has circular dependencies: self-dependency: \"j\"");
    row("j: {script: x, needs: [k]}\nk: {script: x, needs: [j]}\n",
        "The pipeline has circular dependencies: topological sort failed: [\"j\", \"k\"]");
    row("j: {script: x, needs: [k, k]}\nk: {script: x}\n", "j has the following needs duplicated: k.");
    row("j: {script: x, needs: ['k 2/2', k]}\nk: {script: x, parallel: 2}\n",
        "j has the following needs duplicated: k 2/2.");
    row("j: {script: x, needs: [k, {job: k, parallel: {matrix: [{A: 1}]}}]}\nk: {script: x, parallel: {matrix: [{A: 1}]}}\n",
        "j has the following needs duplicated: k.");
    row("j: {trigger: a/b, script: ~}\n", "jobs:j config contains unknown keys: script");
    row("j: {script: x, trigger: ~}\n", "jobs:j config contains unknown keys: trigger");
    row("j: {trigger: {include: {local: a.yml}}}\n", "jobs:j:trigger:include config should be an array or a string");
    row("j: {trigger: {include: [~]}}\n", "jobs:j:trigger:include config should be an array or a string");
    row("j: {trigger: {include: [{local: [a]}]}}\n", "jobs:j:trigger:include local should be a string");
    row("j: {trigger: {include: [a.yml, b.yml, c.yml, d.yml]}}\n", "jobs:j:trigger:include config is too long (maximum is 3)");
    row("variables: {A: {value: 1, options: ['1']}}\nj: {script: x}\n",
        "variables:A config value must be present in options");
    row("j: {script: x, environment: {name: a, on_stop: k}}\n"
        "k: {script: x, parallel: 2, environment: {name: a, action: stop}}\n", "j job: on_stop job k is not defined");
    row("j: {trigger: {include: [{artifact: a, job: k}]}}\nk: {script: x, parallel: 2}\n",
        "j job: undefined dependency: k");
    row("j: {script: x, environment: {name: a, on_stop: k}}\n", "j job: on_stop job k is not defined");
    row("j: {script: x, environment: {name: a, on_stop: k}}\nk: {script: x}\n",
        "j job: on_stop job k does not have environment defined");
    row("j: {script: x, environment: {name: a, on_stop: k}}\nk: {script: x, environment: {name: b, action: stop}}\n",
        "j job: on_stop job k have different environment name");
    row("j: {script: x, environment: {name: a, on_stop: k}}\nk: {script: x, environment: a}\n",
        "j job: on_stop job k needs to have action stop defined");
    row("j: {trigger: ''}\n", "jobs:j:trigger config can't be blank");
    row("j: {trigger: {strategy: depend}}\n", "jobs:j:trigger config must specify either project or include");
    row("j: {trigger: a/b, when: delayed}\n", "jobs:j when should be one of: on_success, on_failure, always, manual");
    row("j: {trigger: {include: [{artifact: a, job: k}]}}\n", "j job: undefined dependency: k");
    row("j: {extends: .a, script: x}\n", "j: unknown keys in `extends` (.a)");
    row(".a: x\nj: {extends: .a, script: x}\n", "j: invalid base hashes in `extends` (.a)");
    row("j: {extends: j, script: x}\n", "j: circular dependency detected in `extends`");
    row("j: {extends: 1, script: x}\n", "j: extends should be an array of strings or a string");
    row("j: {script: !reference [.a]}\n", "!reference [\".a\"] could not be found");
    row("j: {script: [!reference [j, script]]}\n", "!reference [\"j\", \"script\"] is part of a circular chain");
    row("j: {script: !reference []}\n", "!reference [] is not valid");
    row(".a: {1: [x]}\nj: {script: !reference [.a, 1]}\n", "!reference [\".a\", \"1\"] is not valid");
    row(".a: {b: ~}\nj: {script: x, variables: !reference [.a, b]}\n", "!reference [\".a\", \"b\"] could not be found");
    row(".a: {b: no}\nj: {script: x, interruptible: !reference [.a, b]}\n",
        "!reference [\".a\", \"b\"] could not be found");
    row(".a: {b: {c: x}}\n.d: !reference [.a, b]\nj: {script: !reference [.d, c]}\n",
        "!reference [\".d\", \"c\"] could not be found");
    row("stages: []\nj: {script: x}\n", "j job: chosen stage test does not exist; available stages are .pre, .post");
    row("workflow: {rules: [{}]}\nj: {script: x}\n", "workflow:rules:rule config can't be blank");
    row("workflow: {rules: [{if: $A, interruptible: true}]}\nj: {script: x}\n",
        "workflow:rules:rule config contains unknown keys: interruptible");
    row("j: {trigger: a/b, needs: [{pipeline: a, job: b}]}\n", "jobs:j:needs config uses invalid types: cross_dependency");
    row("j: {needs: [{pipeline: a/b}, {pipeline: c/d}]}\n", "jobs:j:needs config should contain at most one bridge need");
    row("j: {script: !!python/object x}\n", "Unknown YAML tag");
    row("j: {run: [{name: a b, script: x}]}\n", "jobs:j:run name can contain only letters, digits and '_'");
    row("j: {run: [{name: a, script: x, env: {A: 1}}]}\n", "jobs:j:run:env A should be a string");
    row("j: {run: [{name: a, script: x, env: {A-B: y}}]}\n", "jobs:j:run:env config contains unknown keys: A-B");
    row("j: {run: [{name: a, step: {}}]}\n", "jobs:j:run:step config must use exactly one of: git, oci");
    row("j: {run: [{name: a, step: {oci: {registry: r}}}]}\n", "jobs:j:run:step:oci repository can't be blank");
    row("j: {script: x, variables: {A: $B, B: $A}}\n", "j: circular variable reference detected: [\"A\", \"B\"]");
}

void SchemaTest::refusesFiles()
{
    QFETCH(QString, message);
    const Compiled result = compiled(QTest::currentDataTag());
    QVERIFY(!result.isValid());
    QVERIFY2(firstError(result).section(u": "_s, 1).startsWith(message), qPrintable(firstError(result)));
    QCOMPARE(result.errors.front().file, u".gitlab-ci.yml"_s);
    QVERIFY(result.errors.front().line > 0 && result.errors.front().column > 0);
}

void SchemaTest::acceptsFiles_data()
{
    QTest::addColumn<int>("unused");
    for (const char *yaml :
         {"j: {trigger: {include: [{local: a.yml, inputs: {b: c}, rules: [{if: $A}]}]}}\n",
          "j: {trigger: {include: [{project: a/b, file: [c.yml, d.yml]}]}}\n",
          "j: {script: x, needs: ['k 1/2', 'k 2/2']}\nk: {script: x, parallel: 2}\n",
          "variables: {A: {value: a, options: []}}\nj: {script: x}\n", "pages: {script: x, publish: y}\n",
          "j: {script: x, environment: {name: a, on_stop: k 1/2}}\n"
          "k: {script: x, parallel: 2, environment: {name: a, action: stop}}\n",
          "j: {script: ['']}\n"}) {
        QTest::newRow(yaml) << 0;
    }
}

void SchemaTest::acceptsFiles()
{
    const Compiled result = compiled(QTest::currentDataTag());
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
}

void SchemaTest::pointsAtTheKey()
{
    const Compiled result = compiled("j:\n  script: x\n  imgae: y\nk:\n  script: x\n  retry: 5\n");
    QCOMPARE(result.errors.size(), size_t(2));
    QCOMPARE(firstError(result), u"3:3: jobs:j config contains unknown keys: imgae"_s);
    QCOMPARE(result.errors.back().line, 6);
    QCOMPARE(result.errors.back().column, 10);
}

CAPSTAN_TEST(SchemaTest)
#include "tst_schema.moc"
