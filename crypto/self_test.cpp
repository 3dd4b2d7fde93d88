#include "crypto/self_test.h"

#include "common/hex.h"
#include "crypto/mb_engine.h"
#include "crypto/secret.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace aaigw::crypto {

namespace {

// RFC 4493 section 4 and SP 800-38A share this key and plaintext.
constexpr std::string_view kNistKey = "2b7e151628aed2a6abf7158809cf4f3c";
constexpr std::string_view kNistText =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411";
constexpr std::string_view kCmacOf40 = "dfa66747de9ae63030ca32611497c827";
constexpr std::string_view kCmacOf16 = "070a16b46b4d4144f79bdd9dd04a287c";

// SP 800-38A F.5.1, the first two blocks.
constexpr std::string_view kCtrCounter = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
constexpr std::string_view kCtrText =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
constexpr std::string_view kCtrCipher =
    "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff";

// FIPS 197 appendix C.1.
constexpr std::string_view kAesKey = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view kAesText = "00112233445566778899aabbccddeeff";
constexpr std::string_view kAesCipher = "69c4e0d86a7b0430d8cdb78070b4c55a";

// RFC 2202 and RFC 4231, test case 2 of each.
constexpr std::string_view kHmacKey = "4a656665"; // "Jefe"
constexpr std::string_view kHmacText = "7768617420646f2079612077616e7420666f72206e6f7468696e673f";
constexpr std::string_view kHmacSha1 = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
constexpr std::string_view kHmacSha256 =
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

struct CcmAnswer {
    std::string_view key;
    std::string_view nonce;
    std::string_view plain;
    std::string_view cipher;
    std::string_view icv;
};

constexpr std::array kCcmAnswers{
    // Both examples of IEEE 802.16-2004.
    CcmAnswer{"d50e18a844ac5bf38e4cd72d9b0942e5", "40401a06c400000000bcf65721", "00010203",
              "e75536c8", "27a8d71b432ca548"},
    CcmAnswer{"b74eb0e4f81ad63d121b7e9aeccd268f", "4040377eb200000000087dd078",
              "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
              "713fb122b9734fdbfd682ead9dca9f441f62fe0f4a2c45b553173d665b2d53c1b3",
              "e7e48d2db761cf94"},
    // No publication has a 4-byte ICV without associated data; computed with another implementation.
    CcmAnswer{"9873cd30d8cf3f9a56a8097122d22b12", "40291234000000000000000001",
              "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
              "fbef40ad36426e9efa9b763fc69a2f7aa76aab1ed02254b956018b0409fc1026", "9083e267"},
};

std::vector<std::uint8_t> hex(std::string_view text)
{
    return from_hex(text).value(); // constants of this file
}

template <std::size_t N>
std::array<std::uint8_t, N> hex_array(std::string_view text)
{
    std::array<std::uint8_t, N> out{};
    const auto bytes = hex(text);
    std::copy_n(bytes.begin(), N, out.begin());
    return out;
}

Result<void> expect(std::string_view engine, std::string_view primitive, Bytes actual,
                    std::string_view expected)
{
    if (ct_equal(actual, hex(expected)))
        return {};
    return fail(
        ErrorCode::self_test_failed,
        fmt::format("self-test of {} failed: wrong {}; refusing to use it", engine, primitive));
}

Result<void> test_macs(Provider& provider)
{
    const auto key = hex_array<16>(kNistKey);
    const auto text = hex(kNistText);
    AesBlock of40{};
    AesBlock of16{};
    provider.cmac(
        std::array{CmacRequest{key, text, of40}, CmacRequest{key, Bytes{text}.first(16), of16}});
    TRY_DO(expect(provider.name(), "AES-CMAC", of40, kCmacOf40));
    TRY_DO(expect(provider.name(), "AES-CMAC", of16, kCmacOf16));

    std::array<std::uint8_t, 20> sha1{};
    provider.hmac(HashKind::sha1, hex(kHmacKey), hex(kHmacText), sha1);
    TRY_DO(expect(provider.name(), "HMAC-SHA-1", sha1, kHmacSha1));
    std::array<std::uint8_t, 32> sha256{};
    provider.hmac(HashKind::sha256, hex(kHmacKey), hex(kHmacText), sha256);
    return expect(provider.name(), "HMAC-SHA-256", sha256, kHmacSha256);
}

Result<void> test_ciphers(Provider& provider)
{
    const auto aes_key = hex_array<16>(kAesKey);
    AesBlock block{};
    provider.encrypt_blocks(std::array{BlockRequest{aes_key, hex_array<16>(kAesText), block}});
    TRY_DO(expect(provider.name(), "AES-128", block, kAesCipher));

    auto text = hex(kCtrText);
    provider.ctr(hex_array<16>(kNistKey), hex_array<16>(kCtrCounter), text);
    return expect(provider.name(), "AES-CTR", text, kCtrCipher);
}

Result<void> test_ccm(Provider& provider, const CcmAnswer& answer)
{
    const auto key = hex_array<16>(answer.key);
    auto data = hex(answer.plain);
    std::vector<std::uint8_t> icv(answer.icv.size() / 2);
    const CcmRequest request{key, hex_array<kCcmNonceBytes>(answer.nonce), data, icv};
    provider.ccm_protect(request);
    TRY_DO(expect(provider.name(), "AES-CCM ciphertext", data, answer.cipher));
    TRY_DO(expect(provider.name(), "AES-CCM ICV", icv, answer.icv));

    if (!provider.ccm_unprotect(request))
        return fail(
            ErrorCode::self_test_failed,
            fmt::format("self-test of {} failed: refused a good AES-CCM ICV", provider.name()));
    TRY_DO(expect(provider.name(), "AES-CCM plaintext", data, answer.plain));

    data = hex(answer.cipher);
    icv.back() ^= 1;
    if (provider.ccm_unprotect({key, hex_array<kCcmNonceBytes>(answer.nonce), data, icv}))
        return fail(ErrorCode::self_test_failed,
                    fmt::format("self-test of {} failed: took a bad AES-CCM ICV", provider.name()));
    return {};
}

/// One job of the engine's self-test with all that it points to.
struct EngineCase {
    std::string_view what;
    JobKind kind;
    std::unique_ptr<AesKey> aes{};
    std::unique_ptr<CmacKey> cmac{};
    AesBlock nonce{};
    std::vector<std::uint8_t> data;
    std::vector<std::uint8_t> icv{};
    // What must come out.
    JobStatus status = JobStatus::done;
    std::string_view data_after;
    std::string_view icv_after{};

