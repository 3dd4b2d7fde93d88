#include "dataplane/pdu/crc.h"

namespace aaigw::pdu {

namespace {

constexpr std::uint8_t kHcsPolynomial = 0x07;
constexpr std::uint32_t kCrc32Polynomial = 0x04c11db7;
constexpr std::uint32_t kCrc32PolynomialReversed = 0xedb88320;

using HcsTable = std::array<std::uint8_t, 256>;
using CrcTable = std::array<std::uint32_t, 256>;

constexpr HcsTable kHcsTable = [] {
    HcsTable table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        unsigned remainder = static_cast<unsigned>(byte);
        for (int bit = 0; bit < 8; ++bit)
            remainder = remainder << 1 ^ ((remainder & 0x80) != 0 ? kHcsPolynomial : 0U);
        table[byte] = static_cast<std::uint8_t>(remainder);
    }
    return table;
}();

constexpr CrcTable kMsbFirstTable = [] {
    CrcTable table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t remainder = static_cast<std::uint32_t>(byte) << 24;
        for (int bit = 0; bit < 8; ++bit)
            remainder = remainder << 1 ^ (remainder >> 31 != 0 ? kCrc32Polynomial : 0U);
        table[byte] = remainder;
    }
    return table;
}();

constexpr CrcTable kLsbFirstTable = [] {
    CrcTable table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t remainder = static_cast<std::uint32_t>(byte);
        for (int bit = 0; bit < 8; ++bit)
            remainder = remainder >> 1 ^ ((remainder & 1) != 0 ? kCrc32PolynomialReversed : 0U);
        table[byte] = remainder;
    }
    return table;
}();

} // namespace

std::uint8_t hcs(Bytes header) noexcept
{
    std::uint8_t remainder = 0;
    for (const std::uint8_t byte : header)
        remainder = kHcsTable[remainder ^ byte];
    return remainder;
}

std::uint32_t crc32_msb_first(Bytes bytes) noexcept
{
    std::uint32_t remainder = 0xffffffff;
    for (const std::uint8_t byte : bytes)
        remainder = remainder << 8 ^ kMsbFirstTable[remainder >> 24 ^ byte];
    return ~remainder;
}

std::uint32_t crc32_lsb_first(Bytes bytes) noexcept
{
    std::uint32_t remainder = 0xffffffff;
    for (const std::uint8_t byte : bytes)
        remainder = remainder >> 8 ^ kLsbFirstTable[(remainder & 0xff) ^ byte];
    return ~remainder;
}

} // namespace aaigw::pdu
