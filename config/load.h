// load(): the text of a configuration file to a Config, or everything that is wrong with it.
#pragma once

#include "config/model.h"
#include "config/problem.h"

#include <tl/expected.hpp>

#include <string_view>
#include <vector>

namespace aaigw::config {

/// `file` is the name that problems are reported under. The problems are in the order of the text, one at least, and no
/// message holds a part of a key; what cannot be read as text or as YAML hides what else is wrong. Pure, and for any
/// bytes; it throws std::bad_alloc only.
[[nodiscard]] tl::expected<Config, std::vector<Problem>> load(std::string_view text,
                                                              std::string_view file);

} // namespace aaigw::config
