#include "control/api/service.h"

#include "control/api/telemetry.h"

#include <utility>

namespace aaigw::api {

Result<std::unique_ptr<Service>>
Service::start(ListeningSocket place, const runtime::Gateway& gateway, runtime::ControlLoop& loop)
{
    std::unique_ptr<Service> service{new Service{gateway, loop}};
    TRY(service->telemetry_, add_telemetry(service->view_.workers()));
    TRY(Server server, Server::serve(std::move(place), loop.io(), service->dispatcher_));
    service->server_.emplace(std::move(server));
    return service;
}

} // namespace aaigw::api
