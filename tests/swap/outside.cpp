#include "tests/swap/outside.h"

#include "common/check.h"
#include "common/happens_before.h"
#include "dataplane/pdu/mzone_pdu.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace aaigw::swap {

namespace {

/// Copies for the older of two keys come out of the same buffers, and so do frames to the guest.
constexpr std::size_t kReservedBuffers = 1024;
constexpr std::size_t kDownlinkAtOnce = 32;
constexpr std::size_t kUplinkAtOnce = 16;
constexpr std::size_t kCollectedAtOnce = 64;
constexpr std::size_t kMostComplaints = 10;
constexpr std::size_t kMostRecorded = 512;
constexpr unsigned kPositionBits = 40;

/// In proportion to their share of the traffic: short ones, which the engine does in eight lanes, and long ones in between.
constexpr std::array<std::uint16_t, 8> kSizes{40, 64, 64, 72, 128, 200, 576, kMaxInnerBytes};

/// The engine that the gateway uses is the quicker one. But all engines of a process report to the same fence, and so would
/// tell ThreadSanitizer that this thread and the control thread are in order.
std::unique_ptr<crypto::Provider> make_cipher()
{
    if constexpr (kThreadSanitizer)
        return crypto::make_openssl_provider();
    auto made = crypto::make_ipsec_mb_provider();
    AAIGW_CHECK(made.has_value());
    return std::move(*made);
}

} // namespace

Outside::Outside(Gateway& gateway)
    : gateway_{gateway}, scene_{gateway.scene()}, keys_{scene_.seed},
      reference_{crypto::make_openssl_provider()}, cipher_{make_cipher()},
      stations_(scene_.stations), words_(scene_.stations),
      put_(scene_.workers), most_waiting_{scene_.buffers / (4 * std::size_t{scene_.workers})}
{
    for (Station& station : stations_)
        station.next_uplink_pn = scene_.first_uplink_pn(0);
}

void Outside::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        bool busy = collect();
        switch (phase_.load(std::memory_order_relaxed)) {
        case Phase::sending:
            busy |= feed();
            break;
        case Phase::finishing:
            busy |= feed_last();
            break;
        case Phase::finished:
            break;
        }
        if (!busy)
            std::this_thread::yield();
    }
    collect();
}

void Outside::settle()
{
    while (gateway_.buffers().in_use() != 0)
        if (!collect())
            std::this_thread::yield();
}

bool Outside::feed()
{
    if (gateway_.buffers().free() < kReservedBuffers + kDownlinkAtOnce + kUplinkAtOnce)
        return false;
    bool fed = false;
    for (std::size_t i = 0; i < kDownlinkAtOnce; ++i)
        fed |= send_downlink(pick());
    for (std::size_t i = 0; i < kUplinkAtOnce; ++i)
        fed |= send_uplink(pick());
    return fed;
}

/// Everybody has to be heard once more, so that nothing can be missing at the end of the run.
bool Outside::feed_last()
{
    for (std::uint32_t index = 0; index < scene_.stations; ++index) {
        Station& station = stations_[index];
        if (gateway_.buffers().free() < kReservedBuffers + 2)
            return false;
        station.has_last_downlink = station.has_last_downlink || send_downlink(index);
        station.has_last_uplink = station.has_last_uplink || send_uplink(index);
        if (!station.has_last_downlink || !station.has_last_uplink)
            return false;
    }
    phase_.store(Phase::finished, std::memory_order_release);
    return true;
}

std::uint32_t Outside::pick() noexcept
{
    // xorshift64: quick, and the same every time.
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return static_cast<std::uint32_t>((random_ >> 32) * scene_.stations >> 32);
}

std::size_t Outside::next_size() noexcept
{
    return kSizes[random_ % kSizes.size()];
}

bool Outside::send_downlink(std::uint32_t index)
{
    Station& station = stations_[index];
    const std::uint8_t worker = scene_.entry_of(index);
    Entry& entry = gateway_.queues(worker).from_core;
    const std::uint32_t told = words_[index].told.load(std::memory_order_relaxed);
    if (told != station.last_told) {
        // What is sent from now on goes out under that TEK, and nothing that has arrived did.
        station.last_told = told;
        if (told > station.heard || station.heard == kNoContext)
            station.budget_from = station.downlink_arrived;
    }
    // The last packet of all is sent in any case: no further TEK comes that could be waited for.
    const bool is_last = phase_.load(std::memory_order_relaxed) == Phase::finishing;
    if (put_[worker].from_core - entry.resolved() >= most_waiting_ ||
        (scene_.downlink_budget != 0 && !is_last &&
         station.downlink_sent - station.budget_from >= scene_.downlink_budget))
        return false;
    path::Packet* const packet = gateway_.buffers().take();
    AAIGW_CHECK(packet != nullptr);
    const std::uint32_t flow =
        index * scene_.flows_per_station +
        static_cast<std::uint32_t>(station.downlink_sent % scene_.flows_per_station);
    const MutableBytes inner = write_core_frame(*packet, Scene::gre_key_of(flow), next_size());
    write_inner(inner, {.flow = flow, .order = station.downlink_sent++});
    ++totals_.downlink_sent;
    ++put_[worker].from_core;
    entry.put(*packet);
    return true;
}

