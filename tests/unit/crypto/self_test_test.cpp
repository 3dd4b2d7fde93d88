// The known-answer self-test lets good primitives pass and refuses each wrong one.
#include "crypto/mb_engine.h"
#include "crypto/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aaigw::crypto {
namespace {

/// What a wrong implementation gets wrong.
enum class Defect { cmac, block, hmac, ccm_data, ccm_icv, ccm_takes_all, ccm_takes_none, ctr };

/// A correct provider with one defect put in.
class DefectiveProvider final : public Provider {
  public:
    explicit DefectiveProvider(Defect defect) : defect_{defect} {}

    std::string_view name() const noexcept override { return "defective"; }

    void cmac(std::span<const CmacRequest> batch) override
    {
        good_->cmac(batch);
        spoil(Defect::cmac, batch.back().mac);
    }
    void encrypt_blocks(std::span<const BlockRequest> batch) override
    {
        good_->encrypt_blocks(batch);
        spoil(Defect::block, batch.back().output);
    }
    void hmac(HashKind hash, Bytes key, Bytes message, MutableBytes mac) override
    {
        good_->hmac(hash, key, message, mac);
        spoil(Defect::hmac, mac);
    }
    void ccm_protect(const CcmRequest& request) override
    {
        good_->ccm_protect(request);
        spoil(Defect::ccm_data, request.data);
        spoil(Defect::ccm_icv, request.icv);
    }
    bool ccm_unprotect(const CcmRequest& request) override
    {
        const bool verdict = good_->ccm_unprotect(request);
        if (defect_ == Defect::ccm_takes_all)
            return true;
        return verdict && defect_ != Defect::ccm_takes_none;
    }
    void ctr(AesKeyView key, const AesBlock& first_counter, MutableBytes data) override
    {
        good_->ctr(key, first_counter, data);
        spoil(Defect::ctr, data);
    }

  private:
    void spoil(Defect where, MutableBytes bytes) const
    {
        if (where == defect_)
            bytes.back() ^= 1;
    }

    Defect defect_;
    std::unique_ptr<Provider> good_ = make_openssl_provider();
};

TEST(SelfTest, BothProvidersPass)
{
    EXPECT_TRUE(self_test(*make_openssl_provider()));
    const auto provider = make_ipsec_mb_provider();
    ASSERT_TRUE(provider) << provider.error().message;
    EXPECT_TRUE(self_test(**provider));
}

TEST(SelfTest, TheEnginePassesAgainAfterUse)
{
    const auto engine = MbEngine::create();
    ASSERT_TRUE(engine) << engine.error().message;
    EXPECT_TRUE(self_test(**engine));
}

class SelfTestRefuses : public testing::TestWithParam<std::pair<Defect, const char*>> {};

TEST_P(SelfTestRefuses, ADefectAndNamesThePrimitive)
{
    DefectiveProvider provider{GetParam().first};
    const auto result = self_test(provider);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::self_test_failed);
    EXPECT_THAT(result.error().message, testing::HasSubstr(GetParam().second));
}

INSTANTIATE_TEST_SUITE_P(EachPrimitive, SelfTestRefuses,
                         testing::Values(std::pair{Defect::cmac, "AES-CMAC"},
                                         std::pair{Defect::block, "AES-128"},
                                         std::pair{Defect::hmac, "HMAC"},
                                         std::pair{Defect::ccm_data, "AES-CCM ciphertext"},
                                         std::pair{Defect::ccm_icv, "AES-CCM ICV"},
                                         std::pair{Defect::ccm_takes_all, "took a bad"},
                                         std::pair{Defect::ccm_takes_none, "refused a good"},
                                         std::pair{Defect::ctr, "AES-CTR"}));

} // namespace
} // namespace aaigw::crypto
