// Bytes that are text, and those that are not: size, UTF-8, control characters.
#include "config/text.h"
#include "tests/unit/config/config_testing.h"

namespace aaigw::config {
namespace {

using namespace std::string_view_literals;

/// The one problem as `line:column: message`; empty when there is none.
std::string problem_of(std::string_view text)
{
    Reading reading{"gw.yaml"};
    const bool good = check_text(text, reading);
    EXPECT_EQ(good, reading.clean());
    const auto problems = reading.take_problems();
    if (problems.empty())
        return {};
    EXPECT_EQ(problems.size(), 1U);
    return to_text(problems.front()).substr("gw.yaml:"sv.size());
}

TEST(Text, MayBeEmptyOrHoldAnyCharacter)
{
    EXPECT_EQ(problem_of(""), "");
    EXPECT_EQ(problem_of("a:\tb\r\n# \xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xa1 \xf4\x8f\xbf\xbf\n"),
              "");
    EXPECT_EQ(problem_of("\xc2\xa0\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80"),
              "");
}

TEST(Text, IsUtf8)
{
    for (const std::string_view bytes :
         {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc3"sv, "\xc3("sv, "\xe0\x9f\xbf"sv,
          "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv, "\xe2\x82"sv, "\xe2(\xa1"sv, "\xf0\x8f\xbf\xbf"sv,
          "\xf4\x90\x80\x80"sv, "\xf0\x9f\x93"sv, "\xf5\x80\x80\x80"sv, "\xff\xfe"sv})
        EXPECT_EQ(problem_of("a: 1\nb: " + std::string{bytes}),
                  "2:4: not UTF-8; save the text as UTF-8");
}

TEST(Text, HasNoControlCharacters)
{
    EXPECT_EQ(problem_of("a: \0"sv), "1:4: a control character (U+0000); take it out");
    EXPECT_EQ(problem_of("a\n\nb: \x04 c: d"), "3:4: a control character (U+0004); take it out");
    EXPECT_EQ(problem_of("a: b\rc: d"), "1:5: a control character (U+000D); take it out");
    EXPECT_EQ(problem_of("a\r"), "1:2: a control character (U+000D); take it out");
    EXPECT_EQ(problem_of("\x1b[2J"), "1:1: a control character (U+001B); take it out");
    EXPECT_EQ(problem_of("\x7f"), "1:1: a control character (U+007F); take it out");
    EXPECT_EQ(problem_of("\xc2\x85"), "1:1: a control character (U+0085); take it out");
    EXPECT_EQ(problem_of("\xef\xbb\xbflab: true"), "1:1: a control character (U+FEFF); take it out")
        << "the byte order mark";
}

TEST(Text, HasALimit)
{
    EXPECT_EQ(problem_of(std::string(kMaxTextBytes, ' ')), "");
    EXPECT_EQ(problem_of(std::string(kMaxTextBytes + 1, ' ')),
              "1:1: the text has 4194305 bytes; at most 4194304 are read");
}

TEST(Text, ThatIsNoneIsNotLoaded)
{
    EXPECT_EQ(problems_of("\xff"), Lines{"1:1: not UTF-8; save the text as UTF-8"});
}

} // namespace
} // namespace aaigw::config
