// Values from the command line, files and standard input: what is taken, and that no refusal quotes a value.
#include "common/ids.h"
#include "control/ctl/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace aaigw::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kKey = "00112233445566778899aabbccddeeff";

Values values_of(std::string_view name, std::string_view text, int standard_input = -1)
{
    Arguments arguments;
    arguments.texts.emplace(name, text);
    return Values{std::move(arguments), standard_input};
}

template <class T>
std::string refusal(const Result<T>& result)
{
    if (result)
        return "not refused";
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(result.error().message, Not(HasSubstr("\n")));
    return result.error().message;
}

TEST(ValuesHex, TakesEitherCaseAndColons)
{
    const std::array<std::uint8_t, 3> bytes{0x00, 0xed, 0x04};
    for (const std::string_view text : {"00ed04", "00ED04", "00:ed:04", "00:eD:04"})
        EXPECT_EQ(values_of("--id", text).bytes<3>("--id").value(), bytes) << text;
}

TEST(ValuesHex, SecretHoldsTheBytes)
{
    const auto secret = values_of("--tek", kKey).key<crypto::Secret<16>>("--tek");
    ASSERT_TRUE(secret);
    EXPECT_EQ(secret->expose()[0], 0x00);
    EXPECT_EQ(secret->expose()[15], 0xff);
}

TEST(ValuesHex, SaysWhatIsWrongAndWhere)
{
    const auto message = [](std::string_view text) {
        return refusal(values_of("--tek", text).key<crypto::Secret<2>>("--tek"));
    };
    EXPECT_EQ(message("00"), "--tek: it has 1 bytes; expected 2 bytes as hex");
    EXPECT_EQ(message(""), "--tek: it has 0 bytes; expected 2 bytes as hex");
    EXPECT_EQ(message("000"), "--tek: the number of hex digits is odd; expected 2 bytes as hex");
    EXPECT_EQ(message("00g0"), "--tek: character 3 is not a hex digit; expected 2 bytes as hex");
    EXPECT_EQ(message(" 0011"), "--tek: character 1 is not a hex digit; expected 2 bytes as hex");
    EXPECT_EQ(message("0x0011"), "--tek: character 2 is not a hex digit; expected 2 bytes as hex");
    EXPECT_EQ(message("00:11:"), "--tek: it ends with a colon; expected 2 bytes as hex");
    EXPECT_EQ(message("00:1"), "--tek: the number of hex digits is odd; expected 2 bytes as hex");
    EXPECT_THAT(message("00:1122"), StartsWith("--tek: character 6 is not a colon"));
    EXPECT_THAT(message("0011:22"), StartsWith("--tek: character 5 is a colon"));
    EXPECT_THAT(message("00::11"), StartsWith("--tek: character 4 is a colon"));
}

TEST(ValuesHex, OfAnyLengthMayBeEmpty)
{
    EXPECT_EQ(values_of("PAYLOAD", "").hex("PAYLOAD").value().size(), 0U);
    EXPECT_EQ(values_of("PAYLOAD", "0102").hex("PAYLOAD").value().size(), 2U);
}

TEST(ValuesNumber, TakesDecimalAndHexWithinItsRange)
{
    const auto stid = [](std::string_view text) {
        return values_of("--stid", text).id<Stid>("--stid").value().value();
    };
    EXPECT_EQ(stid("0"), 0);
    EXPECT_EQ(stid("4095"), 4095);
    EXPECT_EQ(stid("0x123"), 0x123);
    EXPECT_EQ(stid("0XfFf"), 0xfff);
    EXPECT_EQ(stid("007"), 7);
}

TEST(ValuesNumber, RefusesEverythingElse)
{
    for (const std::string_view text :
         {"", "x", "-1", "+1", "0x", "12 ", " 12", "1.0", "0x12g", "1e3", "--eks"})
        EXPECT_THAT(refusal(values_of("--stid", text).id<Stid>("--stid")), StartsWith("--stid: "))
            << text;
    for (const std::string_view text :
         {"4096", "0x1000", "18446744073709551616", "99999999999999999999999"})
        EXPECT_EQ(refusal(values_of("--stid", text).id<Stid>("--stid")),
                  "--stid: out of range; expected 0 to 4095");
    EXPECT_EQ(refusal(values_of("--suite", "0").number("--suite", 1, 4)),
              "--suite: out of range; expected 1 to 4");
}

