#include "common/hex.h"

namespace aaigw {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::optional<std::uint8_t> digit_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

} // namespace

std::string to_hex(Bytes bytes)
{
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 0xf];
    }
    return text;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text)
{
    const bool separated = text.size() > 2 && text[2] == ':';
    const std::size_t step = separated ? 3 : 2;
    if ((separated ? text.size() + 1 : text.size()) % step != 0)
        return std::nullopt;

    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / step + 1);
    for (std::size_t at = 0; at < text.size(); at += step) {
        if (separated && at > 0 && text[at - 1] != ':')
            return std::nullopt;
        const auto high = digit_value(text[at]);
        const auto low = digit_value(text[at + 1]);
        if (!high || !low)
            return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    return bytes;
}

} // namespace aaigw