bool Outside::send_uplink(std::uint32_t index)
{
    Station& station = stations_[index];
    const std::uint8_t worker = scene_.entry_of(index);
    if (put_[worker].from_stations - gateway_.queues(worker).from_stations.resolved() >=
        most_waiting_)
        return false;
    const std::uint32_t told = words_[index].told.load(std::memory_order_relaxed);
    if (told != station.sends_under)
        move_to(index, told);
    path::Packet* const packet = gateway_.buffers().take();
    AAIGW_CHECK(packet != nullptr);
    const std::uint32_t flow =
        index * scene_.flows_per_station +
        static_cast<std::uint32_t>(station.uplink_sent % scene_.flows_per_station);
    const std::size_t pdu_bytes = build_pdu(index, flow, next_size(), room_for_pdu(*packet));
    write_access_frame(*packet,
                       {.zone = scene_.zone_of(station.sends_under),
                        .sector = Scene::sector_of(index),
                        .stid = Scene::stid_of(index)},
                       pdu_bytes);
    ++station.uplink_sent;
    ++totals_.uplink_sent;
    if (scene_.replay_every != 0)
        record(*packet, worker);
    put_uplink(*packet, worker);
    if (scene_.replay_every != 0)
        replay();
    return true;
}

void Outside::put_uplink(path::Packet& packet, std::uint8_t worker)
{
    ++put_[worker].from_stations;
    gateway_.queues(worker).from_stations.put(packet);
}

/// Gives the size of the PDU.
std::size_t Outside::build_pdu(std::uint32_t index, std::uint32_t flow, std::size_t inner_bytes,
                               MutableBytes room)
{
    Station& station = stations_[index];
    const Tek& tek = key_of(index, station.sends_under);
    const Eks eks = scene_.eks_of(station.sends_under);
    const std::uint32_t pn = station.next_uplink_pn++;
    const Inner inner{.flow = flow, .order = station.uplink_sent};
    if (scene_.zone_of(station.sends_under) == pdu::Zone::lzone) {
        const auto pdu =
            pdu::build_lzone_protected({.cid = scene_.cid_of(flow), .payload_bytes = inner_bytes},
                                       eks, LzonePn::from_field(pn), room);
        AAIGW_CHECK(pdu.has_value());
        return protect(tek, pdu::lzone_nonce(*pdu), inner, pdu->payload, pdu->icv,
                       pdu->whole.size());
    }
    const auto pdu = pdu::build_mzone_protected(
        {.fid = scene_.fid_of(flow), .payload_bytes = inner_bytes},
        {.eks = eks, .pn = MzonePn::from_field(pn)}, pdu::Protection::ccm_icv8, room);
    AAIGW_CHECK(pdu.has_value());
    return protect(tek, pdu::mzone_nonce(*pdu, Scene::stid_of(index)), inner, pdu->payload,
                   pdu->icv, pdu->whole.size());
}

std::size_t Outside::protect(const Tek& tek, const crypto::CcmNonce& nonce, const Inner& inner,
                             MutableBytes payload, MutableBytes icv, std::size_t whole_bytes)
{
    write_inner(payload, inner);
    cipher_->ccm_protect({.key = tek.expose(), .nonce = nonce, .data = payload, .icv = icv});
    return whole_bytes;
}

void Outside::move_to(std::uint32_t index, std::uint32_t context)
{
    Station& station = stations_[index];
    station.sends_under = context;
    station.next_uplink_pn = scene_.first_uplink_pn(context);
    station.sent_before_move = station.uplink_sent;
    // Where a worker finds the keys of another's frame, only the core can tell.
    station.is_moving = scene_.comes_in_elsewhere;
    if (!station.is_moving || station.uplink_arrived == station.sent_before_move)
        report_move(index);
}

void Outside::report_move(std::uint32_t index)
{
    Station& station = stations_[index];
    station.is_moving = false;
    const std::uint64_t position =
        scene_.comes_in_elsewhere ? 0 : put_[scene_.entry_of(index)].from_stations;
    words_[index].moved.store(std::uint64_t{station.sends_under} << kPositionBits | position,
                              std::memory_order_relaxed);
}

