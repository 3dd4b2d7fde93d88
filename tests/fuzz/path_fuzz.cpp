// Fuzz target: frames through the whole path, as they are or as the inside of right headers and right PDUs.
#include "tests/doubles/traffic.h"
#include "tests/fuzz/fuzz_input.h"

#include <algorithm>

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using doubles::FarStation;
using doubles::kAccessPort;
using doubles::kCorePort;
using doubles::PathRig;
using doubles::Traffic;
using pdu::Zone;

constexpr std::size_t kMaxFrames = 40;

/// What the bytes of an input become.
enum class Wrap : std::uint8_t {
    access_frame,
    core_frame,
    mzone_burst,
    lzone_burst,
    mzone_payload,
    lzone_payload,
    mzone_control,
    lzone_control,
    gre_payload,
    command,
    count
};

/// One gateway for all inputs; its stations are new for each, so that an input does the same every time.
class Target {
  public:
    Target() : traffic_{1} {}

    void run(FuzzInput input)
    {
        traffic_.add_to(rig_);
        number_ = 0;
        frames_.clear();
        Buffer rest = input.rest();
        while (rest.size() >= 4 && number_ < kMaxFrames) {
            const Wrap wrap{
                static_cast<std::uint8_t>(rest[0] % static_cast<unsigned>(Wrap::count))};
            const std::size_t station = rest[1] % traffic_.stations().size();
            const std::size_t size =
                std::min<std::size_t>(load_be(Bytes{rest}.subspan<2, 2>()), rest.size() - 4);
            const Buffer bytes(rest.begin() + 4,
                               rest.begin() + 4 + static_cast<std::ptrdiff_t>(size));
            rest.erase(rest.begin(), rest.begin() + 4 + static_cast<std::ptrdiff_t>(size));
            add(wrap, traffic_.stations()[station], bytes);
            ++number_;
        }
        go();
        rig_.advance(10'000'000'000);
        rig_.drop_events();
        AAIGW_CHECK(rig_.packets().out() == 0);
    }

  private:
    void add(Wrap wrap, const FarStation& far, const Buffer& bytes)
    {
        // What a PDU can hold and a frame of an ordinary size.
        const Bytes payload = Bytes{bytes}.first(std::min<std::size_t>(bytes.size(), 1400));
        const bool is_short = far.flows[0].header == pdu::HeaderKind::spmh;
        const auto frame = [&](Zone zone, const Buffer& pdus) {
            frames_.push_back({kAccessPort, far.frame(zone, pdus)});
        };
        switch (wrap) {
        case Wrap::access_frame:
            frames_.push_back({kAccessPort, bytes});
            break;
        case Wrap::core_frame:
            frames_.push_back({kCorePort, bytes});
            break;
        case Wrap::mzone_burst:
            frame(Zone::mzone, bytes);
            break;
        case Wrap::lzone_burst:
            frame(Zone::lzone, bytes);
            break;
        case Wrap::mzone_payload:
            frame(Zone::mzone, far.mzone_pdu(number_, payload.first(std::min<std::size_t>(
                                                          payload.size(), is_short ? 110 : 1400))));
            break;
        case Wrap::lzone_payload:
            frame(Zone::lzone, far.lzone_pdu(number_, payload));
            break;
        case Wrap::mzone_control:
            frame(Zone::mzone, sign_mzone(far.mzone_cmac, far.stid, number_ + 1, payload));
            break;
        case Wrap::lzone_control:
            frame(Zone::lzone, sign_lzone(far.lzone_cmac, far.cids.basic, number_ + 1, payload));
            break;
        case Wrap::gre_payload:
            frames_.push_back({kCorePort, FarStation::core_frame(far.flows[0], bytes)});
            break;
        case Wrap::command:
        case Wrap::count:
            give_command(far, bytes);
            break;
        }
    }

    void give_command(const FarStation& far, const Buffer& bytes)
    {
        go();
        command_->kind = CommandKind::control_pdu;
        command_->zone = bytes.size() % 2 == 0 ? Zone::mzone : Zone::lzone;
        command_->fid = bytes.size() % 3 == 0 ? 1 : 0;
        command_->is_protected = bytes.size() % 3 == 0;
        command_->station = far.ref;
        command_->cid = *far.cids.secondary;
        command_->length =
            static_cast<std::uint16_t>(std::min(bytes.size(), command_->message.size()));
        std::copy_n(bytes.begin(), command_->length, command_->message.begin());
        rig_.command(*command_);
    }

    /// The rig itself stops the process when its accounts do not add up.
    void go()
    {
        for (std::size_t at = 0; at < frames_.size(); at += 32)
            rig_.run(
                std::span{frames_}.subspan(at, std::min<std::size_t>(32, frames_.size() - at)));
        frames_.clear();
    }

    PathRig rig_;
    Traffic traffic_;
    std::uint32_t number_ = 0;
    std::vector<PathRig::Arrival> frames_;
    std::unique_ptr<Command> command_ = std::make_unique<Command>();
};

} // namespace
} // namespace aaigw::path

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static aaigw::path::Target target;
    target.run(aaigw::FuzzInput{data, size});
    return 0;
}
