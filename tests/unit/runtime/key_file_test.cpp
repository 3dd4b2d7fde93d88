// Keys in files: read when only their owner may read them, refused otherwise with what to do.
#include "control/runtime/key_file.h"
#include "tests/unit/runtime/temporary_folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

namespace aaigw::runtime {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kDigits = "000102030405060708090a0b0C0D0E0F";

std::string error_of(const std::string& path, KeyFileRule rule = KeyFileRule::owner_only)
{
    const auto key = read_key(path, rule);
    return key ? "" : key.error().message;
}

TEST(KeyFile, IsHexDigitsWithWhiteSpaceAround)
{
    const TemporaryFolder folder;
    const std::array<std::uint8_t, 16> expected{0, 1, 2,  3,  4,  5,  6,  7,
                                                8, 9, 10, 11, 12, 13, 14, 15};
    for (const std::string& text : {std::string{kDigits}, std::string{kDigits} + "\n",
                                    " \t\r\n" + std::string{kDigits} + "\r\n"}) {
        const auto key = read_key(folder.write("key", text), KeyFileRule::owner_only);
        ASSERT_TRUE(key) << key.error().message;
        EXPECT_THAT(key->expose(), ElementsAreArray(expected));
    }
}

TEST(KeyFile, OfAnyOtherContentIsRefusedWithoutQuotingIt)
{
    const TemporaryFolder folder;
    const std::string digits{kDigits};
    for (const std::string& text :
         {std::string{}, std::string{"\n"}, digits.substr(2), digits + "10", digits.substr(1) + "g",
          "0x" + digits, digits.substr(0, 16) + " " + digits.substr(16), std::string(300, '0')}) {
        const std::string path = folder.write("key", text);
        EXPECT_EQ(error_of(path), "key file " + path + ": expected 32 hex digits") << text;
    }
}

TEST(KeyFile, OfOthersIsRefusedOutsideALab)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("key", std::string{kDigits});
    for (const unsigned mode : {0640U, 0620U, 0604U, 0602U, 0601U}) {
        fs::permissions(path, fs::perms{mode});
        EXPECT_THAT(error_of(path), HasSubstr("group or others have access to it")) << mode;
        EXPECT_EQ(error_of(path, KeyFileRule::any_may_read), "") << mode;
    }
    fs::permissions(path, fs::perms{0400});
    EXPECT_EQ(error_of(path), "");
}

TEST(KeyFile, ThatIsNoFileIsRefusedAtOnce)
{
    const TemporaryFolder folder;
    EXPECT_THAT(error_of(folder.file("none")), HasSubstr("No such file"));
    fs::create_directory(folder.file("folder"));
    EXPECT_THAT(error_of(folder.file("folder")), HasSubstr("it is not a file"));
    ASSERT_EQ(::mkfifo(folder.file("fifo").c_str(), 0600), 0);
    EXPECT_THAT(error_of(folder.file("fifo")), HasSubstr("it is not a file"));
}

} // namespace
} // namespace aaigw::runtime
