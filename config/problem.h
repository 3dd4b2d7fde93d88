// Problem: one thing that is wrong with a text that a person wrote, and the place where it stands.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace aaigw::config {

/// Both count from 1; the column counts bytes.
struct Place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;

    friend constexpr auto operator<=>(const Place&, const Place&) noexcept = default;
};

struct Problem {
    std::string file;
    Place place;
    std::string message; ///< what is wrong and what to do; never quotes a value

    friend bool operator==(const Problem&, const Problem&) = default;
};

/// `file:line:column: message`
[[nodiscard]] std::string to_text(const Problem& problem);

} // namespace aaigw::config
