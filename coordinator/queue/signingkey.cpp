// SPDX-License-Identifier: MIT
#include "coordinator/queue/signingkey.h"

#include "db/instancestore.h"

#include <QCryptographicHash>
#include <QJsonDocument>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

constexpr int KeyBits = 2048; // What every verifier of RS256 takes.
constexpr QByteArrayView StoredKeyName = "id_token_key";

QByteArray base64Url(const QByteArray &bytes)
{
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

QByteArray jsonPart(const QJsonObject &object)
{
    return base64Url(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

struct FreeBio
{
    void operator()(BIO *bio) const { BIO_free(bio); }
};
using BioPtr = std::unique_ptr<BIO, FreeBio>;

std::shared_ptr<void> owned(EVP_PKEY *key)
{
    return {key, [](void *each) { EVP_PKEY_free(static_cast<EVP_PKEY *>(each)); }};
}

EVP_PKEY *keyOf(const std::shared_ptr<void> &key)
{
    return static_cast<EVP_PKEY *>(key.get());
}

std::optional<QByteArray> numberOf(EVP_PKEY *key, const char *name)
{
    BIGNUM *number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
        return std::nullopt;
    }
    QByteArray bytes(BN_num_bytes(number), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char *>(bytes.data()));
    BN_free(number);
    return bytes;
}

Error cryptoError(const char *what)
{
    return ioError(u"libcrypto: %1 failed"_s.arg(QString::fromLatin1(what)));
}

} // namespace

Result<SigningKey> SigningKey::generate()
{
    SigningKey key(owned(EVP_RSA_gen(KeyBits)));
    const Result<void> read = key.readPublic();
    return read ? Result<SigningKey>(std::move(key)) : Result<SigningKey>(read.error());
}

Result<SigningKey> SigningKey::fromPem(const Secret &pem)
{
    const QByteArray &text = pem.reveal();
    const BioPtr bio(BIO_new_mem_buf(text.constData(), int(text.size())));
    SigningKey key(owned(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)));
    const Result<void> read = key.readPublic();
    return read ? Result<SigningKey>(std::move(key)) : Result<SigningKey>(read.error());
}

Result<Secret> SigningKey::pem() const
{
    const BioPtr bio(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_PrivateKey(bio.get(), keyOf(m_key), nullptr, nullptr, 0, nullptr, nullptr)
        != 1) {
        return cryptoError("writing the key");
    }
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return Secret(QByteArray(data, qsizetype(size)));
}

Result<void> SigningKey::readPublic()
{
    if (!m_key) {
        return cryptoError("reading the key for id tokens");
    }
    const std::optional<QByteArray> modulus = numberOf(keyOf(m_key), OSSL_PKEY_PARAM_RSA_N);
    const std::optional<QByteArray> exponent = numberOf(keyOf(m_key), OSSL_PKEY_PARAM_RSA_E);
    if (!modulus || !exponent) {
        return cryptoError("reading the public key for id tokens");
    }
    const QString n = QString::fromLatin1(base64Url(*modulus));
    const QString e = QString::fromLatin1(base64Url(*exponent));
    // RFC 7638: the thumbprint names the key.
    const QByteArray canonical = QJsonDocument(QJsonObject {{u"e"_s, e}, {u"kty"_s, u"RSA"_s}, {u"n"_s, n}})
                                     .toJson(QJsonDocument::Compact);
    const QString id = QString::fromLatin1(
        base64Url(QCryptographicHash::hash(canonical, QCryptographicHash::Sha256)));
    m_public = {{u"kty"_s, u"RSA"_s}, {u"kid"_s, id}, {u"e"_s, e},
                {u"n"_s, n},          {u"use"_s, u"sig"_s}, {u"alg"_s, u"RS256"_s}};
    return {};
}

Result<std::optional<SigningKey>> SigningKey::load(db::Database &database, const SecretBox &box)
{
    const Result<std::optional<QByteArray>> sealed
        = db::InstanceStore(database).value(StoredKeyName);
    if (!sealed) {
        return sealed.error();
    }
    if (!*sealed) {
        return std::optional<SigningKey>();
    }
    const Result<Secret> pem = box.open(**sealed);
    if (!pem) {
        return pem.error().within(u"the key for id tokens"_s);
    }
    Result<SigningKey> key = fromPem(*pem);
    return key ? Result(std::optional(std::move(*key))) : key.error();
}

Result<void> SigningKey::store(db::Database &database, const SecretBox &box) const
{
    const Result<Secret> text = pem();
    return text ? db::InstanceStore(database).setValue(StoredKeyName, box.seal(text->reveal()))
                : Result<void>(text.error());
}

Result<Secret> SigningKey::sign(const QJsonObject &claims) const
{
    const QJsonObject header {{u"alg"_s, u"RS256"_s},
                              {u"typ"_s, u"JWT"_s},
                              {u"kid"_s, m_public.value("kid"_L1)}};
    const QByteArray signedPart = jsonPart(header) + '.' + jsonPart(claims);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    size_t size = 0;
    const auto *text = reinterpret_cast<const unsigned char *>(signedPart.constData());
    const size_t length = static_cast<size_t>(signedPart.size());
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, keyOf(m_key)) != 1
        || EVP_DigestSign(context.get(), nullptr, &size, text, length) != 1) {
        return cryptoError("signing an id token");
    }
    QByteArray signature(qsizetype(size), '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &size,
                       text, length)
        != 1) {
        return cryptoError("signing an id token");
    }
    signature.truncate(qsizetype(size));
    return Secret(signedPart + '.' + base64Url(signature));
}

} // namespace ci::queue
