// Every primitive, and Dot16KDF, against the known answers of its publication.
#include "common/hex.h"
#include "crypto/dot16kdf.h"
#include "crypto/key_wrap.h"
#include "tests/vectors/known_answer.h"

namespace aaigw::vectors {
namespace {

using testing::ValuesIn;

class AesCmac : public KnownAnswer {};

TEST_P(AesCmac, GivesThePublishedMac)
{
    const auto key = array<crypto::kAesKeyBytes>("key");
    const auto message = bytes("message");
    crypto::AesBlock mac{};
    provider().cmac(std::array{crypto::CmacRequest{key, message, mac}});
    EXPECT_EQ(to_hex(mac), text("mac"));
}

INSTANTIATE_TEST_SUITE_P(Primitives, AesCmac,
                         ValuesIn(cases("primitives.json", "algorithm", "aes-cmac")), case_name);

class AesBlockCipher : public KnownAnswer {};

TEST_P(AesBlockCipher, GivesThePublishedBlock)
{
    const auto key = array<crypto::kAesKeyBytes>("key");
    const auto input = array<crypto::kAesBlockBytes>("input");
    crypto::AesBlock output{};
    provider().encrypt_blocks(std::array{crypto::BlockRequest{key, input, output}});
    EXPECT_EQ(to_hex(output), text("output"));
}

INSTANTIATE_TEST_SUITE_P(Primitives, AesBlockCipher,
                         ValuesIn(cases("primitives.json", "algorithm", "aes-block")), case_name);

class AesCtr : public KnownAnswer {};

TEST_P(AesCtr, GivesThePublishedCiphertextAndBack)
{
    const auto key = array<crypto::kAesKeyBytes>("key");
    const auto first_counter = array<crypto::kAesBlockBytes>("first_counter");
    auto data = bytes("plain");
    provider().ctr(key, first_counter, data);
    EXPECT_EQ(to_hex(data), text("cipher"));
    provider().ctr(key, first_counter, data);
    EXPECT_EQ(to_hex(data), text("plain"));
}

INSTANTIATE_TEST_SUITE_P(Primitives, AesCtr,
                         ValuesIn(cases("primitives.json", "algorithm", "aes-ctr")), case_name);

// RFC 3610's examples all have associated data, which our PDUs never have: it changes the ICV, not the ciphertext.
// Whole CCM answers are those of the LZone PDUs and of the public Bluetooth files.
class AesCcmCiphertext : public KnownAnswer {};

TEST_P(AesCcmCiphertext, IsThatOfThePublication)
{
    const auto key = array<crypto::kAesKeyBytes>("key");
    auto data = bytes("plain");
    std::array<std::uint8_t, 8> icv{};
    provider().ccm_protect({key, array<crypto::kCcmNonceBytes>("nonce"), data, icv});
    EXPECT_EQ(to_hex(data), text("cipher"));
}

INSTANTIATE_TEST_SUITE_P(Primitives, AesCcmCiphertext,
                         ValuesIn(cases("primitives.json", "algorithm", "aes-ccm")), case_name);

class Hmac : public KnownAnswer {
  protected:
    void expect_published_mac(crypto::HashKind hash)
    {
        std::vector<std::uint8_t> mac(crypto::digest_bytes(hash));
        provider().hmac(hash, bytes("key"), bytes("message"), mac);
        EXPECT_EQ(to_hex(mac), text("mac"));
    }
};

class HmacSha1 : public Hmac {};

TEST_P(HmacSha1, GivesThePublishedMac)
{
    expect_published_mac(crypto::HashKind::sha1);
}

INSTANTIATE_TEST_SUITE_P(Primitives, HmacSha1,
                         ValuesIn(cases("primitives.json", "algorithm", "hmac-sha1")), case_name);

class HmacSha256 : public Hmac {};

TEST_P(HmacSha256, GivesThePublishedMac)
{
    expect_published_mac(crypto::HashKind::sha256);
}

INSTANTIATE_TEST_SUITE_P(Primitives, HmacSha256,
                         ValuesIn(cases("primitives.json", "algorithm", "hmac-sha256")), case_name);

class AesKeyWrap : public KnownAnswer {};

TEST_P(AesKeyWrap, GivesThePublishedWrappedKeyAndBack)
{
    const auto kek = array<crypto::kAesKeyBytes>("key");
    const auto plain = bytes("plain");
    std::vector<std::uint8_t> wrapped(plain.size() + crypto::kKeyWrapOverhead);
    crypto::key_wrap(kek, plain, wrapped);
    EXPECT_EQ(to_hex(wrapped), text("wrapped"));

    std::vector<std::uint8_t> unwrapped(plain.size());
    ASSERT_TRUE(crypto::key_unwrap(kek, wrapped, unwrapped));
    EXPECT_EQ(to_hex(unwrapped), text("plain"));
    for (std::size_t at = 0; at < wrapped.size(); ++at) {
        auto changed = wrapped;
        changed[at] ^= 1;
        EXPECT_FALSE(crypto::key_unwrap(kek, changed, unwrapped)) << at;
    }
}

/// Key wrap has one implementation, which is no Provider: each vector once.
std::vector<Case> key_wrap_cases()
{
    std::vector<Case> found = cases("primitives.json", "algorithm", "aes-key-wrap");
    std::erase_if(found, [](const Case& test_case) { return test_case.engine.name != "openssl"; });
    return found;
}

INSTANTIATE_TEST_SUITE_P(Primitives, AesKeyWrap, ValuesIn(key_wrap_cases()), case_name);

class Dot16Kdf : public KnownAnswer {};

TEST_P(Dot16Kdf, GivesThePublishedKey)
{
    const auto key = bytes("key");
    const auto astring = bytes("astring");
    std::vector<std::uint8_t> out(number("bits") / 8);
    crypto::dot16kdf(provider(),
                     std::array{crypto::KdfRequest{key, crypto::AString{} << astring, out}});
    if (has("output"))
        EXPECT_EQ(to_hex(out), text("output"));
    else
        EXPECT_TRUE(to_hex(out).ends_with(text("output_tail")));
}

INSTANTIATE_TEST_SUITE_P(Primitives, Dot16Kdf, ValuesIn(cases("dot16kdf.json")), case_name);

} // namespace
} // namespace aaigw::vectors
