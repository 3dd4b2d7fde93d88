// Byte spans, big-endian fields, and the two cursors through which wire bytes are read and written.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace aaigw {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

static_assert(std::endian::native == std::endian::little, "the gateway runs on x86-64 only");

namespace detail {

/// A number of 1, 2, 4 or 8 bytes with its bytes the other way round.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T swap_bytes(T value) noexcept
{
    if constexpr (sizeof(T) == 8)
        return __builtin_bswap64(value);
    else if constexpr (sizeof(T) == 4)
        return __builtin_bswap32(value);
    else if constexpr (sizeof(T) == 2)
        return __builtin_bswap16(value);
    else
        return value;
}

/// The largest of these that `N` bytes begin with. Compilers do not see by themselves that a loop over bytes is one
/// load and an exchange; at a dozen fields a packet that is worth saying.
template <std::size_t N>
using LeadingNumber =
    std::conditional_t<N >= 8, std::uint64_t,
                       std::conditional_t<N >= 4, std::uint32_t,
                                          std::conditional_t<N >= 2, std::uint16_t, std::uint8_t>>>;

} // namespace detail

/// Loads `N` bytes as a big-endian number. The caller has checked the length.
template <std::size_t N>
[[nodiscard]] constexpr std::uint64_t load_be(std::span<const std::uint8_t, N> bytes) noexcept
{
    static_assert(N <= 8);
    if constexpr (N == 0) {
        return 0;
    } else {
        using Number = detail::LeadingNumber<N>;
        constexpr std::size_t kRest = N - sizeof(Number);
        std::array<std::uint8_t, sizeof(Number)> front{};
        if (std::is_constant_evaluated())
            std::copy_n(bytes.begin(), front.size(), front.begin());
        else
            std::memcpy(front.data(), bytes.data(), front.size());
        const std::uint64_t number = detail::swap_bytes(std::bit_cast<Number>(front));
        if constexpr (kRest == 0)
            return number;
        else
            return number << (8 * kRest) | load_be(bytes.template last<kRest>());
    }
}

/// Stores the low `N` bytes of `value`, most significant first.
template <std::size_t N>
constexpr void store_be(std::span<std::uint8_t, N> bytes, std::uint64_t value) noexcept
{
    static_assert(N <= 8);
    if constexpr (N > 0) {
        using Number = detail::LeadingNumber<N>;
        constexpr std::size_t kRest = N - sizeof(Number);
        const auto front = std::bit_cast<std::array<std::uint8_t, sizeof(Number)>>(
            detail::swap_bytes(static_cast<Number>(value >> (8 * kRest))));
        if (std::is_constant_evaluated())
            std::copy_n(front.begin(), front.size(), bytes.begin());
        else
            std::memcpy(bytes.data(), front.data(), front.size());
        store_be(bytes.template last<kRest>(), value);
    }
}

/// `value` as N bytes, most significant first.
template <std::size_t N>
[[nodiscard]] constexpr std::array<std::uint8_t, N> be_bytes(std::uint64_t value) noexcept
{
    std::array<std::uint8_t, N> out{};
    store_be(std::span<std::uint8_t, N>{out}, value);
    return out;
}

/// Reads a byte string from front to back. Running out is remembered, not thrown: every later read gives zero
/// and ok() stays false, so a parser reads its whole layout and asks once.
class Reader {
  public:
    constexpr explicit Reader(Bytes bytes) noexcept : rest_{bytes} {}

    [[nodiscard]] constexpr bool ok() const noexcept { return ok_; }
    [[nodiscard]] constexpr Bytes rest() const noexcept { return rest_; }

    constexpr std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number<1>()); }
    constexpr std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number<2>()); }
    constexpr std::uint32_t u24() noexcept { return static_cast<std::uint32_t>(number<3>()); }
    constexpr std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number<4>()); }

    /// The next `size` bytes, or an empty span when there are fewer.
    constexpr Bytes bytes(std::size_t size) noexcept
    {
        if (!ok_ || rest_.size() < size) {
            ok_ = false;
            return {};
        }
        const Bytes taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

  private:
    template <std::size_t N>
    constexpr std::uint64_t number() noexcept
    {
        const Bytes taken = bytes(N);
        return ok_ ? load_be(taken.first<N>()) : 0;
    }

    Bytes rest_;
    bool ok_ = true;
};

/// Writes a byte string from front to back into a fixed buffer. Overflow is remembered like Reader's end.
class Writer {
  public:
    constexpr explicit Writer(MutableBytes buffer) noexcept : buffer_{buffer} {}

    [[nodiscard]] constexpr bool ok() const noexcept { return ok_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr Bytes written() const noexcept { return buffer_.first(size_); }

    constexpr void u8(std::uint8_t value) noexcept { number<1>(value); }
    constexpr void u16(std::uint16_t value) noexcept { number<2>(value); }
    constexpr void u24(std::uint32_t value) noexcept { number<3>(value); }
    constexpr void u32(std::uint32_t value) noexcept { number<4>(value); }

    constexpr void bytes(Bytes source) noexcept
    {
        const MutableBytes place = take(source.size());
        for (std::size_t i = 0; i < place.size(); ++i)
            place[i] = source[i];
    }

  private:
    template <std::size_t N>
    constexpr void number(std::uint64_t value) noexcept
    {
        const MutableBytes place = take(N);
        if (ok_)
            store_be(place.first<N>(), value);
    }

    constexpr MutableBytes take(std::size_t size) noexcept
    {
        if (!ok_ || buffer_.size() - size_ < size) {
            ok_ = false;
            return {};
        }
        const MutableBytes taken = buffer_.subspan(size_, size);
        size_ += size;
        return taken;
    }

    MutableBytes buffer_;
    std::size_t size_ = 0;
    bool ok_ = true;
};

} // namespace aaigw
