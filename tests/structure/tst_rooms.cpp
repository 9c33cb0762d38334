// SPDX-License-Identifier: MIT
#include "tests/paths.h"
#include "tests/testmain.h"

#include <QDirIterator>
#include <QFile>
#include <QHash>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace Qt::StringLiterals;

/// The borders of the house: which room may include which, and how long a file may grow.
class RoomsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyIncludeIsAllowed_data();
    void everyIncludeIsAllowed();
    void everyRoomSaysWhatItIs_data();
    void everyRoomSaysWhatItIs();
    void noFileIsTooLong();

private:
    static QStringList sources(const QString &folder);
    static QStringList lines(const QString &path);
    QString roomOf(const QString &path) const;

    QHash<QString, QSet<QString>> m_rooms; // Room → the rooms it may include.
};

// Longest file that is still one thing: tables and generated code excepted, nobody reads more.
static constexpr qsizetype MaxLines = 420;

static QString sourceRoot() { return ci::test::sourceDirectory() + u'/'; }

void RoomsTest::initTestCase()
{
    for (const QString &line : lines(ci::test::binaryDirectory() + u"/rooms.txt"_s)) {
        const QString room = line.section(u": "_s, 0, 0).remove(u':');
        const QStringList uses = line.section(u": "_s, 1).split(u' ', Qt::SkipEmptyParts);
        if (!room.isEmpty()) {
            m_rooms[room] = QSet<QString>(uses.begin(), uses.end()) + QSet<QString> {room};
        }
    }
    QVERIFY(m_rooms.size() > 10);
}

QStringList RoomsTest::sources(const QString &folder)
{
    QStringList files;
    QDirIterator entries(folder, {u"*.h"_s, u"*.cpp"_s}, QDir::Files);
    while (entries.hasNext()) {
        files += entries.next();
    }
    return files;
}

QStringList RoomsTest::lines(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly)
        ? QString::fromUtf8(file.readAll()).split(u'\n')
        : QStringList();
}

// The longest room whose path the include begins with.
QString RoomsTest::roomOf(const QString &path) const
{
    const QString folder = path.section(u'/', 0, -2);
    return m_rooms.contains(folder) ? folder : QString();
}

void RoomsTest::everyIncludeIsAllowed_data()
{
    QTest::addColumn<QString>("room");
    for (auto room = m_rooms.keyBegin(); room != m_rooms.keyEnd(); ++room) {
        QTest::newRow(qPrintable(*room)) << *room;
    }
}

void RoomsTest::everyIncludeIsAllowed()
{
    QFETCH(QString, room);
    static const QRegularExpression include(u"^#include \"([^\"]+)\""_s);
    QStringList forbidden;
    for (const QString &file : sources(sourceRoot() + room)) {
        if (file.endsWith(u"/main.cpp"_s)) {
            continue; // A program may compose whatever it links.
        }
        for (const QString &line : lines(file)) {
            const QString target = roomOf(include.match(line).captured(1));
            if (!target.isEmpty() && !m_rooms[room].contains(target)) {
                forbidden += file + u": "_s + line;
            }
        }
    }
    QCOMPARE(forbidden.join(u'\n'), QString());
}

void RoomsTest::everyRoomSaysWhatItIs_data()
{
    everyIncludeIsAllowed_data();
}

void RoomsTest::everyRoomSaysWhatItIs()
{
    QFETCH(QString, room);
    QVERIFY(QFile::exists(sourceRoot() + room + u"/README.md"_s));
}

void RoomsTest::noFileIsTooLong()
{
    // A store holds one statement after another: a table of SQL, easier to read in one piece.
    static const QSet<QString> exempt {u"db/jobstore.cpp"_s};
    QStringList tooLong;
    for (auto room = m_rooms.keyBegin(); room != m_rooms.keyEnd(); ++room) {
        for (const QString &file : sources(sourceRoot() + *room)) {
            const QString name = file.mid(sourceRoot().size());
            if (lines(file).size() > MaxLines && !exempt.contains(name)) {
                tooLong += name;
            }
        }
    }
    QCOMPARE(tooLong.join(u'\n'), QString());
}

CAPSTAN_TEST(RoomsTest)
#include "tst_rooms.moc"