void Outside::record(const path::Packet& sent, std::uint8_t worker)
{
    if (random_ % scene_.replay_every != 0)
        return;
    const MutableBytes bytes = sent.bytes();
    Recorded one{.worker = worker, .frame = {bytes.begin(), bytes.end()}};
    if (recorded_.size() < kMostRecorded)
        recorded_.push_back(std::move(one));
    else
        recorded_[(random_ >> 20) % kMostRecorded] = std::move(one);
}

/// The latest ones are still on their way, most of the others of contexts that are over.
void Outside::replay()
{
    if (recorded_.empty() || (random_ >> 8) % scene_.replay_every != 0 ||
        gateway_.buffers().free() < kReservedBuffers)
        return;
    const Recorded& old = recorded_[(random_ >> 30) % recorded_.size()];
    path::Packet* const packet = gateway_.buffers().take();
    AAIGW_CHECK(packet != nullptr);
    std::ranges::copy(old.frame, packet->data);
    packet->widen(0, old.frame.size());
    packet->port = kAccessPort;
    ++totals_.replayed;
    put_uplink(*packet, old.worker);
}

bool Outside::collect()
{
    for (std::size_t worker = 0; worker < scene_.workers; ++worker) {
        Queues& queues = gateway_.queues(worker);
        for (std::size_t i = 0; i < kCollectedAtOnce; ++i) {
            path::Packet* const packet = queues.to_stations.take();
            if (packet == nullptr)
                break;
            check_downlink(*packet);
            collected_.push_back(packet);
        }
        for (std::size_t i = 0; i < kCollectedAtOnce; ++i) {
            path::Packet* const packet = queues.to_core.take();
            if (packet == nullptr)
                break;
            check_uplink(*packet);
            collected_.push_back(packet);
        }
    }
    if (collected_.empty())
        return false;
    gateway_.buffers().give_back(collected_);
    collected_.clear();
    return true;
}

std::optional<Outside::Downlink> Outside::parse_downlink(const path::Packet& packet)
{
    const auto frame = read_access_frame(packet);
    if (!frame)
        return std::nullopt;
    Downlink downlink{.zone = frame->header.zone};
    if (downlink.zone == pdu::Zone::lzone) {
        const auto pdu = pdu::parse_lzone_protected(frame->pdu);
        const auto flow = pdu ? scene_.flow_of(pdu->header.cid) : std::nullopt;
        if (!flow)
            return std::nullopt;
        downlink.flow = *flow;
        downlink.station = *flow / scene_.flows_per_station;
        downlink.eks = pdu->header.eks;
        downlink.pn = pdu->pn.value();
        downlink.nonce = pdu::lzone_nonce(*pdu);
        downlink.payload = pdu->payload;
        downlink.icv = pdu->icv;
        return downlink;
    }
    const auto station = scene_.station_of(frame->header.sector, frame->header.stid);
    const auto pdu =
        pdu::parse_mzone_protected(frame->pdu, pdu::HeaderKind::agmh, pdu::Protection::ccm_icv8);
    if (!station || !pdu)
        return std::nullopt;
    downlink.station = *station;
    downlink.flow =
        *station * scene_.flows_per_station + pdu->header.fid.value() - Scene::kFirstFid;
    downlink.eks = pdu->security.eks;
    downlink.pn = pdu->security.pn.value();
    downlink.nonce = pdu::mzone_nonce(*pdu, frame->header.stid);
    downlink.payload = pdu->payload;
    downlink.icv = pdu->icv;
    return downlink;
}

void Outside::check_downlink(const path::Packet& packet)
{
    const auto downlink = parse_downlink(packet);
    if (!downlink) {
        complain("a frame to a station is not one");
        return;
    }
    Station& station = stations_[downlink->station];
    const bool is_first = station.next_downlink_pn != downlink->pn;
    if (!follow(*downlink))
        return;
    ++totals_.downlink_arrived;
    if (scene_.may_be_refused || is_first || station.downlink_arrived % scene_.open_every == 0 ||
        (station.has_last_downlink && station.downlink_arrived + 1 == station.downlink_sent))
        open(*downlink);
    ++station.downlink_arrived;
    if (station.downlink_arrived - station.arrived_before_heard == scene_.packets_per_context)
        words_[downlink->station].at_home.store(station.heard, std::memory_order_relaxed);
}

