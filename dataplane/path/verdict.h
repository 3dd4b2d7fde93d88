// Verdict: how a packet ended. Each packet gets exactly one, and a worker's counters of them add up to what it received.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aaigw::path {

enum class Verdict : std::uint8_t {
#define VERDICT(name, fate, sentence) name,
#include "dataplane/path/verdict.def"
#undef VERDICT
};

inline constexpr std::size_t kVerdicts = 0
#define VERDICT(name, fate, sentence) +1
#include "dataplane/path/verdict.def"
#undef VERDICT
    ;

/// What the worker does with the buffer.
enum class Fate : std::uint8_t { send, drop, hand_over };

inline constexpr std::array<Fate, kVerdicts> kFates{{
#define VERDICT(name, fate, sentence) Fate::fate,
#include "dataplane/path/verdict.def"
#undef VERDICT
}};

[[nodiscard]] constexpr Fate fate(Verdict verdict) noexcept
{
    return kFates[static_cast<std::size_t>(verdict)];
}

/// The enumerator as the list spells it, for counters and JSON.
[[nodiscard]] std::string_view name(Verdict verdict) noexcept;
/// The sentence of the list.
[[nodiscard]] std::string_view describe(Verdict verdict) noexcept;

} // namespace aaigw::path
