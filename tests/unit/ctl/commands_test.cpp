// Each command from its command line to its JSON: keys in the contract's order, and refusals of what it cannot do.
#include "control/ctl/command_line.h"
#include "control/ctl/commands.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace aaigw::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMsk =
    "d15887db8e5c55502cf7e518c621aa87be93c4941909f8538c49f75e2ea40861"
    "a190fd3ad8fc3039af5572ddf43ce2ccb56bf2f1862c2aac724c20db437d62ad";
constexpr std::string_view kTek = "d50e18a844ac5bf38e4cd72d9b0942e5";

/// Runs the words of `line` with the reference engine.
Result<Json> run(std::string line)
{
    line = "aaigwctl " + line + " --engine openssl";
    std::vector<std::string> words;
    std::istringstream stream{line};
    for (std::string word; stream >> word;)
        words.push_back(word == "EMPTY" ? std::string{} : word);
    std::vector<const char*> argv;
    for (const std::string& word : words)
        argv.push_back(word.c_str());

    TRY(Request request, parse_command_line(static_cast<int>(argv.size()), argv.data()));
    auto& [command, arguments] = std::get<Invocation>(request);
    Values values{std::move(arguments), -1};
    TRY(const Output output, command->run(values));
    return Json::parse(output.json());
}

std::string keys(const std::string& line)
{
    const auto json = run(line);
    if (!json)
        return json.error().message;
    std::string names;
    for (const auto& [name, value] : json->items())
        names += (names.empty() ? "" : " ") + name;
    return names;
}

Error refusal(const std::string& line)
{
    auto json = run(line);
    return json ? Error{ErrorCode::io, "not refused"} : json.error();
}

std::string derive_mzone(std::string_view profile, std::string_view counter_tek)
{
    return fmt::format(
        "derive mzone --profile {} --msk {} --nonce-ams 1112131415161718 --nonce-abs "
        "0102030405060708 --amsid 00:ed:04:a5:10:5b --absid 00:00:bb:02:00:03 "
        "--count 0 --ak-sn 0 --said 1 --counter-tek {}",
        profile, kMsk, counter_tek);
}

std::string derive_lzone(std::string_view rest)
{
    return fmt::format(
        "derive lzone --msid 00ed04a5105b --bsid 0000bb020003 --count 0 --ak-sn 0 {}", rest);
}

std::string derive_eps(std::string_view rest)
{
    return "derive eps --direction handover --nas-count 7 --kasme "
           "d5ef4d8f33266902295d42f322a2f2cf11fb2ccc124c09b4d88d361597037990 " +
           std::string{rest};
}

std::string derive_mis(std::string_view suite)
{
    return "derive mis --k 202122232425262728292a2b2c2d2e2f --nonce-t "
           "000102030405060708090a0b0c0d0e0f --nonce-n 101112131415161718191a1b1c1d1e1f --suite " +
           std::string{suite};
}

TEST(Commands, KeysComeInTheOrderOfTheContract)
{
    EXPECT_EQ(keys(derive_mzone("draft", "0")),
              "pmk amsid_star ak akid cmac_key_u cmac_key_d tek eks");
    EXPECT_EQ(keys(derive_mzone("final", "0")),
              "pmk amsid_star ak akid cmac_tek_prekey cmac_key_u cmac_key_d tek eks");
    EXPECT_EQ(keys(derive_lzone("--msk " + std::string{kMsk})),
              "pmk ak akid cmac_prekey_u cmac_prekey_d kek cmac_key_u cmac_key_d");
    EXPECT_EQ(keys(derive_lzone("--said 1 --tek-index 0 --msk " + std::string{kMsk})),
              "pmk ak akid cmac_prekey_u cmac_prekey_d kek cmac_key_u cmac_key_d seamless_tek");
    EXPECT_EQ(keys(derive_mis("4")), "miak miik miek");
    EXPECT_EQ(keys(derive_eps("")), "kasme_prime knas_enc knas_int kenb");
    EXPECT_EQ(keys(derive_eps("--imsi 001010123456789 --index 1")),
              "kasme_prime knas_enc knas_int kenb kcv");
    EXPECT_EQ(keys("pdu unprotect lzone --tek d50e18a844ac5bf38e4cd72d9b0942e5 "
                   "40401a06c45abcf65721e75536c827a8d71b432ca548cbb65f48"),
              "cid eks pn payload");
    EXPECT_EQ(keys("pdu cmac lzone --key 592b6b91bb6188a48b0babf03e25c52a --akid 5d29f4aa09e8d4d7 "
                   "--cmac-pn 1 --cid 0x0123 0411223344556677"),
              "cmac");
}

TEST(Commands, EksIsTheCounterModuloFour)
{
    EXPECT_EQ(run(derive_mzone("draft", "7")).value()["eks"], 3);
    EXPECT_EQ(run(derive_mzone("final", "0xfffc")).value()["eks"], 0);
}

TEST(Commands, PmkIsTheEndOfTheMskOrPmkLzone)
{
    const std::string pmk = "f43ce2ccb56bf2f1862c2aac724c20db437d62ad";
    const Json from_msk = run(derive_lzone("--msk " + std::string{kMsk})).value();
    EXPECT_EQ(from_msk["pmk"], pmk);
    EXPECT_EQ(from_msk["akid"], "c056432d94074994"); // published, see tests/unit/crypto
    EXPECT_EQ(run(derive_lzone("--pmk " + pmk)).value(), from_msk);
    EXPECT_NE(run(derive_lzone("--pmk-mzone " + pmk)).value()["pmk"], pmk);
}

