// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/fields.h"
#include "coordinator/api/reply.h"
#include "coordinator/api/route.h"
#include "coordinator/api/services.h"
#include "coordinator/auth/identity.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/model/project.h"

#include <optional>
#include <vector>

namespace ci::api {

/// A request that found its route, on its way to the engine thread.
struct Arrived
{
    net::Request request;
    size_t row = 0;
    const Route *route = nullptr;
    std::vector<QByteArray> names; ///< Of the pattern.
    std::vector<QString> values; ///< Decoded, in the same order.
    QHostAddress caller;
};

/// What a handler sees: the request, who calls, what the route named, and the transaction. Lives as
/// long as the handler runs; what comes later keeps reply() and values.
class Call
{
public:
    Call(Services &services, engine::Transaction &transaction, const Arrived &arrived, Reply reply);

    Services &services() const { return m_services; }
    engine::Transaction &transaction() const { return m_transaction; }
    db::Database &database() const { return m_transaction.database(); }
    const Site &site() const;

    const net::RequestHead &head() const { return m_arrived.request.head; }
    const QByteArray &body() const { return m_arrived.request.body; }
    QByteArray header(QByteArrayView name) const { return head().headers.value(name, {}); }
    const QHostAddress &caller() const { return m_arrived.caller; }

    /// A named part of the path.
    QString value(QByteArrayView name) const;
    /// The same as a number; NotFound where it is none.
    Result<qint64> number(QByteArrayView name) const;

    Fields &fields() { return m_fields; }
    Reply reply() const { return m_reply; }
    const net::ExchangePtr &exchange() const { return m_reply.exchange(); }

    // Filled by the gate, as the route needs.
    const auth::Identity &identity() const { return m_identity; }
    const model::User &user() const { return *m_identity.user; } ///< Where the route needs one.
    bool hasGroup() const { return m_group.has_value(); }
    bool hasProject() const { return m_project.has_value(); }
    const model::Group &group() const { return *m_group; }
    const model::Project &project() const { return *m_project; }
    const model::Pipeline &pipeline() const { return *m_pipeline; }
    const model::Job &job() const { return *m_job; }

private:
    friend class Gate;

    Services &m_services;
    engine::Transaction &m_transaction;
    const Arrived &m_arrived;
    Reply m_reply;
    Fields m_fields;
    auth::Identity m_identity;
    std::optional<model::Group> m_group;
    std::optional<model::Project> m_project;
    std::optional<model::Pipeline> m_pipeline;
    std::optional<model::Job> m_job;
};

/// What a handler on the I/O thread sees.
struct SocketCall
{
    Services &services;
    Arrived arrived;
    Reply reply;
};

} // namespace ci::api
