// The RSS hash against the published vectors, and what our key makes of it.
#include "common/hex.h"
#include "dataplane/dpdk/steering.h"
#include "dataplane/dpdk/toeplitz.h"
#include "dataplane/pdu/gsmtap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>
#include <vector>

namespace aaigw::dpdk {
namespace {

std::vector<std::uint8_t> bytes(std::string_view text)
{
    std::string digits{text};
    std::erase(digits, ' ');
    return from_hex(digits).value();
}

// "Verifying the RSS Hash Calculation", Microsoft: the key, and source address, destination address, source port and
// destination port as the hash takes them.
constexpr std::string_view kPublishedKey =
    "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa";

struct Vector {
    const char* name;
    std::string_view addresses;
    std::string_view ports;
    std::uint32_t hash_of_addresses;
    std::uint32_t hash_of_all;
};

class PublishedRss : public testing::TestWithParam<Vector> {};

TEST_P(PublishedRss, HashIsAsPublished)
{
    const auto key = bytes(kPublishedKey);
    auto input = bytes(GetParam().addresses);
    EXPECT_EQ(toeplitz(key, input), GetParam().hash_of_addresses);
    const auto ports = bytes(GetParam().ports);
    input.insert(input.end(), ports.begin(), ports.end());
    EXPECT_EQ(toeplitz(key, input), GetParam().hash_of_all);
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, PublishedRss,
    testing::Values(
        // 66.9.149.187:2794 to 161.142.100.80:1766, and so on.
        Vector{"Ipv4_1", "420995bb a18e6450", "0aea 06e6", 0x323e8fc2, 0x51ccc178},
        Vector{"Ipv4_2", "c75c6f02 41458c53", "3796 1283", 0xd718262a, 0xc626b0ea},
        Vector{"Ipv4_3", "1813c65f 0c16cfb8", "3262 9488", 0xd2d0a5de, 0x5c2b394a},
        Vector{"Ipv4_4", "261bcd1e d18ea306", "bc64 08a9", 0x82989176, 0xafc7327f},
        Vector{"Ipv4_5", "9927a3bf cabc7f02", "acdb 0517", 0x5d1809c5, 0x10e828a2},
        // 3ffe:2501:200:1fff::7 to 3ffe:2501:200:3::1, and so on.
        Vector{"Ipv6_1", "3ffe250102001fff0000000000000007 3ffe2501020000030000000000000001",
               "0aea 06e6", 0x2cc18cd5, 0x40207d3d},
        Vector{"Ipv6_2", "3ffe050100080000026097fffe40efab ff020000000000000000000000000001",
               "3796 1283", 0x0f0c461c, 0xdde51bbf},
        Vector{"Ipv6_3", "3ffe1900454500030200f8fffe2167cf fe800000000000000200f8fffe2167cf",
               "acdb 9488", 0x4b61e985, 0x02d1feef}),
    [](const auto& vector) { return std::string{vector.param.name}; });

TEST(Steering, AddressesDoNotReachTheHash)
{
    std::vector<std::uint8_t> input(12);
    store_be(std::span<std::uint8_t, 2>{input.data() + 8, 2}, 0xc123);
    store_be(std::span<std::uint8_t, 2>{input.data() + 10, 2}, pdu::kGsmtapPort);
    EXPECT_EQ(toeplitz(steering_key(), input), steering_hash(0xc123));
    for (std::size_t bit = 0; bit < 64; ++bit) {
        input[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
        EXPECT_EQ(toeplitz(steering_key(), input), steering_hash(0xc123)) << "bit " << bit;
    }
    input[9] ^= 1; // the last bit of the source port
    EXPECT_NE(toeplitz(steering_key(), input), steering_hash(0xc123));
}

/// How many of the ports that stations have fall on each entry of a NIC's table.
std::vector<int> stations_by_entry(std::uint32_t entries)
{
    std::vector<int> count(entries);
    for (std::uint32_t port = 0xc000; port <= 0xffff; ++port)
        ++count[steering_hash(static_cast<std::uint16_t>(port)) % entries];
    return count;
}

TEST(Steering, StationsFillEveryTableEvenly)
{
    for (const std::uint32_t entries : {64U, 128U, 512U, 2048U}) {
        const auto count = stations_by_entry(entries);
        EXPECT_EQ(std::ranges::count(count, 0x4000 / static_cast<int>(entries)), entries)
            << entries << " entries";
    }
}

TEST(Steering, EveryQueueGetsItsShare)
{
    for (const std::uint16_t queues : std::array<std::uint16_t, 4>{1, 2, 3, 8}) {
        const Steering steering{128, queues};
        std::vector<int> count(queues);
        for (std::uint32_t port = 0xc000; port <= 0xffff; ++port)
            ++count.at(steering.queue_of_source_port(static_cast<std::uint16_t>(port)));
        const auto [least, most] = std::ranges::minmax(count);
        EXPECT_LE(most - least, 0x4000 / 128) << queues << " queues";
    }
}

} // namespace
} // namespace aaigw::dpdk