    void load(CryptoJob& job)
    {
        job.kind = kind;
        if (kind == JobKind::cmac)
            job.key.cmac = cmac.get();
        else
            job.key.aes = aes.get();
        job.data = data.data();
        job.length = static_cast<std::uint16_t>(data.size());
        job.icv = icv.data();
        job.icv_size = icv.size() == 4 ? IcvSize::four : IcvSize::eight;
        job.nonce = nonce;
        job.owner = this;
    }

    [[nodiscard]] Result<void> check(const CryptoJob& job) const
    {
        constexpr std::string_view kName = "the IPsec-MB engine";
        if (job.status != status)
            return fail(
                ErrorCode::self_test_failed,
                fmt::format("self-test of {} failed: wrong verdict on {}; refusing to use it",
                            kName, what));
        if (status == JobStatus::icv_mismatch)
            return expect(kName, what, data, std::string(2 * data.size(), '0')); // wiped
        if (kind == JobKind::cmac)
            return expect(kName, what, job.mac, icv_after);
        TRY_DO(expect(kName, what, data, data_after));
        return expect(kName, what, icv, icv_after);
    }
};

std::unique_ptr<EngineCase> ccm_case(const CcmAnswer& answer, JobKind kind)
{
    const bool protect = kind == JobKind::ccm_protect;
    EngineCase out{.what = protect ? "AES-CCM protect" : "AES-CCM unprotect",
                   .kind = kind,
                   .aes = std::make_unique<AesKey>(hex_array<16>(answer.key)),
                   .data = hex(protect ? answer.plain : answer.cipher),
                   .icv = hex(answer.icv),
                   .data_after = protect ? answer.cipher : answer.plain,
                   .icv_after = answer.icv};
    std::ranges::copy(hex(answer.nonce), out.nonce.begin());
    if (protect)
        std::ranges::fill(out.icv, std::uint8_t{0});
    return std::make_unique<EngineCase>(std::move(out));
}

std::unique_ptr<EngineCase> forged_ccm_case(const CcmAnswer& answer)
{
    auto out = ccm_case(answer, JobKind::ccm_unprotect);
    out->what = "a forged AES-CCM ICV";
    out->icv.back() ^= 1;
    out->status = JobStatus::icv_mismatch;
    return out;
}

std::vector<std::unique_ptr<EngineCase>> engine_cases()
{
    std::vector<std::unique_ptr<EngineCase>> cases;
    cases.push_back(std::make_unique<EngineCase>(
        EngineCase{.what = "AES-CTR",
                   .kind = JobKind::ctr,
                   .aes = std::make_unique<AesKey>(hex_array<16>(kNistKey)),
                   .nonce = hex_array<16>(kCtrCounter),
                   .data = hex(kCtrText),
                   .data_after = kCtrCipher}));
    cases.push_back(std::make_unique<EngineCase>(
        EngineCase{.what = "AES-CMAC",
                   .kind = JobKind::cmac,
                   .cmac = std::make_unique<CmacKey>(hex_array<16>(kNistKey)),
                   .data = hex(kNistText),
                   .data_after = kNistText,
                   .icv_after = kCmacOf40}));
    for (const CcmAnswer& answer : kCcmAnswers) {
        cases.push_back(ccm_case(answer, JobKind::ccm_protect));
        cases.push_back(ccm_case(answer, JobKind::ccm_unprotect));
        cases.push_back(forged_ccm_case(answer));
    }
    return cases;
}

} // namespace

Result<void> self_test(Provider& provider)
{
    TRY_DO(test_macs(provider));
    TRY_DO(test_ciphers(provider));
    for (const CcmAnswer& answer : kCcmAnswers)
        TRY_DO(test_ccm(provider, answer));
    return {};
}

Result<void> self_test(MbEngine& engine)
{
    const auto cases = engine_cases();
    for (const auto& each : cases)
        each->load(engine.take());
    engine.submit();
    engine.flush();

    std::size_t next = 0;
    for (auto done = engine.collect(); !done.empty(); done = engine.collect()) {
        for (const CryptoJob& job : done) {
            if (next == cases.size() || job.owner != cases[next].get())
                break;
            TRY_DO(cases[next++]->check(job));
        }
    }
    if (next != cases.size())
        return fail(ErrorCode::self_test_failed,
                    "self-test of the IPsec-MB engine failed: jobs lost or out of order");
    return {};
}

} // namespace aaigw::crypto
