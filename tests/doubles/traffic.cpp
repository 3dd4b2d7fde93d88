#include "tests/doubles/traffic.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace aaigw::path::doubles {

using namespace aaigw::doubles;
using pdu::Zone;

namespace {

/// Of stations_: what is special about them.
enum Sort : std::size_t {
    kPlain,
    kShortIcv,
    kCtr = Traffic::kWithoutIcv,
    kShortHeader,
    kLzone,
    kLzoneCrc,
    kTwoContexts,
    kExtended,
    kSorts
};

constexpr std::size_t kIpAt = 14;

std::size_t hash_of(Bytes bytes)
{
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

} // namespace

void repair_checksum(Buffer& frame)
{
    if (frame.size() < kIpAt + 20)
        return;
    const std::size_t bytes = 4 * std::size_t{frame[kIpAt] & 0xfU};
    if (bytes < 20 || frame.size() < kIpAt + bytes)
        return;
    frame[kIpAt + 10] = frame[kIpAt + 11] = 0;
    const auto sum = be_bytes<2>(plain_checksum(Bytes{frame}.subspan(kIpAt, bytes)));
    frame[kIpAt + 10] = sum[0];
    frame[kIpAt + 11] = sum[1];
}

Traffic::Traffic(std::uint64_t seed, LinkDirection sends) : dice_{seed}, numbers_(kSorts)
{
    for (std::uint16_t number = 0; number < kSorts; ++number)
        stations_.emplace_back(number).sends = sends;
    stations_[kShortIcv].mzone.protection = pdu::Protection::ccm_icv4;
    stations_[kCtr].mzone.protection = pdu::Protection::ctr;
    stations_[kShortHeader].flows[0].header = pdu::HeaderKind::spmh;
    stations_[kLzoneCrc].flows[0].crc = pdu::Crc::present;
    newer_ = {.key = key_of(7000), .eks = stations_[kTwoContexts].mzone.eks};
}

void Traffic::add_to(PathRig& rig)
{
    sa::KeyTables& tables = rig.tables();
    if (is_added_)
        for (const FarStation& station : stations_)
            must(tables.remove_station(station.ref));
    is_added_ = true;
    rig.reclaimer().end_grace_period();
    numbers_.assign(stations_.size(), {});
    for (std::size_t i = 0; i < stations_.size(); ++i)
        stations_[i].add_to(rig, i == kLzone || i == kLzoneCrc ? Zone::lzone : Zone::mzone);
    const FarStation& two = stations_[kTwoContexts];
    must(tables.retire_context(two.lzone_context));
    AAIGW_CHECK(
        tables.install_context(two.ref, context_of(Zone::mzone, newer_, nullptr, other(two.sends)))
            .has_value());
    rig.reclaimer().end_grace_period();
}

void Traffic::keep(Bytes inside)
{
    if (made_[0].size() == kKept)
        made_[1] = std::exchange(made_[0], {});
    made_[0].insert(hash_of(inside));
}

bool Traffic::has_made(Bytes inside) const
{
    const std::size_t hash = hash_of(inside);
    return made_[0].contains(hash) || made_[1].contains(hash);
}

std::size_t Traffic::pick()
{
    return dice_.below(static_cast<std::uint32_t>(stations_.size()));
}

/// An IP packet that the station's PDUs can hold.
Buffer Traffic::inner(std::size_t station)
{
    const bool may_be_long = stations_[station].flows[0].header == pdu::HeaderKind::agmh;
    const std::size_t size =
        may_be_long && dice_.one_in(8) ? dice_.between(20, 1400) : dice_.between(20, 110);
    return dice_.one_in(4) ? inner_ipv6(std::max<std::size_t>(size, 40), dice_.u8())
                           : inner_ipv4(size, dice_.u8());
}

Buffer Traffic::data_pdu(std::size_t station, Zone zone, Bytes payload)
{
    const FarStation& far = stations_[station];
    keep(payload);
    if (zone == Zone::lzone)
        return far.lzone_pdu(numbers_[station].lzone++, payload);
    const FarFlow& flow = far.flows[0];
    MzoneParts parts{.fid = flow.fid(),
                     .pn = far.pn(zone, numbers_[station].mzone++),
                     .kind = flow.header,
                     .sn = static_cast<std::uint8_t>(dice_.below(16))};
    if (station == kExtended && dice_.one_in(2)) {
        parts.extended = dice_.bytes(dice_.between(1, 9));
        parts.extended[0] = static_cast<std::uint8_t>(parts.extended.size());
    }
    const bool newer = station == kTwoContexts && dice_.one_in(2);
    return protect_mzone(newer ? newer_ : far.mzone, far.stid, parts, payload);
}

Buffer Traffic::signed_pdu(std::size_t station, Zone zone)
{
    const FarStation& far = stations_[station];
    Buffer message = dice_.bytes(dice_.between(1, 60));
    message[0] = zone == Zone::mzone ? message[0] | 0x80 : 0x04;
    keep(message);
    const std::uint32_t pn = numbers_[station].cmac++;
    return zone == Zone::mzone ? sign_mzone(far.mzone_cmac, far.stid, pn, message)
                               : sign_lzone(far.lzone_cmac, far.cids.primary, pn, message);
}

Buffer Traffic::encrypted_control(std::size_t station, Zone zone)
{
    const FarStation& far = stations_[station];
    const Buffer message = dice_.bytes(dice_.between(1, 60));
    keep(message);
    if (zone == Zone::lzone)
        return protect_lzone(
            far.lzone, {.cid = *far.cids.secondary, .pn = far.pn(zone, numbers_[station].lzone++)},
            message);
    return protect_mzone(
        far.mzone, far.stid,
        {.fid = pdu::kEncryptedControlFid, .pn = far.pn(zone, numbers_[station].mzone++)}, message);
}

Buffer Traffic::burst(std::size_t station, Zone zone)
{
    Buffer all;
    const std::uint32_t count = dice_.one_in(20) ? dice_.between(60, 80) : dice_.between(2, 5);
    for (std::uint32_t i = 0; i < count; ++i) {
        const Buffer payload = count > 10 ? inner_ipv4(20) : inner_ipv4(dice_.between(20, 110));
        all = join({all, data_pdu(station, zone, payload)});
        if (zone == Zone::mzone && dice_.one_in(8))
            all = join({all, hex("2a20")});
    }
    if (zone == Zone::lzone && dice_.one_in(4))
        all = join({all, hex("ffffff")});
    return all;
}

PathRig::Arrival Traffic::neighbour()
{
    const Host& host = stations_[pick()].host;
    if (dice_.one_in(2)) {
        const Buffer packet =
            join({hex("0001 0800 06 04 00"), be_bytes<1>(dice_.between(1, 2)), host.mac,
                  be_bytes<4>(host.ip.value), MacAddress{}, be_bytes<4>(kGatewayAccess.ip.value)});
        return {kAccessPort, ethernet(kGatewayAccess.mac, host.mac, 0x0806, packet)};
    }
    Buffer echo = join({hex("0800 0000 0001 0001"), dice_.bytes(dice_.below(100))});
    const auto sum = be_bytes<2>(plain_checksum(echo));
    echo[2] = sum[0];
    echo[3] = sum[1];
    return {kAccessPort, ethernet(kGatewayAccess.mac, host.mac, 0x0800,
                                  ipv4(host.ip, kGatewayAccess.ip, 1, echo))};
}

PathRig::Arrival Traffic::authenticated()
{
    const std::size_t station = pick();
    const FarStation& far = stations_[station];
    const bool has_lzone = station != kTwoContexts;
    const Zone zone = has_lzone && dice_.one_in(2) ? Zone::lzone : Zone::mzone;
    switch (dice_.below(4)) {
    case 0:
        return {kAccessPort, far.frame(zone, signed_pdu(station, zone))};
    case 1:
        return {kAccessPort, far.frame(zone, encrypted_control(station, zone))};
    default:
        return {kAccessPort, far.frame(zone, data_pdu(station, zone, inner(station)))};
    }
}

PathRig::Arrival Traffic::right()
{
    const std::size_t station = pick();
    const FarStation& far = stations_[station];
    switch (dice_.below(8)) {
    case 0:
        return neighbour();
    case 1:
    case 2: {
        const Buffer packet =
            dice_.one_in(10) ? inner_ipv4(dice_.between(110, 1480)) : inner(station);
        return {kCorePort, FarStation::core_frame(far.flows[0], packet,
                                                  packet[0] >> 4 == 6 ? 0x86dd : 0x0800)};
    }
    case 3: {
        const bool has_lzone = station != kTwoContexts;
        const Zone zone = has_lzone && dice_.one_in(2) ? Zone::lzone : Zone::mzone;
        return {kAccessPort, far.frame(zone, burst(station, zone))};
    }
    case 4:
        return {kAccessPort,
                far.frame(Zone::mzone,
                          clear_mzone(pdu::kClearControlFid, dice_.bytes(dice_.between(1, 60))))};
    default:
        return authenticated();
    }
}

PathRig::Arrival Traffic::random(PathRig::Arrival frame)
{
    const auto kept = static_cast<std::size_t>(dice_.one_in(2) ? 0 : dice_.below(80));
    frame.frame.resize(std::min(kept, frame.frame.size()));
    const std::size_t more = dice_.one_in(10) ? dice_.below(1500) : dice_.below(120);
    frame.frame = join({frame.frame, dice_.bytes(more)});
    if (dice_.one_in(2))
        repair_checksum(frame.frame);
    return frame;
}

PathRig::Arrival Traffic::misplaced()
{
    FarStation far = stations_[pick()];
    const auto arrival = [&](Zone zone, const Buffer& pdu) {
        return PathRig::Arrival{kAccessPort, far.frame(zone, pdu)};
    };
    const Zone zone = dice_.one_in(2) ? Zone::lzone : Zone::mzone;
    switch (dice_.below(5)) {
    case 0:
        return arrival(Zone::lzone, clear_lzone(far.flows[0].cid, dice_.bytes(40)));
    case 1:
        far.mzone.eks = far.lzone.eks = Eks::from_field(3);
        return arrival(zone, far.pdu(zone, dice_.below(100), dice_.bytes(40)));
    case 2:
        far.flows[0].slot = 9;
        return arrival(Zone::mzone, far.mzone_pdu(dice_.below(100), dice_.bytes(40)));
    case 3:
        far.sends = other(far.sends);
        return {kAccessPort,
                stations_[0].frame(zone, far.pdu(zone, dice_.below(100), dice_.bytes(40)))};
    default:
        far = FarStation{static_cast<std::uint16_t>(100 + dice_.below(100))};
        far.sends = stations_[0].sends;
        return arrival(zone, far.pdu(zone, dice_.below(100), dice_.bytes(40)));
    }
}

PathRig::Arrival Traffic::changed(PathRig::Arrival frame)
{
    Buffer& bytes = frame.frame;
    const auto size = [&] { return static_cast<std::uint32_t>(bytes.size()); };
    for (std::uint32_t count = dice_.one_in(3) ? dice_.between(2, 6) : 1; count > 0; --count) {
        if (bytes.empty())
            return frame;
        switch (dice_.below(7)) {
        case 0:
        case 1:
            bytes[dice_.below(size())] ^= static_cast<std::uint8_t>(1U << dice_.below(8));
            break;
        case 2:
            bytes[dice_.below(size())] = dice_.u8();
            break;
        case 3: // among the headers
            bytes[dice_.below(std::min(size(), 75U))] = dice_.u8();
            break;
        case 4:
            bytes.resize(dice_.below(size() + 1));
            break;
        case 5:
            bytes = join({bytes, dice_.bytes(dice_.between(1, 40))});
            break;
        default: { // a part of it comes twice
            const std::uint32_t from = dice_.below(size());
            const std::uint32_t most = std::min(size() - from, 100U);
            const Buffer part(bytes.begin() + from, bytes.begin() + from + dice_.between(1, most));
            bytes.insert(bytes.begin() + dice_.below(size() + 1), part.begin(), part.end());
            break;
        }
        }
    }
    if (dice_.one_in(2))
        repair_checksum(bytes);
    return frame;
}

} // namespace aaigw::path::doubles
