// JSON-RPC 2.0 as lines of text: requests to read, answers to write, and the other way round for the client.
//
// A request is one line with one object; batches are refused. `id` is a string, an integer or null.
#pragma once

#include "common/result.h"
#include "control/api/json.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aaigw::api {

/// Of a line without its newline.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{64} << 10;
/// Objects and arrays in each other. A request needs two.
inline constexpr std::size_t kMaxDepth = 16;

/// The numbers are the specification's; those from -32099 to -32000 are ours.
enum class RpcErrorCode : std::int16_t {
    parse_error = -32700,
    invalid_request = -32600,
    method_not_found = -32601,
    invalid_params = -32602,
    too_large = -32000,
    too_many_clients = -32001,
    not_allowed = -32002,
};

struct RpcError {
    RpcErrorCode code;
    std::string message; ///< one sentence, which quotes nothing of the request
};

struct Request {
    Json id;                   ///< null for a notification
    bool wants_answer = false; ///< it has an id
    std::string method;
    Json params = Json::object();
};

/// Why a request is not taken, and the id to answer under: null when it could not be read.
struct Refusal {
    Json id;
    RpcError error;
};

/// For any bytes.
[[nodiscard]] tl::expected<Request, Refusal> parse_request(std::string_view line);

/// Lines with their newline.
[[nodiscard]] std::string answer_line(const Json& id, const Json& result);
[[nodiscard]] std::string error_line(const Json& id, const RpcError& error);
[[nodiscard]] std::string request_line(std::string_view method, const Json& params);

/// The result in an answer to request_line(). Errors: malformed, or io with the message of the other end.
[[nodiscard]] Result<Json> parse_answer(std::string_view line);

} // namespace aaigw::api
