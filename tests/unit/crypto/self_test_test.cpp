#include "crypto/self_test.h"

#include <gtest/gtest.h>

#include "crypto/mb_engine.h"

namespace aaigw::crypto {
namespace {

TEST(SelfTest, BothProvidersPass)
{
    EXPECT_TRUE(self_test(*make_openssl_provider()));
    const auto provider = make_ipsec_mb_provider();
    ASSERT_TRUE(provider) << provider.error().message;
    EXPECT_TRUE(self_test(**provider));
}
} // namespace
} // namespace aaigw::crypto
