// SPDX-License-Identifier: MIT
#include "common/net/publicaddress.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci::net;

class PublicAddressTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsTheOpenInternet_data();
    void tellsTheOpenInternet();
};

void PublicAddressTest::tellsTheOpenInternet_data()
{
    QTest::addColumn<bool>("isPublic");
    for (const char *address : {"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1",
                                "192.167.1.1", "223.255.255.255", "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8"}) {
        QTest::newRow(address) << true;
    }
    for (const char *address : {"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.0.1",
                                "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
                                "192.168.0.1", "198.18.0.1", "198.19.255.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
                                "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
                                "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2001:db8::1", "2001::1",
                                "2002:7f00:1::", "3fff::1", "::127.0.0.1"}) {
        QTest::newRow(address) << false;
    }
}

void PublicAddressTest::tellsTheOpenInternet()
{
    QFETCH(const bool, isPublic);
    const QHostAddress address(QString::fromLatin1(QTest::currentDataTag()));
    QVERIFY(!address.isNull() || !isPublic);
    QCOMPARE(isPublicAddress(address), isPublic);
    QVERIFY(!isPublicAddress(QHostAddress()));
}

CAPSTAN_TEST(PublicAddressTest)
#include "tst_publicaddress.moc"
