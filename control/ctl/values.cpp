// Checks of hex, numbers, digits and words, with messages that say where a value is wrong but not what it is.
#include "control/ctl/values.h"

#include "common/check.h"
#include "common/hex.h"
#include "common/words.h"

#include <fmt/format.h>

#include <charconv>

namespace aaigw::ctl {

namespace {

template <class... Args>
tl::unexpected<Error> bad_value(std::string_view name, fmt::format_string<Args...> format,
                                Args&&... args)
{
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: {}", name, fmt::format(format, std::forward<Args>(args)...)));
}

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

constexpr bool is_hex_digit(char c) noexcept
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// What keeps `text` from being hex as from_hex() takes it; empty when nothing does.
std::string hex_problem(std::string_view text)
{
    const bool separated = text.size() > 2 && text[2] == ':';
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (separated && at % 3 == 2) {
            if (text[at] != ':')
                return fmt::format("character {} is not a colon, as between the pairs before it",
                                   at + 1);
        } else if (text[at] == ':') {
            return fmt::format("character {} is a colon; colons stand between all pairs or nowhere",
                               at + 1);
        } else if (!is_hex_digit(text[at])) {
            return fmt::format("character {} is not a hex digit", at + 1);
        }
    }
    if (separated && text.size() % 3 == 0)
        return "it ends with a colon";
    if (separated ? text.size() % 3 == 1 : text.size() % 2 == 1)
        return "the number of hex digits is odd";
    return {};
}

struct ParsedNumber {
    std::uint64_t value = 0;
    std::errc status{};
};

ParsedNumber parse_number(std::string_view text)
{
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex)
        text.remove_prefix(2);
    ParsedNumber number;
    const char* end = text.data() + text.size();
    const auto [stop, status] = std::from_chars(text.data(), end, number.value, hex ? 16 : 10);
    number.status = stop == end ? status : std::errc::invalid_argument;
    return number;
}

} // namespace

Arguments::~Arguments()
{
    for (auto& [name, text] : texts)
        crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

bool Values::given(std::string_view name) const
{
    return arguments_.texts.contains(name);
}

Result<SecretBuffer> Values::text(std::string_view name)
{
    const auto argument = arguments_.texts.find(name);
    if (argument == arguments_.texts.end())
        return bad_value(name, "it is required");
    return source_.read(name, argument->second);
}

Result<SecretBuffer> Values::hex(std::string_view name)
{
    return decoded(name, "pairs of hex digits");
}

Result<SecretBuffer> Values::hex_of_size(std::string_view name, std::size_t size)
{
    const std::string expected = fmt::format("{} bytes as hex", size);
    TRY(SecretBuffer buffer, decoded(name, expected));
    if (buffer.size() != size)
        return bad_value(name, "it has {} bytes; expected {}", buffer.size(), expected);
    return buffer;
}

Result<SecretBuffer> Values::decoded(std::string_view name, std::string_view expected)
{
    TRY(const SecretBuffer given_text, text(name));
    if (const std::string problem = hex_problem(given_text.text()); !problem.empty())
        return bad_value(name, "{}; expected {}", problem, expected);
    auto bytes = from_hex(given_text.text());
    AAIGW_CHECK(bytes.has_value()); // hex_problem() knows every reason of refusal
    return SecretBuffer{std::move(*bytes)};
}

Result<std::uint64_t> Values::number(std::string_view name, std::uint64_t min, std::uint64_t max)
{
    TRY(const SecretBuffer given_text, text(name));
    const ParsedNumber number = parse_number(given_text.text());
    if (number.status == std::errc::invalid_argument)
        return bad_value(name, "not a number; expected {} to {}, decimal or hex after 0x", min,
                         max);
    if (number.status != std::errc{} || number.value < min || number.value > max)
        return bad_value(name, "out of range; expected {} to {}", min, max);
    return number.value;
}

Result<std::string> Values::digits(std::string_view name, std::size_t min, std::size_t max)
{
    TRY(const SecretBuffer given_text, text(name));
    const std::string_view digits = given_text.text();
    if (!std::ranges::all_of(digits, is_digit))
        return bad_value(name, "it has other characters than digits; expected {} to {} digits", min,
                         max);
    if (digits.size() < min || digits.size() > max)
        return bad_value(name, "it has {} digits; expected {} to {}", digits.size(), min, max);
    return std::string{digits};
}

Result<std::string> Values::path(std::string_view name) const
{
    const auto argument = arguments_.texts.find(name);
    if (argument == arguments_.texts.end())
        return bad_value(name, "it is required");
    if (argument->second.empty())
        return bad_value(name, "its value is empty");
    return argument->second;
}

Result<SecretBuffer> Values::file(std::string_view name, std::size_t most)
{
    TRY(const std::string file_path, path(name));
    return source_.read_file(name, file_path, most);
}

tl::unexpected<Error> Values::not_a_choice(std::string_view name,
                                           const std::vector<std::string_view>& words)
{
    return bad_value(name, "not a word it takes; expected {}", joined(words, " or "));
}

Result<std::string_view> Values::exactly_one_of(std::initializer_list<std::string_view> names) const
{
    std::string_view found;
    for (const std::string_view name : names) {
        if (!given(name))
            continue;
        if (!found.empty())
            return bad_value(name, "cannot be given together with {}", found);
        found = name;
    }
    if (found.empty())
        return bad_value(*names.begin(), "exactly one of {} is required", joined(names, ", "));
    return found;
}

Result<bool> Values::both_or_neither(std::string_view first, std::string_view second) const
{
    if (given(first) == given(second))
        return given(first);
    return given(first) ? bad_value(second, "it is required together with {}", first)
                        : bad_value(first, "it is required together with {}", second);
}

} // namespace aaigw::ctl
