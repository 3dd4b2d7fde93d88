// The bytes of a text, before anybody reads it as YAML: their number, and that they are text.
#pragma once

#include "config/node.h"

#include <cstddef>
#include <string_view>

namespace aaigw::config {

inline constexpr std::size_t kMaxTextBytes = std::size_t{4} << 20;

/// Whether `text` is UTF-8 (RFC 3629) of at most kMaxTextBytes, with tabs and line ends as its only control
/// characters; the first thing that is not so is refused.
[[nodiscard]] bool check_text(std::string_view text, Reading& reading);

} // namespace aaigw::config
