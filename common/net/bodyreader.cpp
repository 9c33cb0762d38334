// SPDX-License-Identifier: MIT
#include "common/net/bodyreader.h"

namespace ci::net {

using namespace Qt::StringLiterals;

BodyReader::BodyReader(BodyDecoder decoder, qint64 maximumBytes, std::shared_ptr<BodySink> sink)
    : m_decoder(std::move(decoder))
    , m_maximum(maximumBytes)
    , m_sink(std::move(sink))
{
    settle();
}

BodyReader::~BodyReader()
{
    if (m_sink != nullptr) {
        m_sink->setWake({}); // It may outlive us with its other owner.
    }
}

void BodyReader::take(QByteArrayView payload)
{
    if (payload.size() > m_maximum - m_received) {
        m_error = tooLarge(u"the body is larger than %1 bytes"_s.arg(m_maximum));
        return;
    }
    m_received += payload.size();
    if (m_sink == nullptr) {
        m_collected.append(payload);
        return;
    }
    if (const Result<void> written = m_sink->write(payload); !written) {
        m_error = written.error();
    }
}

void BodyReader::settle()
{
    if (m_decoder.error()) {
        m_error = invalid(QString::fromLatin1(*m_decoder.error()));
        return;
    }
    if (m_error || m_complete || !m_decoder.isDone()) {
        return;
    }
    m_complete = true;
    if (m_sink != nullptr) {
        if (const Result<void> finished = m_sink->finish(); !finished) {
            m_error = finished.error();
            m_complete = false;
        }
    }
}

qsizetype BodyReader::feed(QByteArrayView bytes)
{
    qsizetype consumed = 0;
    while (consumed < bytes.size() && !m_complete && !m_error && !isBlocked()) {
        const BodyDecoder::Step step = m_decoder.next(bytes.sliced(consumed));
        consumed += step.consumed;
        if (!step.payload.isEmpty()) {
            take(step.payload);
        }
        settle();
    }
    return consumed;
}

void BodyReader::endOfInput()
{
    if (!m_complete && !m_error) {
        m_decoder.endOfInput();
        settle();
    }
}

} // namespace ci::net
