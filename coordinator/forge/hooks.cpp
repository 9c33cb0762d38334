// SPDX-License-Identifier: MIT
#include "coordinator/forge/hooks.h"

#include <QDir>
#include <QSaveFile>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

// The environment of both (gittransfer.cpp): CAPSTAN_REFUSAL, a sentence or empty;
// CAPSTAN_PROTECTED, full names between spaces; CAPSTAN_SPOOL, a folder; CAPSTAN_PUSH, a file name
// that says project and pusher. A ref's name has neither space nor line break, a push option may
// have anything but NUL. What they write is read by decodeSpool().
constexpr const char *WriteDown = R"sh(
# The refs on our stdin, then the push options, each ended by NUL.
write_down() {
    printf 'capstan-push 1\n'
    while read -r old new ref; do
        printf '%s %s %s\n' "$old" "$new" "$ref"
    done
    printf '\n'
    number=0
    while [ "$number" -lt "${GIT_PUSH_OPTION_COUNT:-0}" ]; do
        eval "printf '%s\\0' \"\$GIT_PUSH_OPTION_$number\""
        number=$((number + 1))
    done
}
)sh";

// Not synced: should the power fail, the refs themselves tell at the next start.
constexpr const char *PreReceive = R"sh(
refuse() {
    printf '%s\n' "$1" >&2
    rm -f "$CAPSTAN_SPOOL/$CAPSTAN_PUSH.intent"
    exit 1
}

may_only_grow() {
    case "$1" in *[!0]*) ;; *) return ;; esac
    git merge-base --is-ancestor "$1" "$2" \
        || refuse "The branch ${3#refs/heads/} is protected: its history cannot be replaced."
}

if [ -n "$CAPSTAN_REFUSAL" ]; then
    refuse "$CAPSTAN_REFUSAL"
fi
write_down >"$CAPSTAN_SPOOL/$CAPSTAN_PUSH.intent"
while read -r old new ref; do
    [ -n "$old" ] || break # The options follow.
    [ -n "$ref" ] || continue
    case "$CAPSTAN_PROTECTED" in
    *" $ref "*) may_only_grow "$old" "$new" "$ref" ;;
    esac
done <"$CAPSTAN_SPOOL/$CAPSTAN_PUSH.intent"
)sh";

constexpr const char *PostReceive = R"sh(
write_down >"$CAPSTAN_SPOOL/$CAPSTAN_PUSH.tmp"
sync "$CAPSTAN_SPOOL/$CAPSTAN_PUSH.tmp"
mv "$CAPSTAN_SPOOL/$CAPSTAN_PUSH.tmp" "$CAPSTAN_SPOOL/$CAPSTAN_PUSH.push"
rm -f "$CAPSTAN_SPOOL/$CAPSTAN_PUSH.intent"
sync "$CAPSTAN_SPOOL"
)sh";

Result<void> writeHook(const QString &path, const char *body)
{
    QSaveFile file(path);
    const QByteArray text
        = "#!/bin/sh\n# Written by capstan at each start.\nset -eu\n"_ba + WriteDown + body;
    const QFileDevice::Permissions program = QFileDevice::ReadOwner | QFileDevice::WriteOwner
        | QFileDevice::ExeOwner;
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()
        || !file.setPermissions(program) || !file.commit()) {
        return ioError(u"cannot write %1: %2"_s.arg(path, file.errorString()));
    }
    return {};
}

} // namespace

Result<void> writeHooks(const QString &directory)
{
    if (!QDir().mkpath(directory)) {
        return ioError(u"cannot make the folder %1"_s.arg(directory));
    }
    const Result<void> before = writeHook(directory + "/pre-receive"_L1, PreReceive);
    return before ? writeHook(directory + "/post-receive"_L1, PostReceive) : before;
}

} // namespace ci::forge
