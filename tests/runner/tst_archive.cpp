// SPDX-License-Identifier: MIT
#include "runner/archivereader.h"
#include "runner/archivewriter.h"
#include "runner/fileselection.h"
#include "runner/glob.h"
#include "tests/testmain.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace ci::runner;

static void put(const QString &path, const QByteArray &bytes)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (file.open(QIODevice::WriteOnly)) {
        file.write(bytes);
    }
}

static QByteArray get(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : "(absent)"_ba;
}

struct HostileEntry
{
    HostileEntry(QByteArray entryName = {}, unsigned entryType = AE_IFREG, QByteArray linkTarget = {})
        : name(std::move(entryName)), type(entryType), target(std::move(linkTarget))
    {
    }

    QByteArray name;
    unsigned type;
    QByteArray target;
    QByteArray content = "evil";
    bool isHardLink = false;
};

static HostileEntry hardLink(const QByteArray &name, const QByteArray &target)
{
    HostileEntry entry(name, AE_IFREG, target);
    entry.isHardLink = true;
    return entry;
}
Q_DECLARE_METATYPE(HostileEntry)

// A tar can say everything that a zip can, and more.
static void makeArchive(const QString &path, const QList<HostileEntry> &entries, bool isZip = false)
{
    archive *writer = archive_write_new();
    isZip ? archive_write_set_format_zip(writer) : archive_write_set_format_pax_restricted(writer);
    archive_write_open_filename(writer, path.toUtf8().constData());
    for (const HostileEntry &hostile : entries) {
        archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, hostile.name.constData());
        archive_entry_set_filetype(entry, hostile.type);
        archive_entry_set_perm(entry, 06755);
        if (hostile.isHardLink) {
            archive_entry_set_hardlink(entry, hostile.target.constData());
        } else if (hostile.type == AE_IFLNK) {
            archive_entry_set_symlink(entry, hostile.target.constData());
        } else if (hostile.type == AE_IFREG) {
            archive_entry_set_size(entry, hostile.content.size());
        }
        archive_write_header(writer, entry);
        if (hostile.type == AE_IFREG && !hostile.isHardLink) {
            archive_write_data(writer, hostile.content.constData(),
                               static_cast<size_t>(hostile.content.size()));
        }
        archive_entry_free(entry);
    }
    archive_write_close(writer);
    archive_write_free(writer);
}

static ci::Result<void> extract(const QString &archive, const QString &root, const ExtractLimits &limits = {})
{
    const int file = ::open(archive.toUtf8().constData(), O_RDONLY | O_CLOEXEC);
    const ci::Result<void> result
        = extractArchive(file, root.toUtf8(), limits, makeCancelFlag());
    ::close(file);
    return result;
}

class ArchiveTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void zipGoesThereAndBack();
    void zipCarriesEveryName_data();
    void zipCarriesEveryName();
    void tellsOfFilesThatCannotBeRead();
    void unzipReadsOurZip();
    void gzipHoldsAMemberAFile();
    void refusesWaysOut_data();
    void refusesWaysOut();
    void takesHarmlessEntries();
    void neverWritesThroughALink();
    void stopsBombs();
    void refusesBrokenArchives();
    void matchesGlobs_data();
    void matchesGlobs();
    void selectsFiles_data();
    void selectsFiles();
    void tellsWhereItLeavesFilesOut();
    void doesNotHangOnHostileGlobs();

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QString at(const QString &name) const { return m_directory->filePath(name); }
};

void ArchiveTest::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    QDir().mkpath(at(u"root"_s));
    put(at(u"outside"_s), "untouched");
}

static QByteArray zipOf(const QString &root, const std::vector<QByteArray> &files)
{
    QByteArray zip;
    const ArchivePlan plan {root.toUtf8(), files, 6, makeCancelFlag()};
    const ci::Result<void> written = writeZip(plan, [&zip](QByteArrayView bytes) {
        zip.append(bytes);
        return true;
    });
    return written ? zip : QByteArray();
}

