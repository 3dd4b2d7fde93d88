// Json: the JSON values of the API. Members stay in the order in which they were added, so that equal means equal bytes.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace aaigw::api {

using Json = nlohmann::ordered_json;

/// One line of ASCII, without a newline. Never throws for what a text holds: bytes that are not UTF-8 are replaced.
[[nodiscard]] inline std::string one_line(const Json& value)
{
    return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

} // namespace aaigw::api
