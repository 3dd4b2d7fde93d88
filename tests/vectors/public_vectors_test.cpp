// The public vector files that are not part of this tree: read where they lie, skipped where they are absent.
#include "common/hex.h"
#include "tests/vectors/known_answer.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>

namespace aaigw::vectors {
namespace {

namespace fs = std::filesystem;

/// One paragraph of `name: value` or `name = value` lines; text after the first space of a value is a remark.
using Record = std::map<std::string, std::string>;

std::vector<Record> read_records(const fs::path& path)
{
    std::ifstream in{path};
    std::vector<Record> records(1);
    for (std::string line; std::getline(in, line);) {
        const std::size_t separator = line.find_first_of(":=");
        if (line.find_first_not_of(" \r") == std::string::npos) {
            if (!records.back().empty())
                records.emplace_back();
        } else if (line.front() != '#' && separator != std::string::npos) {
            const auto word = [](std::string_view text) {
                const std::size_t first = text.find_first_not_of(' ');
                const std::size_t start = std::min(first, text.size());
                return std::string{text.substr(start, text.find_first_of(" \r", start) - start)};
            };
            const std::string_view whole{line};
            records.back()[word(whole.substr(0, separator))] = word(whole.substr(separator + 1));
        }
    }
    return records;
}

class PublicVectors : public testing::TestWithParam<Engine> {
  protected:
    [[nodiscard]] crypto::Provider& provider() { return *provider_; }

    [[nodiscard]] crypto::AesBlock cmac(const std::string& key, const std::string& message)
    {
        const auto key_bytes = unhex_array<crypto::kAesKeyBytes>(key);
        const auto message_bytes = unhex(message);
        crypto::AesBlock mac{};
        provider().cmac(std::array{crypto::CmacRequest{key_bytes, message_bytes, mac}});
        return mac;
    }

    void check_ccm_file(const fs::path& path, std::size_t icv_bytes);

