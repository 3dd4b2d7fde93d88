// ParseError: why bytes are not the PDU or header they were read as, or why one could not be built.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aaigw::pdu {

enum class ParseError : std::uint8_t {
#define PARSE_ERROR(name, sentence) name,
#include "dataplane/pdu/parse_error.def"
#undef PARSE_ERROR
};

/// The number of enumerators of ParseError.
inline constexpr std::size_t kParseErrors = 0
#define PARSE_ERROR(name, sentence) +1
#include "dataplane/pdu/parse_error.def"
#undef PARSE_ERROR
    ;

/// The enumerator as the list spells it, for counters and JSON.
[[nodiscard]] std::string_view name(ParseError error) noexcept;
/// The sentence of the list, to be put behind the name of what was read.
[[nodiscard]] std::string_view describe(ParseError error) noexcept;

/// What every parser and builder of this folder gives: no allocation, no exception.
template <class T>
using Parsed = tl::expected<T, ParseError>;

[[nodiscard]] constexpr tl::unexpected<ParseError> reject(ParseError error) noexcept
{
    return tl::unexpected<ParseError>{error};
}

} // namespace aaigw::pdu
