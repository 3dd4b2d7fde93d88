// What the batch derivations share: one level's Dot16KDF requests, wiped scratch, and passes over the stations.
#pragma once

#include "common/check.h"
#include "crypto/dot16kdf.h"
#include "crypto/secret.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace aaigw::key {

/// The requests of one level of a hierarchy, for all stations of a pass. Keeps its room from level to level.
class KdfBatch {
  public:
    explicit KdfBatch(crypto::Provider& provider) noexcept : provider_{provider} {}

    /// `key` and `out` must stay until run(); no request may depend on another one that has not run.
    void add(Bytes key, const crypto::AString& astring, MutableBytes out)
    {
        requests_.push_back({key, astring, out});
    }

    void run();

  private:
    crypto::Provider& provider_;
    std::vector<crypto::KdfRequest> requests_;
};

/// `Size` bytes of keys for each station of a pass, for outputs that are cut into several keys. Wiped at the end.
template <std::size_t Size>
class KeyScratch {
  public:
    explicit KeyScratch(std::size_t stations) : bytes_(stations * Size) {}
    KeyScratch(const KeyScratch&) = delete;
    KeyScratch& operator=(const KeyScratch&) = delete;
    ~KeyScratch() { crypto::wipe(bytes_); }

    [[nodiscard]] std::span<std::uint8_t, Size> of(std::size_t station) noexcept
    {
        return MutableBytes{bytes_}.subspan(station * Size).template first<Size>();
    }

  private:
    std::vector<std::uint8_t> bytes_;
};

/// Cuts `bytes` into the keys, in order; together they have exactly its size.
template <class... Keys>
void cut_into(Bytes bytes, Keys&... keys) noexcept
{
    AAIGW_CHECK(bytes.size() == (Keys::kSize + ...));
    const auto take = [&bytes](MutableBytes out) {
        std::ranges::copy(bytes.first(out.size()), out.begin());
        bytes = bytes.subspan(out.size());
    };
    (take(keys.expose_for_write()), ...);
}

/// How many stations go through all levels together: enough to fill the engine, few enough to stay in the cache.
inline constexpr std::size_t kStationsPerPass = 128;

[[nodiscard]] inline std::size_t pass_size(std::size_t stations) noexcept
{
    return std::min(stations, kStationsPerPass);
}

/// Calls `pass` with matching parts of both spans, kStationsPerPass at a time.
template <class In, class Out, class Pass>
void for_each_pass(std::span<const In> inputs, std::span<Out> outputs, Pass&& pass)
{
    AAIGW_CHECK(inputs.size() == outputs.size());
    for (std::size_t at = 0; at < inputs.size(); at += kStationsPerPass) {
        const std::size_t count = pass_size(inputs.size() - at);
        pass(inputs.subspan(at, count), outputs.subspan(at, count));
    }
}

} // namespace aaigw::key
