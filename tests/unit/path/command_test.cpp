// What the control thread sends: messages to stations in clear and protected, frames of its own, and where a station is.
#include "tests/unit/path/path_testing.h"

#include <algorithm>
#include <memory>

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using doubles::must;
using pdu::Zone;

class Commands : public testing::Test {
  protected:
    Commands() : command_{std::make_unique<Command>()} {}

    Command& message_to(const FarStation& far, Zone zone, Bytes message)
    {
        *command_ = {};
        command_->kind = CommandKind::control_pdu;
        command_->zone = zone;
        command_->station = far.ref;
        command_->cid = far.cids.basic;
        command_->length = static_cast<std::uint16_t>(message.size());
        std::ranges::copy(message, command_->message.begin());
        return *command_;
    }
    Outcome run(const Command& command) { return rig_.command(command); }

    PathRig rig_;
    FarStation far_{7};
    std::unique_ptr<Command> command_;
    Buffer text_ = pattern(50);
};

TEST_F(Commands, FrameIsSentAsItIs)
{
    command_->kind = CommandKind::frame;
    command_->port = kCorePort;
    command_->length = 60;
    std::ranges::copy(pattern(60), command_->message.begin());
    const auto done = run(*command_);
    EXPECT_EQ(done.verdicts(), (Verdicts{Verdict::forwarded}));
    EXPECT_EQ(done.sent(kCorePort), (Frames{pattern(60)}));
    EXPECT_EQ(rig_.stats().commanded.value(), 1U);
}

TEST_F(Commands, ClearMessagesGoOutInBothZones)
{
    far_.add_to(rig_);
    rig_.set_frame_number(9);
    const auto mzone = run(message_to(far_, Zone::mzone, text_));
    EXPECT_EQ(mzone.sent(kAccessPort),
              (Frames{far_.expected_frame(Zone::mzone, far_.stid.value(),
                                          clear_mzone(pdu::kClearControlFid, text_), 9)}));
    const auto lzone = run(message_to(far_, Zone::lzone, text_));
    EXPECT_EQ(lzone.sent(kAccessPort),
              (Frames{far_.expected_frame(Zone::lzone, far_.cids.basic.value(),
                                          clear_lzone(far_.cids.basic, text_), 9)}));
    EXPECT_EQ(far_.counters_in(rig_, Zone::mzone).next_pn, 1U);
}

TEST_F(Commands, ProtectedMessageTakesAPnInTheMzone)
{
    far_.add_to(rig_);
    Command& command = message_to(far_, Zone::mzone, text_);
    command.fid = pdu::kEncryptedControlFid.value();
    const Buffer pdu =
        protect_mzone(far_.mzone, far_.stid, {.fid = pdu::kEncryptedControlFid, .pn = 1}, text_);
    EXPECT_EQ(run(command).sent(kAccessPort),
              (Frames{far_.expected_frame(Zone::mzone, far_.stid.value(), pdu)}));
    EXPECT_EQ(far_.counters_in(rig_, Zone::mzone).next_pn, 2U);
}

TEST_F(Commands, ProtectedMessageTakesAPnInTheLzone)
{
    far_.add_to(rig_, Zone::lzone);
    Command& command = message_to(far_, Zone::lzone, text_);
    command.is_protected = true;
    command.cid = *far_.cids.secondary;
    const Buffer pdu = protect_lzone(far_.lzone, {.cid = *far_.cids.secondary, .pn = 1}, text_);
    EXPECT_EQ(run(command).sent(kAccessPort),
              (Frames{far_.expected_frame(Zone::lzone, far_.cids.secondary->value(), pdu)}));
    EXPECT_EQ(far_.counters_in(rig_, Zone::lzone).next_pn, 2U);
}

TEST_F(Commands, ProtectedMessageNeedsTheKeyOfItsZone)
{
    far_.add_to(rig_, Zone::lzone);
    Command& command = message_to(far_, Zone::mzone, text_);
    command.fid = pdu::kEncryptedControlFid.value();
    EXPECT_EQ(run(command).verdicts(), (Verdicts{Verdict::drop_no_key}));
}

