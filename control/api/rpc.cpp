#include "control/api/rpc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aaigw::api {

namespace {

constexpr std::uint64_t kClientId = 1;

/// Whether objects and arrays lie at most kMaxDepth deep in each other, if `text` is JSON at all.
bool depth_is_allowed(std::string_view text) noexcept
{
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_string) {
            if (c == '\\')
                ++at;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kMaxDepth)
                return false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return true;
}

/// Discarded when it is not JSON.
Json parsed(std::string_view text)
{
    constexpr bool kThrow = false;
    return Json::parse(text, nullptr, kThrow);
}

tl::unexpected<Refusal> refusal(Json id, RpcErrorCode code, std::string message)
{
    return tl::unexpected{Refusal{std::move(id), {code, std::move(message)}}};
}

bool is_id(const Json& value) noexcept
{
    return value.is_null() || value.is_string() || value.is_number_integer();
}

std::string line_of(const Json& message)
{
    return one_line(message) + '\n';
}

} // namespace

tl::expected<Request, Refusal> parse_request(std::string_view line)
{
    if (line.size() > kMaxRequestBytes)
        return refusal({}, RpcErrorCode::too_large,
                       fmt::format("a request has at most {} bytes", kMaxRequestBytes));
    if (!depth_is_allowed(line))
        return refusal({}, RpcErrorCode::parse_error,
                       fmt::format("more than {} objects and arrays in each other", kMaxDepth));
    // The parser takes a zero for the end of its input.
    const Json message =
        line.find('\0') == line.npos ? parsed(line) : Json(Json::value_t::discarded);
    if (message.is_discarded())
        return refusal({}, RpcErrorCode::parse_error, "a request is one line of JSON");
    if (!message.is_object())
        return refusal({}, RpcErrorCode::invalid_request,
                       "a request is one object; batches are not taken");

    Request request;
    if (const auto id = message.find("id"); id != message.end()) {
        if (!is_id(*id))
            return refusal({}, RpcErrorCode::invalid_request, "id is a string, an integer or null");
        request.id = *id;
        request.wants_answer = true;
    }
    const auto version = message.find("jsonrpc");
    if (version == message.end() || *version != "2.0")
        return refusal(request.id, RpcErrorCode::invalid_request, "jsonrpc is \"2.0\"");
    const auto method = message.find("method");
    if (method == message.end() || !method->is_string())
        return refusal(request.id, RpcErrorCode::invalid_request, "method is a string");
    request.method = method->get<std::string>();
    if (const auto params = message.find("params"); params != message.end()) {
        if (!params->is_object())
            return refusal(request.id, RpcErrorCode::invalid_params, "params is an object");
        request.params = *params;
    }
    constexpr std::array<std::string_view, 4> kMembers{"jsonrpc", "id", "method", "params"};
    for (const auto& [name, value] : message.items())
        if (std::ranges::find(kMembers, name) == kMembers.end())
            return refusal(request.id, RpcErrorCode::invalid_request,
                           "a request has jsonrpc, id, method and params, and nothing else");
    return request;
}

std::string answer_line(const Json& id, const Json& result)
{
    return line_of({{"jsonrpc", "2.0"}, {"id", id}, {"result", result}});
}

std::string error_line(const Json& id, const RpcError& error)
{
    const Json what = {{"code", static_cast<int>(error.code)}, {"message", error.message}};
    return line_of({{"jsonrpc", "2.0"}, {"id", id}, {"error", what}});
}

std::string request_line(std::string_view method, const Json& params)
{
    return line_of({{"jsonrpc", "2.0"}, {"id", kClientId}, {"method", method}, {"params", params}});
}

Result<Json> parse_answer(std::string_view line)
{
    const auto not_ours = [] {
        return fail(ErrorCode::malformed,
                    "what answers there does not speak the daemon's protocol");
    };
    Json message = parsed(line);
    if (message.is_discarded() || !message.is_object())
        return not_ours();
    if (const auto error = message.find("error"); error != message.end()) {
        if (!error->is_object() || !error->contains("message") || !(*error)["message"].is_string())
            return not_ours();
        return fail(ErrorCode::io, (*error)["message"].get<std::string>());
    }
    const auto result = message.find("result");
    const auto id = message.find("id");
    if (result == message.end() || id == message.end() || *id != kClientId)
        return not_ours();
    return std::move(*result);
}

} // namespace aaigw::api
