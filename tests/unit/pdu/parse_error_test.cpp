// Every ParseError has a name and a sentence of its own.
#include "dataplane/pdu/parse_error.h"

#include <gtest/gtest.h>

#include <set>

namespace aaigw::pdu {
namespace {

TEST(ParseError, EachHasANameAndASentenceOfItsOwn)
{
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (std::size_t i = 0; i < kParseErrors; ++i) {
        const auto error = static_cast<ParseError>(i);
        EXPECT_FALSE(describe(error).empty());
        names.insert(name(error));
        sentences.insert(describe(error));
    }
    EXPECT_EQ(names.size(), kParseErrors);
    EXPECT_EQ(sentences.size(), kParseErrors);
}

TEST(ParseError, IsNamedAsTheListSpellsIt)
{
    EXPECT_EQ(name(ParseError::truncated), "truncated");
    EXPECT_EQ(name(ParseError::no_room), "no_room");
    EXPECT_EQ(describe(ParseError::hcs_mismatch), "the header check sequence does not match");
}

} // namespace
} // namespace aaigw::pdu
