// The input of a fuzz target: first the choices that its caller would make, then the bytes from outside.
#pragma once

#include "common/bytes.h"
#include "common/check.h"

#include <vector>

namespace aaigw {

/// A choice that the input is too short for is 0.
class FuzzInput {
  public:
    FuzzInput(const std::uint8_t* data, std::size_t size) noexcept : bytes_{data, size} {}

    std::uint8_t choice() noexcept
    {
        if (bytes_.empty())
            return 0;
        const std::uint8_t value = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return value;
    }

    /// The rest in a buffer of its own of exactly that size, so that AddressSanitizer sees an access past its end.
    [[nodiscard]] std::vector<std::uint8_t> rest() const { return {bytes_.begin(), bytes_.end()}; }

  private:
    Bytes bytes_;
};

} // namespace aaigw

/// The entry point that libFuzzer and replay_main.cpp call. A broken promise stops the process by AAIGW_CHECK.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