TEST(ValuesNumber, FullWidthsAreReachedAndNotPassed)
{
    EXPECT_EQ(values_of("--pn", "0x3fffff").id<MzonePn>("--pn").value().value(), 0x3fffffU);
    EXPECT_FALSE(values_of("--pn", "0x400000").id<MzonePn>("--pn"));
    EXPECT_EQ(values_of("--pn", "4294967295").id<LzonePn>("--pn").value().value(), 0xffffffffU);
    EXPECT_FALSE(values_of("--pn", "4294967296").id<LzonePn>("--pn"));
}

TEST(ValuesDigits, CountsAndChecksThem)
{
    const auto imsi = [](std::string_view text) {
        return values_of("--imsi", text).digits("--imsi", 6, 15);
    };
    EXPECT_EQ(imsi("001010123456789").value(), "001010123456789");
    EXPECT_EQ(imsi("001010").value(), "001010");
    EXPECT_THAT(refusal(imsi("00101")), HasSubstr("it has 5 digits; expected 6 to 15"));
    EXPECT_THAT(refusal(imsi("0010101234567890")), HasSubstr("it has 16 digits"));
    EXPECT_THAT(refusal(imsi("00101a")), HasSubstr("other characters than digits"));
}

TEST(ValuesChoice, GivesWhatTheWordStandsFor)
{
    const auto choose = [](std::string_view text) {
        return values_of("--profile", text).choice<int>("--profile", {{"draft", 1}, {"final", 2}});
    };
    EXPECT_EQ(choose("draft").value(), 1);
    EXPECT_EQ(choose("final").value(), 2);
    EXPECT_EQ(refusal(choose("Final")), "--profile: not a word it takes; expected draft or final");
}

TEST(Values, NoRefusalQuotesTheValue)
{
    const std::string key{kKey};
    const std::string marker = key.substr(4, 8);
    const auto expect_silent = [&](const auto& result) {
        EXPECT_THAT(refusal(result), AllOf(StartsWith("--x: "), Not(HasSubstr(marker))));
    };
    for (const std::string& text : {key, key + "0", key + "g0", '@' + key, "--" + key}) {
        expect_silent(values_of("--x", text).key<crypto::Secret<15>>("--x"));
        expect_silent(values_of("--x", text).bytes<15>("--x"));
        expect_silent(values_of("--x", text).number("--x", 0, 9));
        expect_silent(values_of("--x", text).digits("--x", 1, 5));
        expect_silent(values_of("--x", text).choice<int>("--x", {{"draft", 1}}));
    }
}

class ValuesFromFile : public testing::Test {
  protected:
    std::string write(std::string_view content)
    {
        std::ofstream{path_, std::ios::binary} << content;
        return '@' + path_;
    }
    ~ValuesFromFile() override { ::unlink(path_.c_str()); }

    std::string path_ = testing::TempDir() + "aaigw_values_" + std::to_string(::getpid());
};

TEST_F(ValuesFromFile, WhiteSpaceAroundTheContentIsDropped)
{
    const std::string argument = write(" \t\r\n 0011\v\f\r\n");
    EXPECT_EQ(values_of("--x", argument).bytes<2>("--x").value(),
              (std::array<std::uint8_t, 2>{0x00, 0x11}));
}

TEST_F(ValuesFromFile, AnyKindOfValueMayComeFromAFile)
{
    EXPECT_EQ(values_of("--x", write("0x10\n")).number("--x", 0, 99).value(), 16U);
    EXPECT_EQ(values_of("--x", write("123456\n")).digits("--x", 6, 6).value(), "123456");
    EXPECT_EQ(values_of("--x", write("final\n")).choice<int>("--x", {{"final", 7}}).value(), 7);
    EXPECT_EQ(values_of("PDU", write("")).hex("PDU").value().size(), 0U);
    EXPECT_EQ(values_of("PDU", write("  \n ")).hex("PDU").value().size(), 0U);
}

