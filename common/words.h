// Lists of names in messages, and the known name that is closest to a misspelt one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace aaigw {

/// The member of `known` that is at most two typing errors away from `word`; empty when there is none.
[[nodiscard]] std::string_view closest(std::string_view word, std::span<const std::string> known);

/// `words` with `separator` between them.
template <class Words>
[[nodiscard]] std::string joined(const Words& words, std::string_view separator)
{
    std::string text;
    for (const auto& word : words) {
        if (!text.empty())
            text += separator;
        text += word;
    }
    return text;
}

} // namespace aaigw
