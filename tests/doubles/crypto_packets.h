// Packets for tests of the batch engine: each owns what its job points to and knows the right answer.
#pragma once

#include "crypto/mb_engine.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace aaigw::crypto::doubles {

/// One job with all its memory. The data lies in an exact-size heap block, so that a sanitizer sees every overrun.
struct Packet {
    std::array<std::uint8_t, kAesKeyBytes> key{};
    std::unique_ptr<AesKey> aes;
    std::unique_ptr<CmacKey> cmac;
    std::vector<std::uint8_t> data;
    std::vector<std::uint8_t> icv;
    CryptoJob job;
    // What must come out.
    JobStatus expected_status = JobStatus::done;
    std::vector<std::uint8_t> expected_data;
    std::vector<std::uint8_t> expected_icv;

    [[nodiscard]] CcmNonce nonce() const
    {
        CcmNonce out{};
        std::copy_n(job.nonce.begin(), out.size(), out.begin());
        return out;
    }
};

/// A packet with random key, nonce and payload whose answer `reference` has computed.
/// A ccm_unprotect packet holds valid ciphertext.
inline std::unique_ptr<Packet> make_packet(std::mt19937_64& random, JobKind kind,
                                           std::size_t length, IcvSize icv_size,
                                           Provider& reference)
{
    const auto fill = [&random](auto& bytes) {
        std::ranges::generate(bytes, [&random] { return static_cast<std::uint8_t>(random()); });
    };
    auto packet = std::make_unique<Packet>();
    fill(packet->key);
    fill(packet->job.nonce);
    packet->data.resize(length);
    packet->icv.resize(bytes(icv_size));
    fill(packet->data);
    packet->data.shrink_to_fit();
    packet->job.kind = kind;
    packet->job.icv_size = icv_size;
    packet->job.length = static_cast<std::uint32_t>(length);
    packet->job.data = packet->data.data();
    packet->job.icv = packet->icv.data();
    if (kind == JobKind::cmac) {
        packet->cmac = std::make_unique<CmacKey>(packet->key);
        packet->job.key.cmac = packet->cmac.get();
        packet->expected_icv.resize(kAesBlockBytes);
        const std::span<std::uint8_t, kAesBlockBytes> mac{packet->expected_icv.data(),
                                                          kAesBlockBytes};
        reference.cmac(std::array{CmacRequest{packet->key, packet->data, mac}});
        packet->expected_data = packet->data;
        return packet;
    }
    packet->aes = std::make_unique<AesKey>(packet->key);
    packet->job.key.aes = packet->aes.get();
    packet->expected_data = packet->data;
    if (kind == JobKind::ctr) {
        packet->job.nonce[14] = packet->job.nonce[15] =
            0; // room to count, as the profile's counter field has
        reference.ctr(packet->key, packet->job.nonce, packet->expected_data);
        return packet;
    }
    packet->expected_icv.resize(packet->icv.size());
    reference.ccm_protect(
        {packet->key, packet->nonce(), packet->expected_data, packet->expected_icv});
    if (kind == JobKind::ccm_unprotect) {
        std::copy(packet->expected_icv.begin(), packet->expected_icv.end(), packet->icv.begin());
        // Keep the block: the job points into it.
        std::swap_ranges(packet->data.begin(), packet->data.end(), packet->expected_data.begin());
    }
    return packet;
}

/// Whether the engine did to the packet what the reference says.
[[nodiscard]] inline bool is_right(const Packet& packet)
{
    if (packet.job.status != packet.expected_status || packet.data != packet.expected_data)
        return false;
    if (packet.job.kind == JobKind::cmac)
        return std::ranges::equal(packet.job.mac, packet.expected_icv);
    if (packet.job.kind == JobKind::ccm_protect)
        return packet.icv == packet.expected_icv;
    return true;
}

/// Everything that the engine has finished.
inline std::vector<CryptoJob*> collect_all(MbEngine& engine)
{
    std::vector<CryptoJob*> done;
    for (auto some = engine.collect(); !some.empty(); some = engine.collect())
        done.insert(done.end(), some.begin(), some.end());
    return done;
}

} // namespace aaigw::crypto::doubles
