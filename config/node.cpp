#include "config/node.h"

#include "common/words.h"
#include "crypto/secret.h"

#include <fmt/format.h>

#include <algorithm>

namespace aaigw::config {

namespace {

void wipe_text(std::string& text) noexcept
{
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

constexpr bool is_hex_digit(char c) noexcept
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

} // namespace

TreeNode::~TreeNode()
{
    wipe_text(text);
    for (Key& key : keys)
        wipe_text(key.text);
}

TreeNode* TreeNode::find(std::string_view key) noexcept
{
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].usable && keys[i].text == key)
            return &items[i];
    }
    return nullptr;
}

std::string_view describe(NodeKind kind) noexcept
{
    switch (kind) {
    case NodeKind::nothing:
        return "no value";
    case NodeKind::scalar:
        return "a single value";
    case NodeKind::list:
        return "a list";
    case NodeKind::mapping:
        return "a mapping";
    }
    return {};
}

std::string_view showable(std::string_view key) noexcept
{
    constexpr std::size_t kLongestShown = 30;
    constexpr std::size_t kLongestHex = 8;
    const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
    if (!printable || key.size() > kLongestShown ||
        (key.size() > kLongestHex && std::ranges::all_of(key, is_hex_digit)))
        return {};
    return key;
}

void Reading::refuse(Place place, std::string message)
{
    if (full())
        ++left_out_;
    else
        problems_.push_back({file_, place, std::move(message)});
}

void Reading::refuse(TreeNode& node, std::string message)
{
    node.flawed = true;
    refuse(node.place, std::move(message));
}

std::vector<Problem> Reading::take_problems()
{
    std::ranges::stable_sort(problems_, {}, &Problem::place);
    if (left_out_ > 0)
        problems_.push_back({file_, problems_.back().place,
                             fmt::format("{} more problems are not shown", left_out_)});
    return std::move(problems_);
}

void refuse_unknown_keys(TreeNode& mapping, std::span<const std::string> known, Reading& reading)
{
    for (Key& key : mapping.keys) {
        if (!key.usable || std::ranges::find(known, key.text) != known.end())
            continue;
        key.usable = false;
        mapping.flawed = mapping.incomplete = true;
        const std::string_view name = showable(key.text);
        const std::string_view meant =
            name.empty() || reading.full() ? std::string_view{} : closest(name, known);
        key.meant = meant;
        std::string message = name.empty() ? "unknown key (not shown: it may hold a value)"
                                           : fmt::format("{}: unknown key", name);
        message += meant.empty() ? fmt::format("; expected {}", joined(known, ", "))
                                 : fmt::format("; did you mean {}?", meant);
        reading.refuse(key.place, std::move(message));
    }
}

} // namespace aaigw::config
