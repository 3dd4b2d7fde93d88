#include "dataplane/pdu/parse_error.h"

#include <array>

namespace aaigw::pdu {

namespace {

struct Text {
    std::string_view name;
    std::string_view sentence;
};

constexpr std::array<Text, kParseErrors> kTexts{{
#define PARSE_ERROR(name, sentence) {#name, sentence},
#include "dataplane/pdu/parse_error.def"
#undef PARSE_ERROR
}};

const Text& text_of(ParseError error) noexcept
{
    return kTexts[static_cast<std::size_t>(error)];
}

} // namespace

std::string_view name(ParseError error) noexcept
{
    return text_of(error).name;
}

std::string_view describe(ParseError error) noexcept
{
    return text_of(error).sentence;
}

} // namespace aaigw::pdu
