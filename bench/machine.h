// Where figures were measured, and the files that they go to.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace aaigw::bench {

using Json = nlohmann::ordered_json;

/// CPU, time-stamp counter, libraries, compiler.
[[nodiscard]] Json describe_machine();

/// The exit status; says why on standard error when the file cannot be written.
[[nodiscard]] int write_report(const Json& report, const std::string& path);

} // namespace aaigw::bench
