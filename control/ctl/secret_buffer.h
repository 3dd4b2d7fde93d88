// SecretBuffer: bytes of a length known at run time that are wiped at their end.
#pragma once

#include "common/bytes.h"
#include "crypto/secret.h"

#include <string_view>
#include <utility>
#include <vector>

namespace aaigw::ctl {

/// What an argument, a file or a payload holds: a key as likely as not, so all are wiped. Move-only.
class SecretBuffer {
  public:
    SecretBuffer() noexcept = default;
    explicit SecretBuffer(std::size_t size) : bytes_(size) {}
    /// Takes over what `bytes` holds; it never grows, so no copy stays behind.
    explicit SecretBuffer(std::vector<std::uint8_t>&& bytes) noexcept : bytes_{std::move(bytes)} {}

    SecretBuffer(const SecretBuffer&) = delete;
    SecretBuffer& operator=(const SecretBuffer&) = delete;
    SecretBuffer(SecretBuffer&& other) noexcept = default; // a moved-from vector is empty
    SecretBuffer& operator=(SecretBuffer&& other) noexcept
    {
        bytes_.swap(other.bytes_);
        return *this;
    }
    ~SecretBuffer() { crypto::wipe(bytes_); }

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }
    [[nodiscard]] MutableBytes mutable_bytes() noexcept { return bytes_; }
    [[nodiscard]] std::string_view text() const noexcept
    {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

    /// Keeps `size` bytes from `first` on; the rest is wiped. Both ends lie within the buffer.
    void keep(std::size_t first, std::size_t size)
    {
        const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(first);
        std::move(begin, begin + static_cast<std::ptrdiff_t>(size), bytes_.begin());
        crypto::wipe(MutableBytes{bytes_}.subspan(size));
        bytes_.resize(size);
    }

  private:
    std::vector<std::uint8_t> bytes_;
};

} // namespace aaigw::ctl
