#include "control/api/dispatcher.h"

#include "control/api/documents.h"

#include <algorithm>
#include <array>

namespace aaigw::api {

namespace {

struct Params {
    std::uint64_t from = 0;
    std::uint64_t most = kMaxStationsAtOnce;
};

struct Sources {
    const GatewayView& gateway;
    const ApiCounters& api;
    const Params& params;
};

// One function for each line of methods.def, by its name.

Json version(const Sources& sources)
{
    return version_document(sources.gateway);
}

Json counters(const Sources& sources)
{
    Json document = counters_document(sources.gateway);
    document["api"] = {{"answered", sources.api.answered},
                       {"refused", sources.api.refused},
                       {"clients", sources.api.clients},
                       {"clients_refused", sources.api.clients_refused},
                       {"clients_dropped", sources.api.clients_dropped}};
    return document;
}

Json verdicts(const Sources& sources)
{
    return verdicts_document(sources.gateway);
}

Json stages(const Sources& sources)
{
    return stages_document(sources.gateway);
}

Json state(const Sources& sources)
{
    return state_document(sources.gateway, sources.params.from, sources.params.most);
}

Json ports(const Sources& sources)
{
    return ports_document(sources.gateway);
}

Json health(const Sources& sources)
{
    return health_document(sources.gateway);
}

constexpr std::array kDescriptions{
#define METHOD(name, parameters, sentence) MethodDescription{#name, parameters, sentence},
#include "control/api/methods.def"
#undef METHOD
};

using Function = Json (*)(const Sources&);
constexpr std::array<Function, kDescriptions.size()> kFunctions{
#define METHOD(name, parameters, sentence) name,
#include "control/api/methods.def"
#undef METHOD
};

/// Whether `name` is one of the words of `list`.
bool is_word_of(std::string_view name, std::string_view list)
{
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(' '), list.size());
        if (list.substr(0, end) == name)
            return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

tl::unexpected<RpcError> refused(RpcErrorCode code, std::string message)
{
    return tl::unexpected{RpcError{code, std::move(message)}};
}

tl::expected<Params, RpcError> read_params(const Json& given, std::string_view allowed)
{
    Params params;
    for (const auto& [name, value] : given.items()) {
        if (!is_word_of(name, allowed))
            return refused(RpcErrorCode::invalid_params, "the method has no such parameter");
        if (!value.is_number_unsigned())
            return refused(RpcErrorCode::invalid_params, "a parameter is a number, 0 or greater");
        (name == "from" ? params.from : params.most) = value.get<std::uint64_t>();
    }
    if (params.most == 0)
        return refused(RpcErrorCode::invalid_params, "most is 1 or greater");
    return params;
}

} // namespace

std::span<const MethodDescription> methods() noexcept
{
    return kDescriptions;
}

tl::expected<Json, RpcError> Dispatcher::run(const Request& request) const
{
    const auto method = std::ranges::find(kDescriptions, request.method, &MethodDescription::name);
    if (method == kDescriptions.end())
        return refused(RpcErrorCode::method_not_found, "there is no such method");
    const auto params = read_params(request.params, method->parameters);
    if (!params)
        return tl::unexpected{params.error()};
    const auto place = static_cast<std::size_t>(method - kDescriptions.begin());
    return kFunctions[place]({gateway_, counters_, *params});
}

std::optional<std::string> Dispatcher::answer(std::string_view line)
{
    const auto request = parse_request(line);
    if (!request) {
        ++counters_.refused;
        return error_line(request.error().id, request.error().error);
    }
    const auto result = run(*request);
    ++(result ? counters_.answered : counters_.refused);
    if (!request->wants_answer)
        return std::nullopt;
    return result ? answer_line(request->id, *result) : error_line(request->id, result.error());
}

} // namespace aaigw::api
