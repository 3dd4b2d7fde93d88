// The command line: what it takes, how it says no, and that it never quotes a value.
#include "control/ctl/command_line.h"
#include "control/ctl/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aaigw::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kKey = "00112233445566778899aabbccddeeff";

Result<Request> parse(std::vector<const char*> words)
{
    words.insert(words.begin(), "aaigwctl");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

std::string refusal(std::vector<const char*> words)
{
    const auto request = parse(std::move(words));
    if (request)
        return "not refused";
    EXPECT_EQ(request.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(request.error().message, AllOf(Not(HasSubstr("\n")), Not(HasSubstr("112233"))));
    return request.error().message;
}

std::string information(std::vector<const char*> words)
{
    const auto request = parse(std::move(words));
    if (!request || !std::holds_alternative<Information>(*request))
        return "no information";
    return std::get<Information>(*request).text;
}

TEST(CommandLine, GivesTheCommandAndItsArguments)
{
    const auto request = parse({"pdu", "unprotect", "mzone", "--tek", kKey, "--stid=-", "--ctr",
                                "--engine", "openssl", "@pdu.hex"});
    ASSERT_TRUE(request) << request.error().message;
    const auto& [command, arguments] = std::get<Invocation>(*request);
    EXPECT_EQ(command, &kPduUnprotectMzone);
    EXPECT_THAT(arguments.texts,
                testing::ElementsAre(testing::Pair("--ctr", ""),
                                     testing::Pair("--engine", "openssl"),
                                     testing::Pair("--stid", "-"), testing::Pair("--tek", kKey),
                                     testing::Pair("PDU", "@pdu.hex")));
}

TEST(CommandLine, ValuesMayBeADashOrEmptyOrNamedLikeACommand)
{
    for (const char* value : {"-", "", "lzone", "pdu", "-5"}) {
        const auto request = parse({"pdu", "unprotect", "lzone", "--tek", "-", value});
        ASSERT_TRUE(request) << value << ": " << request.error().message;
        EXPECT_EQ(std::get<Invocation>(*request).arguments.texts.at("PDU"), value);
    }
}

TEST(CommandLine, DoubleDashEndsTheOptions)
{
    const auto request = parse({"pdu", "unprotect", "lzone", "--tek", "-", "--", "--x"});
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(std::get<Invocation>(*request).arguments.texts.at("PDU"), "--x");
}

TEST(CommandLine, EngineMayStandAtEachLevelButOnce)
{
    for (const auto& words : {std::vector<const char*>{"--engine", "openssl", "pdu", "unprotect",
                                                       "lzone", "--tek", "-", "00"},
                              std::vector<const char*>{"pdu", "--engine=openssl", "unprotect",
                                                       "lzone", "--tek", "-", "00"},
                              std::vector<const char*>{"pdu", "unprotect", "lzone", "--tek", "-",
                                                       "00", "--engine", "openssl"}}) {
        const auto request = parse(words);
        ASSERT_TRUE(request) << request.error().message;
        EXPECT_EQ(std::get<Invocation>(*request).arguments.texts.at("--engine"), "openssl");
    }
    EXPECT_EQ(refusal({"--engine", "openssl", "pdu", "unprotect", "lzone", "--tek", "-", "00",
                       "--engine", "openssl"}),
              "--engine: given more than once");
}

TEST(CommandLine, NamesWhatIsMissing)
{
    EXPECT_EQ(refusal({"pdu", "unprotect", "mzone", "--tek", kKey}),
              "--stid, PDU: required, but not given");
    EXPECT_EQ(refusal({"pdu", "unprotect", "mzone", "--tek"}), "--tek: its value is missing");
    EXPECT_EQ(refusal({"pdu", "unprotect", "mzone", "--tek="}), "--tek: its value is empty");
    EXPECT_EQ(refusal({"pdu", "unprotect", "mzone", "--tek=", kKey}), "--tek: its value is empty");
}

TEST(CommandLine, NamesWhatIsTooMuch)
{
    EXPECT_EQ(refusal({"pdu", "unprotect", "lzone", "--tek", kKey, "00", "--tek", kKey}),
              "--tek: given more than once");
    EXPECT_EQ(refusal({"pdu", "unprotect", "lzone", "--tek", kKey, "00", kKey}),
              "argument 7 belongs to no option (not shown: it may be a key)");
    EXPECT_EQ(
        refusal({"pdu", "unprotect", "mzone", "--tek", kKey, "--stid", "1", "--ctr=true", "00"}),
        "--ctr: it takes no value");
    EXPECT_EQ(
        refusal({"pdu", "unprotect", "mzone", "--tek", kKey, "--stid", "1", "--ctr=false", "00"}),
        "--ctr: it takes no value");
}

TEST(CommandLine, SuggestsTheOptionThatWasMeant)
{
    const std::string with_value = std::string{"--tke="} + kKey;
    EXPECT_EQ(refusal({"pdu", "unprotect", "lzone", with_value.c_str(), "00"}),
              "--tke: unknown option; did you mean --tek?");
    EXPECT_EQ(refusal({"pdu", "unprotect", "lzone", "--tke", kKey, "00"}),
              "--tke: unknown option; did you mean --tek?");
    EXPECT_EQ(refusal({"pdu", "unprotect", "lzone", "--no-such-option", "--tek", kKey, "00"}),
              "--no-such-option: unknown option");
}

TEST(CommandLine, AKeyThatHangsOnAnOptionIsNotShown)
{
    for (const std::string_view prefix : {"-k", "--tek", "--", "-t", "--nonce"}) {
        const std::string word = std::string{prefix} + kKey;
        refusal({"pdu", "unprotect", "lzone", word.c_str(), "00"});
        refusal({"pdu", word.c_str(), "unprotect", "lzone", "00"});
        refusal({word.c_str()});
        refusal({(word + '=').c_str()});
        refusal({word.substr(0, prefix.size() + 16).c_str()}); // as long as a nonce
    }
}

TEST(CommandLine, NamesTheCommandsToChooseFrom)
{
    EXPECT_EQ(refusal({}), "a command is missing; expected derive or pdu or config or version or "
                           "health or counters or verdicts or stages or ports or state");
    EXPECT_EQ(refusal({"derive"}),
              "derive: a command is missing; expected mzone or lzone or mis or eps");
    EXPECT_EQ(refusal({"derive", kKey}),
              "derive: unknown command; expected mzone or lzone or mis or eps");
    EXPECT_EQ(refusal({"derive", "mzon"}), "derive: unknown command; did you mean mzone?");
    EXPECT_EQ(refusal({"pdu", "protekt", "mzone"}), "pdu: unknown command; did you mean protect?");
}

TEST(CommandLine, HelpOfEachCommandDescribesEachParameter)
{
    for (const Command* command : commands()) {
        std::vector<std::string> words;
        std::string word;
        for (std::istringstream path{std::string{command->path}}; path >> word;)
            words.push_back(word);
        std::vector<const char*> argv;
        for (const std::string& path_word : words)
            argv.push_back(path_word.c_str());
        argv.push_back("--help");

        const std::string help = information(argv);
        EXPECT_THAT(help, HasSubstr(std::string{command->description}));
        for (const Parameter& parameter : command->parameters) {
            EXPECT_THAT(help, HasSubstr(std::string{parameter.name}));
            EXPECT_THAT(help, HasSubstr(std::string{parameter.description}));
        }
    }
}

TEST(CommandLine, HelpAndVersionWorkAtEachLevel)
{
    EXPECT_THAT(information({"--help"}), AllOf(HasSubstr("derive"), HasSubstr("Exit status")));
    EXPECT_THAT(information({"pdu", "-h"}), HasSubstr("unprotect"));
    EXPECT_THAT(information({"pdu", "cmac", "--help"}), HasSubstr("lzone"));
    for (const auto& words :
         {std::vector<const char*>{"--version"}, std::vector<const char*>{"derive", "--version"},
          std::vector<const char*>{"derive", "eps", "--version"}})
        EXPECT_EQ(information(words), "aaigwctl 0.1.0\n");
}

} // namespace
} // namespace aaigw::ctl