void ArchiveTest::zipGoesThereAndBack()
{
    put(at(u"from/a b/č.txt"_s), QByteArray(300'000, 'z'));
    put(at(u"from/run"_s), "#!/bin/sh\n");
    QFile::setPermissions(at(u"from/run"_s), QFile::ReadOwner | QFile::ExeOwner);
    QFile::link(u"run"_s, at(u"from/link"_s));
    QDir().mkpath(at(u"from/empty"_s));
    const auto selection
        = selectFiles({at(u"from"_s).toUtf8(), {"."}, {}, {}}, makeCancelFlag());
    put(at(u"x.zip"_s), zipOf(at(u"from"_s), selection.files));
    const auto extracted = extract(at(u"x.zip"_s), at(u"root"_s));
    QVERIFY2(extracted.isOk(), qPrintable(extracted.isOk() ? QString() : extracted.error().detail));
    QCOMPARE(get(at(u"root/a b/č.txt"_s)), QByteArray(300'000, 'z'));
    QVERIFY(QFileInfo(at(u"root/run"_s)).isExecutable());
    QCOMPARE(QFile::symLinkTarget(at(u"root/link"_s)), at(u"root/run"_s));
    QVERIFY(QFileInfo(at(u"root/empty"_s)).isDir());
}

void ArchiveTest::zipCarriesEveryName_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("a backslash") << "dev-disk-by\\x2duuid.swap"_ba;
    QTest::newRow("no UTF-8") << "caf\xe9.txt"_ba;
    QTest::newRow("a line's end") << "one\ntwo"_ba;
    QTest::newRow("an accent of its own") << "cafe\xcc\x81"_ba;
}

void ArchiveTest::zipCarriesEveryName()
{
    QFETCH(const QByteArray, name);
    QDir().mkpath(at(u"from"_s));
    const auto place = [&](const char *folder) { return at(QString::fromLatin1(folder)).toUtf8() + '/' + name; };
    const int file = ::open(place("from").constData(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    QVERIFY(file >= 0);
    QCOMPARE(::write(file, "hi", 2), 2);
    ::close(file);
    const QByteArray zip = zipOf(at(u"from"_s), {name});
    QVERIFY(!zip.isEmpty());
    put(at(u"x.zip"_s), zip);
    const auto extracted = extract(at(u"x.zip"_s), at(u"root"_s));
    QVERIFY2(extracted.isOk(), qPrintable(extracted.isOk() ? QString() : extracted.error().detail));
    struct stat info {};
    QCOMPARE(::stat(place("root").constData(), &info), 0);
    QCOMPARE(info.st_size, 2);
}

void ArchiveTest::tellsOfFilesThatCannotBeRead()
{
    // Has a size, but refuses to be read.
    const QByteArray folder = "/sys/class/net/lo";
    const QByteArray name = "duplex";
    QFile probe(QString::fromLatin1(folder + '/' + name));
    if (!probe.open(QIODevice::ReadOnly | QIODevice::Unbuffered) || probe.size() == 0 || !probe.readAll().isEmpty()) {
        QSKIP("this system has no file that cannot be read");
    }
    const ArchivePlan plan {folder, {name}, 6, makeCancelFlag()};
    const ArchiveSink sink = [](QByteArrayView) { return true; };
    QVERIFY(!writeZip(plan, sink).isOk());
    QVERIFY(!writeGzip(plan, sink).isOk());
    QVERIFY(!writeRaw(plan, sink).isOk());
}

void ArchiveTest::unzipReadsOurZip()
{
    put(at(u"from/č"_s), "1");
    put(at(u"x.zip"_s), zipOf(at(u"from"_s), {"č"}));
    QProcess python;
    python.start(u"python3"_s, {u"-c"_s,
                                u"import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]);"
                                "assert z.testzip() is None; print(z.read('\\u010d').decode())"_s,
                                at(u"x.zip"_s)});
    if (!python.waitForStarted()) {
        QSKIP("python3 is not installed");
    }
    QVERIFY(python.waitForFinished());
    QCOMPARE(python.readAll().trimmed(), "1"_ba);
}

void ArchiveTest::gzipHoldsAMemberAFile()
{
    put(at(u"from/a.xml"_s), "<a/>");
    put(at(u"from/b.xml"_s), QByteArray(200'000, 'b'));
    QByteArray gzip;
    const ArchivePlan plan {at(u"from"_s).toUtf8(), {"a.xml", "b.xml"}, 6, makeCancelFlag()};
    QVERIFY(writeGzip(plan, [&gzip](QByteArrayView bytes) {
                gzip.append(bytes);
                return true;
            }).isOk());
    QVERIFY(gzip.contains("a.xml") && gzip.contains("b.xml"));
    put(at(u"x.gz"_s), gzip);
    QProcess zcat;
    zcat.start(u"gzip"_s, {u"-dc"_s, at(u"x.gz"_s)});
    QVERIFY(zcat.waitForFinished());
    QCOMPARE(zcat.readAll(), "<a/>" + QByteArray(200'000, 'b'));
}

void ArchiveTest::refusesWaysOut_data()
{
    QTest::addColumn<QList<HostileEntry>>("entries");
    QTest::newRow("up") << QList<HostileEntry> {{"../outside"}};
    QTest::newRow("up from within") << QList<HostileEntry> {{"a/../../outside"}};
    QTest::newRow("absolute") << QList<HostileEntry> {{"/tmp/capstan-escape"}};
    QTest::newRow("a link up") << QList<HostileEntry> {{"l", AE_IFLNK, "../outside"}};
    QTest::newRow("a link to an absolute place")
        << QList<HostileEntry> {{"l", AE_IFLNK, "/etc/passwd"}};
    QTest::newRow("a link up from a folder")
        << QList<HostileEntry> {{"a/b/l", AE_IFLNK, "../../../outside"}};
    QTest::newRow("a link that leaves through another link")
        << QList<HostileEntry> {{"a/b/l", AE_IFLNK, "../.."}, {"a/b/m", AE_IFLNK, "l/.."}};
    QTest::newRow("through a link to a folder")
        << QList<HostileEntry> {{"d", AE_IFDIR}, {"l", AE_IFLNK, "d"}, {"l/x"}};
    QTest::newRow("a hard link") << QList<HostileEntry> {hardLink("h", "../outside")};
    QTest::newRow("a device") << QList<HostileEntry> {{"d", AE_IFCHR}};
    QTest::newRow("a pipe") << QList<HostileEntry> {{"p", AE_IFIFO}};
}

void ArchiveTest::refusesWaysOut()
{
    QFETCH(QList<HostileEntry>, entries);
    makeArchive(at(u"x.tar"_s), entries);
    QVERIFY(!extract(at(u"x.tar"_s), at(u"root"_s)).isOk());
    QCOMPARE(get(at(u"outside"_s)), "untouched"_ba);
    QVERIFY(!QFile::exists(u"/tmp/capstan-escape"_s));
}

void ArchiveTest::takesHarmlessEntries()
{
    makeArchive(at(u"x.zip"_s),
                {{"./a/b/"}, {"a/l", AE_IFLNK, "../c"}, {"c"}, {"..b"}, {"a/.."_ba + "x"}}, true);
    const auto extracted = extract(at(u"x.zip"_s), at(u"root"_s));
    QVERIFY2(extracted.isOk(), qPrintable(extracted.isOk() ? QString() : extracted.error().detail));
    struct stat info {};
    QCOMPARE(::stat(at(u"root/c"_s).toUtf8().constData(), &info), 0);
    QCOMPARE(info.st_mode & 07000U, 0U); // No set-user-id.
    QCOMPARE(get(at(u"root/a/l"_s)), "evil"_ba);
}

void ArchiveTest::neverWritesThroughALink()
{
    QFile::link(at(u"outside"_s), at(u"root/f"_s));
    QDir().mkpath(at(u"elsewhere"_s));
    QFile::link(at(u"elsewhere"_s), at(u"root/d"_s));
    makeArchive(at(u"x.zip"_s), {{"f"}}, true);
    QVERIFY(extract(at(u"x.zip"_s), at(u"root"_s)).isOk());
    QCOMPARE(get(at(u"outside"_s)), "untouched"_ba); // The link is replaced, not followed.
    QCOMPARE(get(at(u"root/f"_s)), "evil"_ba);
    makeArchive(at(u"y.zip"_s), {{"d/f"}}, true);
    QVERIFY(!extract(at(u"y.zip"_s), at(u"root"_s)).isOk());
    QVERIFY(!QFile::exists(at(u"elsewhere/f"_s)));
}

void ArchiveTest::stopsBombs()
{
    HostileEntry big {"big"};
    big.content = QByteArray(1 << 20, '\0');
    QList<HostileEntry> entries;
    for (int i = 0; i < 8; ++i) {
        big.name = "big" + QByteArray::number(i);
        entries.append(big);
    }
    makeArchive(at(u"x.zip"_s), entries, true);
    ExtractLimits limits;
    limits.maxRatio = 100;
    limits.ratioFreeBytes = 2 << 20;
    const auto byRatio = extract(at(u"x.zip"_s), at(u"root"_s), limits);
    QVERIFY(!byRatio.isOk());
    QCOMPARE(byRatio.error().kind, ci::ErrorKind::TooLarge);
    limits = {};
    limits.maxBytes = 3 << 20;
    QCOMPARE(extract(at(u"x.zip"_s), at(u"root"_s), limits).error().kind, ci::ErrorKind::TooLarge);
    limits = {};
    limits.maxEntries = 4;
    QCOMPARE(extract(at(u"x.zip"_s), at(u"root"_s), limits).error().kind, ci::ErrorKind::TooLarge);
    QVERIFY(extract(at(u"x.zip"_s), at(u"root"_s)).isOk());
}

void ArchiveTest::refusesBrokenArchives()
{
    put(at(u"empty"_s), "");
    put(at(u"text"_s), "this is no archive at all, whatever it is called");
    QVERIFY(!extract(at(u"text"_s), at(u"root"_s)).isOk());
    put(at(u"from/a"_s), QByteArray(10'000, 'q'));
    const QByteArray zip = zipOf(at(u"from"_s), {"a"});
    for (qsizetype size = 1; size < zip.size() - 30; ++size) {
        put(at(u"cut"_s), zip.first(size));
        (void)!extract(at(u"cut"_s), at(u"root"_s)).isOk(); // Any answer, but one.
    }
}

void ArchiveTest::matchesGlobs_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<bool>("matches");
    QTest::newRow("plain") << "a/b"_ba << "a/b"_ba << true;
    QTest::newRow("a star stays in its part") << "a/*"_ba << "a/b/c"_ba << false;
    QTest::newRow("a star") << "a/*.o"_ba << "a/x.o"_ba << true;
    QTest::newRow("two stars: none") << "a/**/b"_ba << "a/b"_ba << true;
    QTest::newRow("two stars: several") << "a/**/*.o"_ba << "a/b/c/d.o"_ba << true;
    QTest::newRow("two stars in front") << "**/x"_ba << "x"_ba << true;
    QTest::newRow("two stars at the end") << "a/**"_ba << "a/b/c"_ba << true;
    QTest::newRow("question") << "a?c"_ba << "abc"_ba << true;
    QTest::newRow("question is no slash") << "a?c"_ba << "a/c"_ba << false;
    QTest::newRow("class") << "[a-c]x"_ba << "bx"_ba << true;
    QTest::newRow("not class") << "[!a-c]x"_ba << "bx"_ba << false;
    QTest::newRow("braces") << "*.{o,a}"_ba << "x.a"_ba << true;
    QTest::newRow("braces in braces") << "{a,b{c,d}}"_ba << "bd"_ba << true;
    QTest::newRow("escaped") << "a\\*"_ba << "a*"_ba << true;
    QTest::newRow("escaped only") << "a\\*"_ba << "ab"_ba << false;
    QTest::newRow("open class") << "a[b"_ba << "a[b"_ba << true;
}

void ArchiveTest::matchesGlobs()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, path);
    QFETCH(bool, matches);
    QCOMPARE(Glob(pattern).matches(path), matches);
}

void ArchiveTest::selectsFiles_data()
{
    QTest::addColumn<QList<QByteArray>>("paths");
    QTest::addColumn<QList<QByteArray>>("exclude");
    QTest::addColumn<QByteArray>("files");
    using List = QList<QByteArray>;
    QTest::newRow("a folder with all below") << List {"out/"} << List {} << "out out/a.o out/s out/s/b"_ba;
    QTest::newRow("without some") << List {"out"} << List {"out/**/*.o"} << "out out/s out/s/b"_ba;
    QTest::newRow("a pattern") << List {"**/b"} << List {} << "out/s/b"_ba;
    QTest::newRow("absolute within") << List {"@/top"} << List {} << "top"_ba;
    QTest::newRow("absolute elsewhere") << List {"/etc/passwd"} << List {} << ""_ba;
    QTest::newRow("up") << List {"../outside", "out/../../outside"} << List {} << ""_ba;
    QTest::newRow("a link is itself") << List {"link"} << List {} << "link"_ba;
    QTest::newRow("not through a link") << List {"link/*"} << List {} << ""_ba;
    QTest::newRow("each once") << List {"top", "to*"} << List {} << "top"_ba;
}

void ArchiveTest::selectsFiles()
{
    QFETCH(QList<QByteArray>, paths);
    QFETCH(QList<QByteArray>, exclude);
    QFETCH(QByteArray, files);
    put(at(u"root/out/a.o"_s), "1");
    put(at(u"root/out/s/b"_s), "2");
    put(at(u"root/top"_s), "3");
    QFile::link(u"/etc"_s, at(u"root/link"_s));
    const QByteArray root = at(u"root"_s).toUtf8();
    for (QByteArray &path : paths) {
        path.replace("@", root);
    }
    const auto selection = selectFiles({root, paths, exclude, {}}, makeCancelFlag());
    QByteArrayList found;
    for (const QByteArray &file : selection.files) {
        found.append(file);
    }
    QCOMPARE(found.join(' '), files);
}

void ArchiveTest::tellsWhereItLeavesFilesOut()
{
    for (const char *name : {"a", "b", "c"}) {
        put(at(u"root/"_s + QLatin1StringView(name)), "1");
    }
    SelectionRules rules {at(u"root"_s).toUtf8(), {"*", "a"}, {}, {}, 3};
    QVERIFY(selectFiles(rules, makeCancelFlag()).warnings.isEmpty());
    rules.maxFiles = 2;
    const auto cut = selectFiles(rules, makeCancelFlag());
    QCOMPARE(cut.warnings.size(), 1);
    QVERIFY2(cut.warnings.first().startsWith("*: "), cut.warnings.first().constData());
}

void ArchiveTest::doesNotHangOnHostileGlobs()
{
    const QByteArray braces = QByteArray("{a,b}").repeated(40);
    QVERIFY(!Glob(braces).matches("c"));
    QVERIFY(!Glob(QByteArray("**/").repeated(30) + "x").matches(QByteArray("a/").repeated(200) + "b"));
    QVERIFY(!Glob(QByteArray("*a").repeated(50) + "b").matches(QByteArray(500, 'a')));
}

CAPSTAN_TEST(ArchiveTest)
#include "tst_archive.moc"
