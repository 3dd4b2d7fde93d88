#include "dataplane/net/net_error.h"

#include <array>

namespace aaigw::net {

namespace {

struct Text {
    std::string_view name;
    std::string_view sentence;
};

constexpr std::array<Text, kNetErrors> kTexts{{
#define NET_ERROR(name, sentence) {#name, sentence},
#include "dataplane/net/net_error.def"
#undef NET_ERROR
}};

const Text& text_of(NetError error) noexcept
{
    return kTexts[static_cast<std::size_t>(error)];
}

} // namespace

std::string_view name(NetError error) noexcept
{
    return text_of(error).name;
}

std::string_view describe(NetError error) noexcept
{
    return text_of(error).sentence;
}

} // namespace aaigw::net
