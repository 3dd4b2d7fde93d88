// The reference of all keys as Markdown, printed from the schema; docs/reference/config.md holds it.
#pragma once

#include <string>

namespace aaigw::config {

/// A table for each mapping, with a heading of the third level that says where it stands.
[[nodiscard]] std::string key_reference();

} // namespace aaigw::config
