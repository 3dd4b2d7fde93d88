// For all inputs: the IPsec-MB engine does what OpenSSL does, and refuses every altered bit.
#include "tests/doubles/crypto_packets.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace aaigw::crypto {
namespace {

using doubles::collect_all;
using doubles::is_right;
using doubles::make_packet;
using doubles::Packet;

constexpr std::size_t kMaxPdu = 2047; // AGMH: 11 bits of length

MbEngine& engine()
{
    static const auto instance = MbEngine::create().value();
    return *instance;
}

Provider& openssl()
{
    static const auto instance = make_openssl_provider();
    return *instance;
}

using Packets = std::vector<std::unique_ptr<Packet>>;

std::vector<const Packet*> in_order(const Packets& packets)
{
    std::vector<const Packet*> out;
    for (const auto& packet : packets)
        out.push_back(packet.get());
    return out;
}

/// Submits the packets in bursts of the given sizes, in turn, and collects as a worker would.
std::vector<const Packet*> run_in_bursts(const Packets& packets,
                                         const std::vector<std::size_t>& burst_sizes)
{
    std::vector<const Packet*> done;
    const auto collect = [&done] {
        const auto some = collect_all(engine());
        done.insert(done.end(), some.begin(), some.end());
    };
    std::size_t next = 0;
    for (std::size_t burst = 0; next < packets.size(); ++burst) {
        const std::size_t end =
            std::min(packets.size(), next + burst_sizes[burst % burst_sizes.size()]);
        for (; next < end && engine().room() > 0; ++next)
            packets[next]->load(engine());
        engine().submit();
        collect();
    }
    engine().flush();
    collect();
    return done;
}

RC_GTEST_PROP(EngineProperty, EqualsOpensslForBurstsThatMixEverything, ())
{
    using Shape = std::tuple<JobKind, std::size_t, IcvSize>;
    const auto kind =
        rc::gen::element(JobKind::ccm_protect, JobKind::ccm_unprotect, JobKind::ctr, JobKind::cmac);
    const auto icv = rc::gen::element(IcvSize::four, IcvSize::eight);
    const auto length = rc::gen::inRange<std::size_t>(0, kMaxPdu + 1);
    const auto shapes = *rc::gen::container<std::vector<Shape>>(rc::gen::tuple(kind, length, icv));
    const auto bursts = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(
        rc::gen::inRange<std::size_t>(1, MbEngine::kMaxInFlight)));

    std::mt19937_64 random{*rc::gen::arbitrary<std::uint64_t>()};
    Packets packets;
    for (const auto& [packet_kind, packet_length, packet_icv] : shapes)
        packets.push_back(make_packet(random, packet_kind, packet_length, packet_icv, openssl()));

    RC_ASSERT(run_in_bursts(packets, bursts) == in_order(packets)); // each once, in order
    for (const auto& packet : packets)
        RC_ASSERT(is_right(*packet));
}

// Every length once, in both directions and with both ICV sizes, whatever the generator happens to draw.
TEST(EngineExhaustive, EqualsOpensslAtEveryLength)
{
    std::mt19937_64 random{7};
    for (const IcvSize icv : {IcvSize::four, IcvSize::eight}) {
        for (const JobKind kind : {JobKind::ccm_protect, JobKind::ccm_unprotect}) {
            Packets packets;
            for (std::size_t length = 0; length <= kMaxPdu; ++length)
                packets.push_back(make_packet(random, kind, length, icv, openssl()));
            ASSERT_EQ(run_in_bursts(packets, {64}), in_order(packets));
            for (const auto& packet : packets)
                ASSERT_TRUE(is_right(*packet)) << "length " << packet->data.size();
        }
    }
}

/// A copy of `original`, valid ciphertext, with one bit changed; the engine must refuse it.
std::unique_ptr<Packet> altered(const Packet& original, std::size_t bit)
{
    auto packet = std::make_unique<Packet>();
    packet->kind = JobKind::ccm_unprotect;
    packet->icv_size = original.icv_size;
    packet->key = original.key;
    packet->aes = make_aes_key(packet->key);
    packet->nonce = original.nonce;
    packet->data = original.data;
    packet->icv = original.icv;
    packet->expected_status = JobStatus::icv_mismatch;
    packet->expected_data.assign(packet->data.size(), 0);

    const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
    std::size_t byte = bit / 8;
    if (byte < kCcmNonceBytes) {
        packet->nonce[byte] ^= mask;
        return packet;
    }
    byte -= kCcmNonceBytes;
    if (byte < packet->data.size())
        packet->data[byte] ^= mask;
    else
        packet->icv[byte - packet->data.size()] ^= mask;
    return packet;
}

RC_GTEST_PROP(EngineProperty, RefusesEverySingleBitChangeOfNonceCiphertextAndIcv, ())
{
    const auto length = *rc::gen::inRange<std::size_t>(0, 128);
    const auto icv = *rc::gen::element(IcvSize::four, IcvSize::eight);
    std::mt19937_64 random{*rc::gen::arbitrary<std::uint64_t>()};
    const auto original = make_packet(random, JobKind::ccm_unprotect, length, icv, openssl());

    Packets packets;
    for (std::size_t bit = 0; bit < 8 * (kCcmNonceBytes + length + bytes(icv)); ++bit) {
        packets.push_back(altered(*original, bit));
        Packet& packet = *packets.back();
        auto copy = packet.data;
        RC_ASSERT(!openssl().ccm_unprotect({packet.key, packet.ccm_nonce(), copy, packet.icv}));
    }
    packets.push_back(make_packet(random, JobKind::ccm_unprotect, length, icv,
                                  openssl())); // a good one among them
    RC_ASSERT(run_in_bursts(packets, {32}) == in_order(packets));
    for (const auto& packet : packets)
        RC_ASSERT(is_right(*packet));
}

// The other ICV length, or one byte less of data, is as wrong as a flipped bit.
RC_GTEST_PROP(EngineProperty, RefusesTheOtherIcvSizeAndATruncatedPacket, ())
{
    std::mt19937_64 random{*rc::gen::arbitrary<std::uint64_t>()};
    const auto length = *rc::gen::inRange<std::size_t>(1, 256);
    auto packet = make_packet(random, JobKind::ccm_unprotect, length, IcvSize::eight, openssl());
    if (*rc::gen::arbitrary<bool>())
        packet->icv_size = IcvSize::four;
    else
        packet->data.pop_back();
    packet->load(engine());
    engine().submit();
    engine().flush();
    RC_ASSERT(collect_all(engine()).size() == 1U);
    RC_ASSERT(packet->status == JobStatus::icv_mismatch);
}

} // namespace
} // namespace aaigw::crypto