TEST(Commands, AKeyThatASuiteDoesNotHaveIsEmpty)
{
    EXPECT_EQ(run(derive_mis("4")).value()["miik"], "");
    EXPECT_EQ(run(derive_mis("2")).value()["miek"], "");
    EXPECT_EQ(run(derive_mis("1")).value()["miik"].get<std::string>().size(), 40U);
}

TEST(Commands, EpsAlgorithmsAreAesUnlessSaid)
{
    EXPECT_EQ(run(derive_eps("")).value(), run(derive_eps("--eea 2 --eia 2")).value());
    EXPECT_NE(run(derive_eps("")).value()["knas_enc"],
              run(derive_eps("--eea 1")).value()["knas_enc"]);
    EXPECT_EQ(run(derive_eps("")).value()["knas_int"],
              run(derive_eps("--eea 1")).value()["knas_int"]);
}

std::string protect_mzone(std::string_view rest)
{
    return fmt::format("pdu protect mzone --tek {} --stid 0x123 --eks 3 --pn 0x200001 {}", kTek,
                       rest);
}

TEST(Commands, MzonePdusComeBackFromUnprotect)
{
    for (const std::string mode : {"", "--icv 4", "--icv 0x8", "--ctr"}) {
        for (const std::string payload : {"EMPTY", "00", "000102030405060708090a0b0c0d0e0f1011"}) {
            const auto built = run(protect_mzone(mode + " --fid 5 " + payload));
            ASSERT_TRUE(built) << built.error().message;
            const Json back = run(fmt::format("pdu unprotect mzone --tek {} --stid 0x123 {} {}",
                                              kTek, mode, built.value()["pdu"].get<std::string>()))
                                  .value();
            EXPECT_EQ(back, (Json{{"fid", 5},
                                  {"eks", 3},
                                  {"pn", 0x200001},
                                  {"payload", payload == "EMPTY" ? "" : payload}}));
        }
    }
}

TEST(Commands, ProtectRefusesWhatNoPduCanCarry)
{
    EXPECT_EQ(refusal(protect_mzone("--fid 2 00")).message,
              "--fid: 2 is the signaling header, which carries no payload");
    EXPECT_EQ(refusal(protect_mzone("--fid 4 --ctr --icv 8 00")).message,
              "--icv: cannot be given together with --ctr, which has no ICV");
    EXPECT_EQ(refusal(protect_mzone("--fid 4 --icv 6 00")).message,
              "--icv: not a size of an ICV; expected 4 or 8");
    const auto bytes = [](std::size_t count) { return std::string(2 * count, '0'); };
    EXPECT_TRUE(run(protect_mzone("--fid 4 " + bytes(2034))));
    const Error error = refusal(protect_mzone("--fid 4 " + bytes(2035)));
    EXPECT_EQ(error.code, ErrorCode::invalid_argument);
    EXPECT_EQ(error.message, "PAYLOAD: it has 2035 bytes; the length field allows 2034");
    EXPECT_FALSE(run(protect_mzone("--fid 4 --icv 4 " + bytes(2039))));
    EXPECT_TRUE(run(protect_mzone("--fid 4 --icv 4 " + bytes(2038))));
    EXPECT_TRUE(run(protect_mzone("--fid 4 --ctr " + bytes(2042))));
    EXPECT_FALSE(run(protect_mzone("--fid 4 --ctr " + bytes(2043))));
}

TEST(Commands, UnprotectTellsBadInputFromAFailedCheck)
{
    const std::string mzone = fmt::format("pdu unprotect mzone --tek {} --stid 1 ", kTek);
    EXPECT_EQ(refusal(mzone + std::string(24, '0')).code, ErrorCode::invalid_argument);
    EXPECT_EQ(refusal(mzone + std::string(26, '0')).message,
              "PDU: the length field and the number of bytes differ");
    EXPECT_EQ(refusal(mzone + "400d" + std::string(22, '0')).code, ErrorCode::verification_failed);
    EXPECT_EQ(refusal(mzone + "200d" + std::string(22, '0')).message,
              "PDU: is a signaling header, which has no payload");

    const std::string lzone = fmt::format("pdu unprotect lzone --tek {} ", kTek);
    EXPECT_EQ(refusal(lzone + std::string(34, '0')).code, ErrorCode::invalid_argument);
    EXPECT_EQ(refusal(lzone + std::string(36, 'f')).code, ErrorCode::malformed);
}

TEST(Commands, LzoneTakesACrcOfEitherForm)
{
    const std::string line = fmt::format(
        "pdu unprotect lzone --tek {} 40401a06c45abcf65721e75536c827a8d71b432ca548", kTek);
    for (const std::string crc : {"cbb65f48", "1bd1ba21"})
        EXPECT_EQ(run(line + crc).value()["payload"], "00010203");
    EXPECT_EQ(refusal(line + "00000000").message, "PDU: the CRC-32 does not match");
}

} // namespace
} // namespace aaigw::ctl
