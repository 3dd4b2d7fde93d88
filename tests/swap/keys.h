// The TEKs of the run, and the record of what was sent with each.
#pragma once

#include "common/ids.h"
#include "crypto/provider.h"
#include "crypto/secret.h"
#include "dataplane/sa/station_keys.h"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace aaigw::swap {

using Tek = crypto::Secret<crypto::kAesKeyBytes>;

/// One TEK for each station and number, the same every time, so that nobody has to keep any. One thread; all objects of one
/// seed give the same ones.
class KeyTree {
  public:
    explicit KeyTree(std::uint64_t seed) : seed_{seed}, provider_{crypto::make_openssl_provider()}
    {
    }

    [[nodiscard]] Tek tek(std::uint32_t station, std::uint32_t number);
    [[nodiscard]] sa::KeyCheckValue check_value(const Tek& tek);

  private:
    std::uint64_t seed_;
    std::unique_ptr<crypto::Provider> provider_;
};

/// The PNs that were sent under one TEK in one direction.
class SentPns {
  public:
    /// False: it is there already.
    [[nodiscard]] bool add(std::uint32_t pn)
    {
        if (pn / 64 >= words_.size())
            words_.resize(pn / 64 + 1);
        std::uint64_t& word = words_[pn / 64];
        const std::uint64_t bit = std::uint64_t{1} << pn % 64;
        const bool is_new = (word & bit) == 0;
        word |= bit;
        count_ += is_new ? 1 : 0;
        return is_new;
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  private:
    std::vector<std::uint64_t> words_;
    std::uint64_t count_ = 0;
};

/// Everything that was ever sent downlink, by the check value of its TEK: whoever had the same TEK would meet here.
class SentRecord {
  public:
    /// The PNs of a TEK; the reference stays good.
    [[nodiscard]] SentPns& of(const sa::KeyCheckValue& value)
    {
        return by_key_[load_be(std::span<const std::uint8_t, 8>{value})];
    }

    [[nodiscard]] std::size_t teks() const noexcept { return by_key_.size(); }
    [[nodiscard]] std::uint64_t pdus() const noexcept
    {
        std::uint64_t sum = 0;
        for (const auto& [key, pns] : by_key_)
            sum += pns.count();
        return sum;
    }

  private:
    std::unordered_map<std::uint64_t, SentPns> by_key_;
};

} // namespace aaigw::swap
