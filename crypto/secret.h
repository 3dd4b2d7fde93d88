// Secret<N>: key bytes that are wiped, never printed, never compared in variable time, never copied by accident.
#pragma once

#include "common/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace aaigw::crypto {

/// Overwrites with zeros in a way the compiler may not remove.
void wipe(MutableBytes bytes) noexcept;

/// Whether both hold the same bytes, in a time that depends on the sizes only. Different sizes: false.
[[nodiscard]] bool ct_equal(Bytes a, Bytes b) noexcept;

/// `N` secret bytes. Move-only: the source of a move is wiped, and so is each object at its end.
/// There is no default value: "no key" is an empty std::optional, never a key of zeros.
template <std::size_t N>
class Secret {
  public:
    static constexpr std::size_t kSize = N;

    [[nodiscard]] static Secret copy_of(std::span<const std::uint8_t, N> bytes) noexcept
    {
        Secret secret;
        for (std::size_t i = 0; i < N; ++i)
            secret.bytes_[i] = bytes[i];
        return secret;
    }

    /// Room for a derivation to write into (see expose_for_write); holds zeros until then.
    [[nodiscard]] static Secret to_be_written() noexcept { return Secret{}; }

    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    Secret(Secret&& other) noexcept : bytes_{other.bytes_} { wipe(other.bytes_); }

    Secret& operator=(Secret&& other) noexcept
    {
        if (this != &other) {
            bytes_ = other.bytes_;
            wipe(other.bytes_);
        }
        return *this;
    }

    ~Secret() { wipe(bytes_); }

    /// A second, separately wiped holder of the same bytes; the name makes copies easy to find.
    [[nodiscard]] Secret clone() const noexcept { return copy_of(bytes_); }

    /// The bytes, for a primitive or a derivation. The view must not outlive the secret, nor be stored.
    [[nodiscard]] std::span<const std::uint8_t, N> expose() const noexcept { return bytes_; }
    [[nodiscard]] std::span<std::uint8_t, N> expose_for_write() noexcept { return bytes_; }

    // Comparison and output would leak through time or text: use ct_equal() on exposed bytes.
    bool operator==(const Secret&) const = delete;

  private:
    Secret() noexcept = default;

    std::array<std::uint8_t, N> bytes_{};
};

} // namespace aaigw::crypto
