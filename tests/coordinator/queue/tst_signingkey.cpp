// SPDX-License-Identifier: MIT
#include "coordinator/queue/signingkey.h"

#include "tests/testmain.h"

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

using namespace ci;
using namespace Qt::StringLiterals;

namespace {

QByteArray decoded(const QByteArray &part)
{
    return QByteArray::fromBase64(part, QByteArray::Base64UrlEncoding);
}

// As a stranger does it: from the published numbers alone.
bool verifies(const QByteArray &token, const QJsonObject &jwk)
{
    const QList<QByteArray> parts = token.split('.');
    if (parts.size() != 3) {
        return false;
    }
    const auto number = [&](const char *name) {
        const QByteArray bytes
            = decoded(jwk.value(QLatin1StringView(name)).toString().toLatin1());
        return BN_bin2bn(reinterpret_cast<const unsigned char *>(bytes.constData()),
                         int(bytes.size()), nullptr);
    };
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *n = number("n");
    BIGNUM *e = number("e");
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY *key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    const QByteArray text = parts[0] + '.' + parts[1];
    const QByteArray signature = decoded(parts[2]);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(digest, nullptr, EVP_sha256(), nullptr, key);
    const int code = EVP_DigestVerify(
        digest, reinterpret_cast<const unsigned char *>(signature.constData()),
        size_t(signature.size()), reinterpret_cast<const unsigned char *>(text.constData()),
        size_t(text.size()));
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return code == 1;
}

} // namespace

/// Whether strangers can trust what we sign.
class SigningKeyTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void signaturesVerifyWithThePublishedKey();
    void theKeyStays();
};

void SigningKeyTest::signaturesVerifyWithThePublishedKey()
{
    const Result<queue::SigningKey> key = queue::SigningKey::generate();
    QVERIFY(key);
    const Result<Secret> token = key->sign({{u"sub"_s, u"project_path:a/b"_s}});
    QVERIFY(token);
    const QByteArray text = token->reveal();
    const QJsonObject header = QJsonDocument::fromJson(decoded(text.split('.').first())).object();
    QCOMPARE(header.value("alg"_L1).toString(), u"RS256"_s);
    QCOMPARE(header.value("kid"_L1), key->publicKey().value("kid"_L1));
    QVERIFY(!key->publicKey().contains("d"_L1));
    QVERIFY(verifies(text, key->publicKey()));
    QByteArray forged = text;
    forged.replace(text.split('.').at(1),
                   QByteArray("{\"sub\":\"project_path:evil\"}")
                       .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
    QVERIFY(!verifies(forged, key->publicKey()));
    QVERIFY(!verifies(text, queue::SigningKey::generate()->publicKey()));
}

void SigningKeyTest::theKeyStays()
{
    QTemporaryDir folder;
    auto database = db::Database::open(folder.filePath(u"a.db"_s));
    QVERIFY(database && (*database)->migrate());
    const SecretBox box(Secret(QByteArray(32, 'k')));
    const auto load = [&](char seal) {
        return queue::SigningKey::load(**database, SecretBox(Secret(QByteArray(32, seal))));
    };
    QVERIFY(load('k') && !*load('k'));
    const Result<queue::SigningKey> made = queue::SigningKey::generate();
    QVERIFY(made && made->store(**database, box));
    QVERIFY(load('k') && *load('k'));
    QCOMPARE((*load('k'))->publicKey(), made->publicKey());
    QVERIFY(!load('x')); // A stolen database without its key file.
}

CAPSTAN_TEST(SigningKeyTest)
#include "tst_signingkey.moc"
