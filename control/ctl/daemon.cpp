#include "control/ctl/daemon.h"

#include <fmt/format.h>

namespace aaigw::ctl {

const api::Json::array_t& members(const api::Json& object, const char* name)
{
    return object.at(name).get_ref<const api::Json::array_t&>();
}

Result<api::Client> reach_daemon(Values& values)
{
    std::string path{api::kDefaultSocket};
    if (values.given(kSocketOption.name)) {
        TRY(path, values.path(kSocketOption.name));
    }
    auto client = api::Client::connect(path);
    if (!client && client.error().code == ErrorCode::invalid_argument)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{}: {}", kSocketOption.name, client.error().message));
    return client;
}

Result<Output> show(const api::Json& document, const Values& values, Layout layout)
{
    Output output;
    if (values.given(kJsonOption.name)) {
        output.text(pretty(document));
        return output;
    }
    try {
        output.text(layout(document, values));
    } catch (const api::Json::exception&) {
        return fail(ErrorCode::malformed,
                    "aaigwd answers what this program does not understand: are both of one "
                    "version? See aaigwctl version");
    }
    return output;
}

Result<Output> ask_daemon(Values& values, std::string_view method, Layout layout)
{
    TRY(api::Client client, reach_daemon(values));
    TRY(const api::Json document, client.call(method));
    return show(document, values, layout);
}

std::string worker_heading(const api::Json& worker)
{
    return fmt::format("worker {}", worker.at("worker").get<std::uint64_t>());
}

} // namespace aaigw::ctl