TEST_F(ValuesFromFile, WhiteSpaceOrZeroBytesInsideAreRefused)
{
    EXPECT_THAT(refusal(values_of("--x", write("00 11")).bytes<2>("--x")),
                HasSubstr("character 3 is not a hex digit"));
    using namespace std::string_view_literals;
    EXPECT_THAT(refusal(values_of("--x", write("00\00011"sv)).bytes<2>("--x")),
                HasSubstr("character 3 is not a hex digit"));
}

TEST_F(ValuesFromFile, SizeIsLimited)
{
    std::string content(kMaxFileBytes, '0');
    EXPECT_EQ(values_of("PDU", write(content)).hex("PDU").value().size(), kMaxFileBytes / 2);
    EXPECT_EQ(refusal(values_of("PDU", write(content + '0')).hex("PDU")),
              "PDU: its file has more than 65536 bytes");
    EXPECT_THAT(refusal(values_of("PDU", "@/dev/zero").hex("PDU")), HasSubstr("more than 65536"));
}

TEST_F(ValuesFromFile, UnreadableFilesAreErrorsOfTheOption)
{
    EXPECT_EQ(refusal(values_of("--x", "@/nonexistent/key").bytes<2>("--x")),
              "--x: cannot open its file: No such file or directory");
    EXPECT_EQ(refusal(values_of("--x", "@/").bytes<2>("--x")),
              "--x: cannot read its file: Is a directory");
    EXPECT_EQ(refusal(values_of("--x", "@").bytes<2>("--x")),
              "--x: cannot open its file: No such file or directory");
}

/// A pipe that holds `content` and has no writer any more.
class Pipe {
  public:
    explicit Pipe(std::string_view content)
    {
        EXPECT_EQ(::pipe(ends_), 0);
        EXPECT_EQ(::write(ends_[1], content.data(), content.size()),
                  static_cast<ssize_t>(content.size()));
        ::close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() { ::close(ends_[0]); }
    [[nodiscard]] int fd() const { return ends_[0]; }

  private:
    int ends_[2] = {-1, -1};
};

TEST(ValuesFromStandardInput, OneValueMayComeFromThere)
{
    const Pipe pipe{"0011\n"};
    Arguments arguments;
    arguments.texts = {{"--msk", "-"}, {"--akid", "-"}};
    Values values{std::move(arguments), pipe.fd()};
    EXPECT_TRUE(values.bytes<2>("--msk"));
    EXPECT_EQ(refusal(values.bytes<2>("--akid")),
              "--akid: '-' can be used once, and --msk has read standard input");
}

TEST(ValuesFromStandardInput, ClosedIsAnErrorOfTheOption)
{
    EXPECT_EQ(refusal(values_of("--msk", "-", -1).bytes<2>("--msk")),
              "--msk: cannot read standard input: Bad file descriptor");
}

TEST(ValuesCombinations, ExactlyOne)
{
    const auto check = [](std::initializer_list<std::string_view> given) {
        Arguments arguments;
        for (const std::string_view name : given)
            arguments.texts.emplace(name, "0");
        const Values values{std::move(arguments), -1};
        return values.exactly_one_of({"--msk", "--pmk", "--pmk-mzone"});
    };
    EXPECT_EQ(check({"--pmk"}).value(), "--pmk");
    EXPECT_EQ(refusal(check({})), "--msk: exactly one of --msk, --pmk, --pmk-mzone is required");
    EXPECT_EQ(refusal(check({"--msk", "--pmk-mzone"})),
              "--pmk-mzone: cannot be given together with --msk");
}

TEST(ValuesCombinations, BothOrNeither)
{
    const auto check = [](std::initializer_list<std::string_view> given) {
        Arguments arguments;
        for (const std::string_view name : given)
            arguments.texts.emplace(name, "0");
        const Values values{std::move(arguments), -1};
        return values.both_or_neither("--said", "--tek-index");
    };
    EXPECT_FALSE(check({}).value());
    EXPECT_TRUE(check({"--said", "--tek-index"}).value());
    EXPECT_EQ(refusal(check({"--said"})), "--tek-index: it is required together with --said");
    EXPECT_EQ(refusal(check({"--tek-index"})), "--said: it is required together with --tek-index");
}

} // namespace
} // namespace aaigw::ctl