TEST_F(Commands, StationHasToBeThereAndSomewhere)
{
    far_.add_to(rig_);
    must(rig_.tables().place_station(far_.ref, {}));
    EXPECT_EQ(run(message_to(far_, Zone::mzone, text_)).verdicts(),
              (Verdicts{Verdict::drop_no_address}));
    must(rig_.tables().place_station(far_.ref, {.ip = far_.host.ip, .mac = far_.host.mac}));
    must(rig_.tables().remove_station(far_.ref));
    // Gone, but its place not yet free; then another station's.
    EXPECT_EQ(run(message_to(far_, Zone::mzone, text_)).verdicts(),
              (Verdicts{Verdict::drop_unknown_station}));
    rig_.reclaimer().end_grace_period();
    FarStation next{8};
    next.add_to(rig_);
    ASSERT_EQ(next.ref.index, far_.ref.index);
    EXPECT_EQ(run(message_to(far_, Zone::mzone, text_)).verdicts(),
              (Verdicts{Verdict::drop_unknown_station}));
    EXPECT_EQ(run(message_to(next, Zone::mzone, text_)).verdicts(), (Verdicts{Verdict::forwarded}));
}

TEST_F(Commands, MessagesFitToTheByte)
{
    far_.add_to(rig_);
    // 44 bytes of headers, then the PDU.
    const auto verdict_of = [&](Zone zone, std::size_t bytes) {
        return run(message_to(far_, zone, pattern(bytes))).verdicts().at(0);
    };
    EXPECT_EQ(verdict_of(Zone::mzone, 1500 - 44 - 2), Verdict::forwarded);
    EXPECT_EQ(verdict_of(Zone::mzone, 1500 - 44 - 1), Verdict::drop_too_big);
    EXPECT_EQ(verdict_of(Zone::lzone, 1500 - 44 - 6), Verdict::forwarded);
    EXPECT_EQ(verdict_of(Zone::lzone, 1500 - 44 - 5), Verdict::drop_too_big);
    rig_.links().ports[kAccessPort].mtu = 9000;
    EXPECT_EQ(verdict_of(Zone::mzone, 2047 - 2), Verdict::forwarded);
    EXPECT_EQ(verdict_of(Zone::mzone, 2047 - 1), Verdict::drop_too_big);
    EXPECT_EQ(verdict_of(Zone::lzone, 2047 - 6), Verdict::forwarded);
    EXPECT_EQ(verdict_of(Zone::lzone, 2047 - 5), Verdict::drop_too_big);
    Command& command = message_to(far_, Zone::mzone, pattern(2047 - 13));
    command.fid = 1;
    EXPECT_EQ(run(command).verdicts(), (Verdicts{Verdict::forwarded}));
    command.length += 1;
    EXPECT_EQ(run(command).verdicts(), (Verdicts{Verdict::drop_too_big}));
}

TEST_F(Commands, WhatIsLongerThanABufferIsRefused)
{
    command_->kind = CommandKind::frame;
    command_->port = kCorePort;
    command_->length = 600;
    rig_.packets().set_buffer_bytes(600 + kMinTailroom - 1);
    EXPECT_EQ(run(*command_).verdicts(), (Verdicts{Verdict::drop_too_big}));
    rig_.packets().set_buffer_bytes(600 + kMinTailroom);
    EXPECT_EQ(run(*command_).verdicts(), (Verdicts{Verdict::forwarded}));
    rig_.packets().set_buffer_bytes(4000);
    command_->length = kMaxMessageBytes + 1;
    EXPECT_EQ(run(*command_).verdicts(), (Verdicts{Verdict::drop_too_big}));
}

TEST_F(Commands, PlaceIsTakenUnlessItIsKnown)
{
    far_.add_to(rig_);
    must(rig_.tables().place_station(far_.ref, {}));
    const sa::StationAddress first{.ip = {0x0a000001}, .udp_port = 7, .mac = {2, 0, 0, 0, 0, 7}};
    const sa::StationAddress second{.ip = {0x0a000002}, .udp_port = 8, .mac = {2, 0, 0, 0, 0, 8}};
    command_->kind = CommandKind::set_address;
    command_->station = far_.ref;
    command_->address = first;
    EXPECT_TRUE(run(*command_).ended.empty());
    EXPECT_EQ(rig_.station(far_.ref).address.get(), first);
    command_->address = second;
    EXPECT_TRUE(run(*command_).ended.empty());
    EXPECT_EQ(rig_.station(far_.ref).address.get(), first);
    // Not counted: nothing was to be sent.
    EXPECT_EQ(rig_.stats().commanded.value(), 0U);

    must(rig_.tables().remove_station(far_.ref));
    rig_.station(far_.ref).address.set(0, 0);
    EXPECT_TRUE(run(*command_).ended.empty());
    EXPECT_FALSE(rig_.station(far_.ref).address.known());
}

} // namespace
} // namespace aaigw::path
