// Every NetError has a name and a sentence of its own.
#include "dataplane/net/net_error.h"

#include <gtest/gtest.h>

#include <set>

namespace aaigw::net {
namespace {

TEST(NetError, EachHasANameAndASentenceOfItsOwn)
{
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (std::size_t i = 0; i < kNetErrors; ++i) {
        const auto error = static_cast<NetError>(i);
        EXPECT_FALSE(describe(error).empty());
        names.insert(name(error));
        sentences.insert(describe(error));
    }
    EXPECT_EQ(names.size(), kNetErrors);
    EXPECT_EQ(sentences.size(), kNetErrors);
}

TEST(NetError, IsNamedAsTheListSpellsIt)
{
    EXPECT_EQ(name(NetError::truncated), "truncated");
    EXPECT_EQ(name(NetError::udp_checksum_mismatch), "udp_checksum_mismatch");
    EXPECT_EQ(describe(NetError::ipv4_fragment), "is a fragment of an IPv4 packet");
}

} // namespace
} // namespace aaigw::net
