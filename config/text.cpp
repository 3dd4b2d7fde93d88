#include "config/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace aaigw::config {

namespace {

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 0; ///< 0: not UTF-8
};

/// The character at the front of `text`, which is not empty (RFC 3629: shortest form, no surrogates).
Character first_character(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80)
        return {lead, 1};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes)
        return {};
    std::uint32_t code = lead & (0x7fU >> bytes);
    for (std::size_t at = 1; at < bytes; ++at) {
        if ((byte(at) & 0xc0U) != 0x80)
            return {};
        code = code << 6 | (byte(at) & 0x3fU);
    }
    const bool shorter_form = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (shorter_form || surrogate || code > 0x10ffff)
        return {};
    return {code, bytes};
}

/// yaml-cpp takes some of these for the end of the text, and people do not see them at all.
constexpr bool is_control(std::uint32_t code) noexcept
{
    const bool c0 = code < 0x20 && code != '\t' && code != '\n';
    return c0 || (code >= 0x7f && code < 0xa0) || code == 0xfeff;
}

Place place_of(std::string_view text, std::size_t offset) noexcept
{
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0
    return {static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n')),
            static_cast<std::uint32_t>(1 + offset - line_start)};
}

} // namespace

bool check_text(std::string_view text, Reading& reading)
{
    if (text.size() > kMaxTextBytes) {
        reading.refuse(Place{}, fmt::format("the text has {} bytes; at most {} are read",
                                            text.size(), kMaxTextBytes));
        return false;
    }
    for (std::size_t at = 0; at < text.size();) {
        const Character character = first_character(text.substr(at));
        if (character.bytes == 0) {
            reading.refuse(place_of(text, at), "not UTF-8; save the text as UTF-8");
            return false;
        }
        const bool line_end = text.substr(at).starts_with("\r\n");
        if (is_control(character.code) && !line_end) {
            reading.refuse(
                place_of(text, at),
                fmt::format("a control character (U+{:04X}); take it out", character.code));
            return false;
        }
        at += character.bytes;
    }
    return true;
}

} // namespace aaigw::config
