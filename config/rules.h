// What the rules between keys are written with.
#pragma once

#include "config/model.h"
#include "config/node.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

namespace aaigw::config {

/// The value of `key`, when it is there and nothing is wrong with it; `parent` may be null.
[[nodiscard]] inline TreeNode* sound(TreeNode* parent, std::string_view key) noexcept
{
    TreeNode* node = parent == nullptr ? nullptr : parent->find(key);
    return node == nullptr || node->flawed ? nullptr : node;
}

/// Values that may come once only.
template <class Value>
class Distinct {
  public:
    /// `advice` says of what they are distinct. A null node was not there or not readable.
    void add(TreeNode* node, const Value& value, std::string_view key, std::string_view advice,
             Reading& reading)
    {
        if (node == nullptr)
            return;
        const auto [first, is_new] = places_.emplace(value, node->place);
        if (!is_new)
            reading.refuse(*node, fmt::format("{}: the same as in {}:{}; {}", key,
                                              first->second.line, first->second.column, advice));
    }

  private:
    std::map<Value, Place> places_;
};

/// The port of that name, which is the value of a link; null when that cannot be said.
[[nodiscard]] const Port* linked_port(const Config& config, TreeNode& root, std::string_view name);

/// Refuses the `address` of somebody else who cannot be reached through `port` (null: not known).
void check_reachable(const Config& config, const Port* port, Ipv4Address address, TreeNode* node,
                     Reading& reading);

} // namespace aaigw::config
