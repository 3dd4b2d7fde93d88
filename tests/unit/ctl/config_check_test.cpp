// config check: every problem with its place, and nothing but that.
#include "control/ctl/command_line.h"
#include "control/ctl/commands.h"
#include "tests/unit/runtime/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace aaigw::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kGood = R"(
ports:
  - {name: access, device: net_null0, address: 192.0.2.1/24}
  - {name: core, device: net_null1, address: 198.51.100.1/24}
sectors:
  - {index: 0, absid: 02:00:00:00:aa:00}
core_peers:
  - {name: core0, address: 198.51.100.2}
)";

Result<std::string> check(const std::string& path, bool as_json = false)
{
    Arguments arguments;
    arguments.texts.emplace("FILE", path);
    if (as_json)
        arguments.texts.emplace("--json", "");
    Values values{std::move(arguments), -1};
    TRY(const Output output, kConfigCheck.run(values));
    return output.printed();
}

TEST(ConfigCheck, SaysWhatAGoodOneHas)
{
    const runtime::TemporaryFolder folder;
    const auto text = check(folder.write("good.yaml", std::string{kGood}));
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(*text, "2 ports, 1 workers, 1 sectors, 1 core peers, 0 static stations: no problem "
                     "found\n");
    EXPECT_EQ(nlohmann::json::parse(*check(folder.file("good.yaml"), true)),
              nlohmann::json::parse(R"({"ok": true, "problems": []})"));
}

TEST(ConfigCheck, TellsAllThatIsWrongWithItsPlaceAndNoValue)
{
    const runtime::TemporaryFolder folder;
    const std::string path =
        folder.write("bad.yaml", std::string{kGood} +
                                     "gatway: deadbeef\nworkers: {stall_alarm_ms: 987654321}\n");
    const auto text = check(path);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(text.error().message,
                AllOf(HasSubstr(path + ":9:"), HasSubstr("\n" + path + ":10:"),
                      Not(HasSubstr("deadbeef")), Not(HasSubstr("987654321"))));
    const auto json = check(path, true);
    ASSERT_TRUE(json);
    const auto document = nlohmann::json::parse(*json);
    EXPECT_EQ(document["ok"], false);
    EXPECT_EQ(document["problems"][0]["line"], 9);
    EXPECT_EQ(document["problems"][1]["line"], 10);
}

TEST(ConfigCheck, WhatCannotBeReadIsNotQuoted)
{
    const runtime::TemporaryFolder folder;
    for (const std::string& path :
         {folder.file("00112233445566778899aabbccddeeff"), std::string{}}) {
        const auto text = check(path);
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(text.error().message, AllOf(HasSubstr("FILE: "), Not(HasSubstr("0011"))));
    }
    const auto text = check(folder.write("long", std::string(std::size_t{5} << 20, ' ')));
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message, HasSubstr("more than"));
}

} // namespace
} // namespace aaigw::ctl
