// The key log: one line a key, in the order in which keys come and go, and never without being asked for.
#include "control/runtime/key_log.h"
#include "tests/doubles/recording_installer.h"
#include "tests/unit/runtime/temporary_folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <regex>
#include <vector>

namespace aaigw::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::array<std::uint8_t, 16> kTek{0xa0, 1, 2,  3,  4,  5,  6,  7,
                                            8,    9, 10, 11, 12, 13, 14, 15};
constexpr std::array<std::uint8_t, 16> kCmac{0xc0, 1, 2,  3,  4,  5,  6,  7,
                                             8,    9, 10, 11, 12, 13, 14, 15};
constexpr std::string_view kTekText = "a00102030405060708090a0b0c0d0e0f";

class KeyLogTest : public testing::Test {
  protected:
    void SetUp() override
    {
        auto opened = KeyLog::open(path_, behind_);
        ASSERT_TRUE(opened) << opened.error().message;
        log_.emplace(std::move(*opened));
    }

    /// Without their times, which are checked here.
    std::vector<std::string> lines() const
    {
        std::vector<std::string> all;
        const std::string text = TemporaryFolder::read(path_);
        const std::regex form{R"((\d{10,}\.\d{6}) ([^\n]*)\n)"};
        std::size_t length = 0;
        for (std::sregex_iterator at{text.begin(), text.end(), form}, end; at != end; ++at) {
            all.push_back((*at)[2]);
            length += static_cast<std::size_t>(at->length());
        }
        EXPECT_EQ(length, text.size());
        return all;
    }

    sa::StationRef add_station()
    {
        return *log_->add_station({.sector = 2,
                                   .stid = Stid::from_field(291),
                                   .cids = sa::ManagementCids{.basic = Cid::from_field(5),
                                                              .primary = Cid::from_field(6)}});
    }

    TemporaryFolder folder_;
    std::string path_ = folder_.file("keys");
    sa::doubles::RecordingInstaller behind_;
    std::optional<KeyLog> log_;
};

sa::ContextSpec context()
{
    const sa::PnLimits limits{.first = 1, .soft = 2, .hard = 3, .ceiling = 3};
    return {.zone = pdu::Zone::mzone,
            .ak_sn = AkSn::from_field(9),
            .cmac = sa::CmacSpec{.key = kCmac, .akid = {1, 2, 3, 4, 5, 6, 7, 8}},
            .sas = {{.said = 1,
                     .teks = {
                         {.eks = Eks::from_field(0), .key = kTek, .send = limits},
                         {.eks = Eks::from_field(1), .key = kTek, .send = limits, .receive = false},
                         {.eks = Eks::from_field(2), .key = kTek}}}}};
}

TEST_F(KeyLogTest, HasALineForEachKeyOfAContext)
{
    const sa::StationRef station = add_station();
    ASSERT_TRUE(log_->install_context(station, context()));
    const std::string start = "installed station=" + std::to_string(station.index) +
                              ".1 sector=2 stid=291 cid=5 context=1 zone=mzone ";
    EXPECT_THAT(
        lines(),
        ElementsAre(start + "pmk_sn=9 akid=0102030405060708 cmac=c00102030405060708090a0b0c0d0e0f",
                    start + "said=1 eks=0 use=both tek=" + std::string{kTekText},
                    start + "said=1 eks=1 use=downlink tek=" + std::string{kTekText},
                    start + "said=1 eks=2 use=uplink tek=" + std::string{kTekText}));
    EXPECT_THAT(behind_.calls_of<sa::doubles::InstallContext>(), SizeIs(1));
}

TEST_F(KeyLogTest, HasALineForEachKeyThatComesAndGoesLater)
{
    const sa::StationRef station = add_station();
    const auto ref = log_->install_context(station, {.zone = pdu::Zone::lzone, .ak_sn = {}});
    ASSERT_TRUE(ref);
    ASSERT_TRUE(log_->install_tek(*ref, 7, {.eks = Eks::from_field(3), .key = kTek}));
    ASSERT_TRUE(log_->retire_tek(*ref, 7, Eks::from_field(3)));
    ASSERT_TRUE(log_->retire_context(*ref));
    ASSERT_TRUE(log_->remove_station(station));
    const std::string who =
        " station=" + std::to_string(station.index) + ".1 sector=2 stid=291 cid=5";
    EXPECT_THAT(
        lines(),
        ElementsAre("installed" + who + " context=1 zone=lzone said=7 eks=3 use=uplink tek=" +
                        std::string{kTekText},
                    "retired" + who + " context=1 zone=lzone said=7 eks=3",
                    "retired" + who + " context=1 zone=lzone", "removed" + who + " context=0"));
}

TEST_F(KeyLogTest, SaysNothingOfWhatWasRefused)
{
    const sa::StationRef station = add_station();
    behind_.fail_later({ErrorCode::unavailable, "full"});
    const auto refused = log_->install_context(station, context());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "full");
    EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(KeyLogTest, IsForItsOwnerOnly)
{
    EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms{0600});
    std::filesystem::create_symlink(path_, folder_.file("link"));
    EXPECT_FALSE(KeyLog::open(folder_.file("link"), behind_));
    EXPECT_FALSE(KeyLog::open(folder_.file("none") + "/keys", behind_));
}

} // namespace
} // namespace aaigw::runtime
