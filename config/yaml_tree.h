// YAML text to TreeNode: the one door to yaml-cpp.
#pragma once

#include "config/node.h"

#include <optional>
#include <string_view>

namespace aaigw::config {

/// How far lists and mappings may be inside each other; the deepest key of the schema is at 12.
inline constexpr std::size_t kMaxDepth = 16;

/// The one document of a text that check_text() accepts; an empty one is an empty mapping. Nothing when it cannot be
/// read as a tree at all. Of YAML only scalars, lists and mappings are taken: anchors, aliases, tags, a second document
/// and a key that comes twice are refused, as is what is no YAML.
[[nodiscard]] std::optional<TreeNode> read_tree(std::string_view text, Reading& reading);

} // namespace aaigw::config
