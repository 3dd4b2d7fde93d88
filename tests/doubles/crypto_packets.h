// Packets for tests of the batch engine: each owns what its job points to and knows the right answer.
#pragma once

#include "crypto/mb_engine.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace aaigw::crypto::doubles {

/// One job's memory and its right answer. The data lies in an exact-size heap block, so that a sanitizer sees every
/// overrun of ours.
struct Packet {
    JobKind kind = JobKind::ccm_protect;
    IcvSize icv_size = IcvSize::eight;
    std::array<std::uint8_t, kAesKeyBytes> key{};
    AesKeyPtr aes{};
    CmacKeyPtr cmac{};
    AesBlock nonce{};
    std::vector<std::uint8_t> data{};
    std::vector<std::uint8_t> icv{};
    // What must come out.
    JobStatus expected_status = JobStatus::done;
    std::vector<std::uint8_t> expected_data{};
    std::vector<std::uint8_t> expected_icv{};
    // What came out, besides data and icv.
    JobStatus status = JobStatus::in_flight;
    AesBlock mac{};

    [[nodiscard]] CcmNonce ccm_nonce() const
    {
        CcmNonce out{};
        std::copy_n(nonce.begin(), out.size(), out.begin());
        return out;
    }

    /// Fills the next job of the engine.
    void load(MbEngine& engine)
    {
        CryptoJob& job = engine.take();
        job.kind = kind;
        if (kind == JobKind::cmac)
            job.key.cmac = cmac.get();
        else
            job.key.aes = aes.get();
        job.data = data.data();
        job.length = static_cast<std::uint16_t>(data.size());
        job.icv = icv.data();
        job.icv_size = icv_size;
        job.nonce = nonce;
        job.owner = this;
    }

    void store(const CryptoJob& job)
    {
        status = job.status;
        mac = job.mac;
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
    packet->kind = kind;
    packet->icv_size = icv_size;
    fill(packet->key);
    fill(packet->nonce);
    packet->data.resize(length);
    packet->icv.resize(bytes(icv_size));
    fill(packet->data);
    packet->data.shrink_to_fit();
    packet->expected_data = packet->data;
    if (kind == JobKind::cmac) {
        packet->cmac = make_cmac_key(packet->key);
        packet->expected_icv.resize(kAesBlockBytes);
        const std::span<std::uint8_t, kAesBlockBytes> mac{packet->expected_icv.data(),
                                                          kAesBlockBytes};
        reference.cmac(std::array{CmacRequest{packet->key, packet->data, mac}});
        return packet;
    }
    packet->aes = make_aes_key(packet->key);
    if (kind == JobKind::ctr) {
        packet->nonce[14] = packet->nonce[15] =
            0; // room to count, as the profile's counter field has
        reference.ctr(packet->key, packet->nonce, packet->expected_data);
        return packet;
    }
    packet->expected_icv.resize(packet->icv.size());
    reference.ccm_protect(
        {packet->key, packet->ccm_nonce(), packet->expected_data, packet->expected_icv});
    if (kind == JobKind::ccm_unprotect) {
        packet->icv = packet->expected_icv;
        std::swap(packet->data, packet->expected_data);
    }
    return packet;
}

/// Whether the engine did to the packet what the reference says.
[[nodiscard]] inline bool is_right(const Packet& packet)
{
    if (packet.status != packet.expected_status || packet.data != packet.expected_data)
        return false;
    if (packet.kind == JobKind::cmac)
        return std::ranges::equal(packet.mac, packet.expected_icv);
    if (packet.kind == JobKind::ccm_protect)
        return packet.icv == packet.expected_icv;
    return true;
}

/// Takes everything that the engine has finished; returns whose it was, in order.
inline std::vector<const Packet*> collect_all(MbEngine& engine)
{
    std::vector<const Packet*> done;
    for (auto some = engine.collect(); !some.empty(); some = engine.collect()) {
        for (const CryptoJob& job : some) {
            auto* packet = static_cast<Packet*>(job.owner);
            packet->store(job);
            done.push_back(packet);
        }
    }
    return done;
}

} // namespace aaigw::crypto::doubles