/// Which TEK it is, the PN tells: the next one of the TEK that was heard last, or the first of the TEK after that. A wrong
/// guess would show when the PDU is opened, as the first one under each TEK is.
bool Outside::follow(const Downlink& downlink)
{
    Station& station = stations_[downlink.station];
    if (station.heard == kNoContext || downlink.pn != station.next_downlink_pn) {
        const std::uint32_t next = station.heard + 1; // kNoContext + 1 is 0
        if (downlink.pn != scene_.downlink_limits(next).first) {
            complain(fmt::format("station {}: PN {} under TEK {}, after which {} was expected",
                                 downlink.station, downlink.pn, station.heard,
                                 station.next_downlink_pn));
            return false;
        }
        station.heard = next;
        station.next_downlink_pn = downlink.pn;
        station.pns = &record_.of(keys_.check_value(key_of(downlink.station, next)));
        station.arrived_before_heard = station.downlink_arrived;
        station.budget_from = station.downlink_arrived;
        words_[downlink.station].heard.store(next, std::memory_order_relaxed);
    }
    ++station.next_downlink_pn;
    if (downlink.zone != scene_.zone_of(station.heard) ||
        downlink.eks != scene_.eks_of(station.heard))
        complain(fmt::format("station {}: zone or EKS are not those of TEK {}", downlink.station,
                             station.heard));
    if (!station.pns->add(downlink.pn))
        complain(fmt::format("station {}: TEK {} and PN {} were used before", downlink.station,
                             station.heard, downlink.pn));
    return true;
}

void Outside::open(const Downlink& downlink)
{
    Station& station = stations_[downlink.station];
    const Tek& tek = key_of(downlink.station, station.heard);
    ++totals_.opened;
    if (!reference_->ccm_unprotect({.key = tek.expose(),
                                    .nonce = downlink.nonce,
                                    .data = downlink.payload,
                                    .icv = downlink.icv})) {
        complain(fmt::format("station {}: PN {} is not of TEK {}", downlink.station, downlink.pn,
                             station.heard));
        return;
    }
    const auto inner = read_inner(downlink.payload);
    if (!inner || inner->flow != downlink.flow) {
        complain(fmt::format("station {}: PN {} of TEK {} is another packet than was sent",
                             downlink.station, downlink.pn, station.heard));
        return;
    }
    if (scene_.may_be_refused && inner->order > station.downlink_arrived) {
        totals_.downlink_missing += inner->order - station.downlink_arrived;
        station.downlink_arrived = inner->order;
    }
    if (inner->order != station.downlink_arrived)
        complain(fmt::format("station {}: packet {} came where {} was expected", downlink.station,
                             inner->order, station.downlink_arrived));
}

void Outside::check_uplink(const path::Packet& packet)
{
    const auto frame = read_core_frame(packet);
    const auto flow = frame ? scene_.flow_of_gre_key(frame->gre_key) : std::nullopt;
    const auto inner = frame ? read_inner(frame->inner) : std::nullopt;
    if (!flow || !inner || inner->flow != *flow) {
        complain("a frame to the core is not one, or not of its flow");
        return;
    }
    const std::uint32_t index = *flow / scene_.flows_per_station;
    Station& station = stations_[index];
    ++totals_.uplink_arrived;
    if (inner->order != station.uplink_arrived)
        complain(fmt::format("station {}: the core got packet {} where {} was expected", index,
                             inner->order, station.uplink_arrived));
    ++station.uplink_arrived;
    if (station.is_moving && station.uplink_arrived == station.sent_before_move)
        report_move(index);
}

const Tek& Outside::key_of(std::uint32_t station, std::uint32_t number)
{
    HeldKey& held = stations_[station].keys[number % 4];
    if (held.number != number) {
        held.tek.emplace(keys_.tek(station, number));
        held.number = number;
    }
    return *held.tek;
}

void Outside::complain(std::string what)
{
    if (complaints_.size() < kMostComplaints)
        complaints_.push_back(std::move(what));
    complaint_count_.fetch_add(1, std::memory_order_relaxed);
}

void Outside::tell(std::uint32_t station, std::uint32_t context) noexcept
{
    words_[station].told.store(context, std::memory_order_relaxed);
}

bool Outside::has_moved_to(std::uint32_t station, std::uint32_t context) const noexcept
{
    const std::uint64_t moved = words_[station].moved.load(std::memory_order_relaxed);
    const std::uint64_t position = moved & ((std::uint64_t{1} << kPositionBits) - 1);
    return moved >> kPositionBits >= context &&
           gateway_.queues(scene_.entry_of(station)).from_stations.resolved() >= position;
}

bool Outside::has_heard(std::uint32_t station, std::uint32_t context) const noexcept
{
    const std::uint32_t heard = words_[station].heard.load(std::memory_order_relaxed);
    return heard != kNoContext && heard >= context;
}

bool Outside::is_at_home_in(std::uint32_t station, std::uint32_t context) const noexcept
{
    return words_[station].at_home.load(std::memory_order_relaxed) == context;
}

void Outside::forget_keys() noexcept
{
    for (Station& station : stations_)
        for (HeldKey& held : station.keys) {
            held.tek.reset();
            held.number = kNoContext;
        }
}

} // namespace aaigw::swap