  private:
    std::unique_ptr<crypto::Provider> provider_ = GetParam().make();
};

/// The path of a public file; skips the test when it is not there.
#define FIND_PUBLIC_FILE(path, name)                                                               \
    const fs::path path = public_vectors() / (name);                                               \
    if (!fs::exists(path))                                                                         \
    GTEST_SKIP() << "public vectors not present: " << path.string()

// The engines take no associated data, because no PDU of ours has any. It changes the ICV only, so that a case
// with some still says whether the ciphertext is right.
void PublicVectors::check_ccm_file(const fs::path& path, std::size_t icv_bytes)
{
    int whole = 0;
    int ciphertext_only = 0;
    for (const Record& record : read_records(path)) {
        if (!record.contains("KEY"))
            continue;
        SCOPED_TRACE("TAG: " + record.at("TAG"));
        const auto key = unhex_array<crypto::kAesKeyBytes>(record.at("KEY"));
        const auto nonce = unhex_array<crypto::kCcmNonceBytes>(record.at("NONCE"));
        auto data = unhex(record.at("IN"));
        std::vector<std::uint8_t> icv(icv_bytes);
        ASSERT_EQ(record.at("TAG").size(), 2 * icv_bytes);
        provider().ccm_protect({key, nonce, data, icv});
        EXPECT_EQ(to_hex(data), record.at("CT"));
        if (!record.at("AD").empty()) {
            ++ciphertext_only;
            continue;
        }
        ++whole;
        EXPECT_EQ(to_hex(icv), record.at("TAG"));
        EXPECT_TRUE(provider().ccm_unprotect({key, nonce, data, icv}));
        EXPECT_EQ(to_hex(data), record.at("IN"));
    }
    EXPECT_GT(whole, 0);
    std::cout << whole << " cases whole; of " << ciphertext_only
              << " with associated data, which our PDUs never have, the ciphertext only\n";
}

TEST_P(PublicVectors, BluetoothCcmWithEightByteTags)
{
    FIND_PUBLIC_FILE(path, "aes_128_ccm_bluetooth_8_tests.txt");
    check_ccm_file(path, 8);
}

TEST_P(PublicVectors, BluetoothCcmWithFourByteTags)
{
    FIND_PUBLIC_FILE(path, "aes_128_ccm_bluetooth_tests.txt");
    check_ccm_file(path, 4);
}

TEST_P(PublicVectors, CavpCmac)
{
    FIND_PUBLIC_FILE(path, "cavp_aes128_cmac_tests.txt");
    int full = 0;
    int truncated = 0;
    for (const Record& record : read_records(path)) {
        if (!record.contains("Mac"))
            continue;
        SCOPED_TRACE("Count = " + record.at("Count"));
        const bool genuine = record.at("Result") == "P";
        const std::string message = record.at("Mlen") == "0" ? "" : record.at("Msg");
        const std::string mac = to_hex(cmac(record.at("Key"), message));
        const std::string& tag = record.at("Mac");
        if (tag.size() == mac.size()) {
            ++full;
            EXPECT_EQ(mac == tag, genuine);
            continue;
        }
        // NIST keeps the leftmost bits. IEEE 802.16 keeps the low-order ones, which must not match here.
        ++truncated;
        EXPECT_EQ(mac.substr(0, tag.size()) == tag, genuine);
        EXPECT_NE(mac.substr(mac.size() - tag.size()), tag);
    }
    EXPECT_GT(full, 0);
    EXPECT_GT(truncated, 0);
    std::cout << full << " cases with full tags, " << truncated << " with short tags\n";
}

Json read_wycheproof(const fs::path& path)
{
    std::ifstream in{path};
    return Json::parse(in).at("testGroups");
}

TEST_P(PublicVectors, WycheproofCmac)
{
    FIND_PUBLIC_FILE(path, "wycheproof_aes_cmac_test.json");
    int genuine = 0;
    int forged = 0;
    int other = 0;
    for (const Json& group : read_wycheproof(path)) {
        const bool ours = group.at("keySize") == 128 && group.at("tagSize") == 128;
        for (const Json& test : group.at("tests")) {
            if (!ours) {
                ++other;
                continue;
            }
            SCOPED_TRACE(test.at("tcId").dump());
            const bool valid = test.at("result") == "valid";
            ++(valid ? genuine : forged);
            EXPECT_EQ(to_hex(cmac(test.at("key"), test.at("msg"))) == test.at("tag"), valid);
        }
    }
    EXPECT_GT(genuine, 0);
    EXPECT_GT(forged, 0);
    std::cout << genuine << " valid and " << forged << " invalid cases; " << other
              << " with keys or tags of another size than 128 bits left out\n";
}

// No case has our shape, a 13-byte nonce with a 4- or 8-byte ICV; should one be added, this fails and asks to be
// extended. The cases with our nonce have 16-byte tags, which the engines do not make. CCM's keystream does not
// depend on the tag's length, so their ciphertext says something still.
TEST_P(PublicVectors, WycheproofCcmCiphertexts)
{
    FIND_PUBLIC_FILE(path, "wycheproof_aes_ccm_test.json");
    int ciphertexts = 0;
    int other = 0;
    for (const Json& group : read_wycheproof(path)) {
        const bool our_nonce = group.at("keySize") == 128 && group.at("ivSize") == 104;
        const int tag_bits = group.at("tagSize");
        EXPECT_FALSE(our_nonce && (tag_bits == 32 || tag_bits == 64)) << "a group of our shape";
        for (const Json& test : group.at("tests")) {
            if (!our_nonce || test.at("result") != "valid") {
                ++other;
                continue;
            }
            SCOPED_TRACE(test.at("tcId").dump());
            ++ciphertexts;
            const auto key = unhex_array<crypto::kAesKeyBytes>(std::string{test.at("key")});
            const auto nonce = unhex_array<crypto::kCcmNonceBytes>(std::string{test.at("iv")});
            auto data = unhex(std::string{test.at("msg")});
            std::array<std::uint8_t, 8> icv{};
            provider().ccm_protect({key, nonce, data, icv});
            EXPECT_EQ(to_hex(data), test.at("ct"));
        }
    }
    EXPECT_GT(ciphertexts, 0);
    std::cout << ciphertexts
              << " cases with a 13-byte nonce: ciphertext only, their tags have 16 bytes; " << other
              << " of other shapes left out\n";
}

std::string engine_name(const testing::TestParamInfo<Engine>& info)
{
    return std::string{info.param.name};
}

INSTANTIATE_TEST_SUITE_P(Public, PublicVectors, testing::ValuesIn(engines()), engine_name);

} // namespace
} // namespace aaigw::vectors
