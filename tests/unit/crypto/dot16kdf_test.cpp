// Dot16KDF against published vectors and its own rules.

#include "common/hex.h"
#include "crypto/dot16kdf.h"

#include <gtest/gtest.h>

namespace aaigw::crypto {
namespace {

std::vector<std::uint8_t> hex(std::string_view text)
{
    return from_hex(text).value();
}

// frankurcrazy/helloworld wimax/akid.c; recomputed independently in Python.
TEST(Dot16Kdf, DerivesThePublishedAkAndAkid)
{
    const auto provider = make_openssl_provider();
    const auto pmk = hex("f43ce2ccb56bf2f1862c2aac724c20db437d62ad");
    const auto addresses = hex("00ed04a5105b0000bb020003");
    std::array<std::uint8_t, 20> ak{};
    dot16kdf(*provider, std::array{KdfRequest{pmk, AString{} << addresses << "AK", ak}});
    EXPECT_EQ(to_hex(ak), "cae0de08e027acb5198ae78c2a2d78ab9945ce74");

    const std::array<std::uint8_t, 1> sequence_number{0};
    std::array<std::uint8_t, 8> akid{};
    dot16kdf(*provider,
             std::array{KdfRequest{ak, AString{} << sequence_number << addresses << "AK", akid}});
    EXPECT_EQ(to_hex(akid), "c056432d94074994");
}

} // namespace
} // namespace aaigw::crypto
