// NetError: why bytes are not the frame or header they were read as, or why one could not be built or answered.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aaigw::net {

enum class NetError : std::uint8_t {
#define NET_ERROR(name, sentence) name,
#include "dataplane/net/net_error.def"
#undef NET_ERROR
};

/// The number of enumerators of NetError.
inline constexpr std::size_t kNetErrors = 0
#define NET_ERROR(name, sentence) +1
#include "dataplane/net/net_error.def"
#undef NET_ERROR
    ;

/// The enumerator as the list spells it, for counters and JSON.
[[nodiscard]] std::string_view name(NetError error) noexcept;
/// The sentence of the list, to be put behind the name of what was read.
[[nodiscard]] std::string_view describe(NetError error) noexcept;

/// What every parser and builder of this folder gives: no allocation, no exception.
template <class T>
using Parsed = tl::expected<T, NetError>;

[[nodiscard]] constexpr tl::unexpected<NetError> reject(NetError error) noexcept
{
    return tl::unexpected<NetError>{error};
}

} // namespace aaigw::net
