// The keys of `static:`, stations that are there from the start.
#include "config/schema.h"

namespace aaigw::config {

using enum Need;

namespace {

// IEEE 802.16-2009 10.4: above lie multicast, AAS and broadcast CIDs, and 0 is initial ranging.
constexpr Number kCidForm{1, 0xfe9f};
// PNs that we send with: the downlink half, since the top bit says uplink (IEEE 802.16.1-2012 6.2.5.2.3).
constexpr Number kMzonePnForm{1, 0x1fffff};
constexpr Number kLzonePnForm{1, 0xffffffff};
constexpr Number kEksForm{0, Eks::kMax};
constexpr Number kWindowForm{32, 1024};

constexpr Words kZoneForm{
    std::array{Word<Zone>{"mzone", Zone::mzone}, Word<Zone>{"lzone", Zone::lzone}}};
constexpr Words kHeaderForm{std::array{Word<FlowHeader>{"agmh", FlowHeader::agmh},
                                       Word<FlowHeader>{"spmh", FlowHeader::spmh}}};
constexpr Words kUseForm{std::array{Word<TekUse>{"downlink", TekUse::downlink},
                                    Word<TekUse>{"uplink", TekUse::uplink},
                                    Word<TekUse>{"both", TekUse::both}}};
constexpr Words kIcvForm{std::array{Word<crypto::IcvSize>{"4", crypto::IcvSize::four},
                                    Word<crypto::IcvSize>{"8", crypto::IcvSize::eight}}};

/// The first context is active, the second pending.
template <class Sa>
constexpr ListOf<Section<Context<Sa>>> kContextsForm{{}, 1, 2};
constexpr std::string_view kContextsHelp =
    "The key contexts: the first is active, a second one is pending and receives only.";

template <class Sa>
Schema<Context<Sa>> context_schema()
{
    using Of = Context<Sa>;
    return {
        field("pmk_sn", &Of::pmk_sn, Number{0, AkSn::kMax}, required, "Sequence number of the AK."),
        field("akid", &Of::akid, Hex<8>{}, required, "Name of the AK."),
        field("cmac_key_u", &Of::cmac_key_u, KeyForm{}, optional,
              "CMAC_KEY_U, which verifies uplink control messages; without it none is."),
        field("cmac_key_d", &Of::cmac_key_d, KeyForm{}, optional,
              "CMAC_KEY_D, which authenticates downlink control messages."),
        field("sas", &Of::sas, ListOf<Section<Sa>>{{}, 1, 2}, required,
              "The security associations."),
    };
}

template <class Pn>
Schema<Tek<Pn>> tek_schema(Number pn)
{
    using Of = Tek<Pn>;
    return {
        field("eks", &Of::eks, kEksForm, required, "Its EKS."),
        field("key", &Of::key, KeyForm{}, required, "The TEK itself."),
        field("use", &Of::use, kUseForm, optional,
              "What is protected with it: downlink, which we send, uplink, which we accept, or "
              "both. One TEK of each SA of the active context sends at most."),
        field("next_pn", &Of::next_pn, pn, optional,
              "The first PN that we use; from 1 on without it."),
        field("soft_limit", &Of::soft_limit, pn, optional, "The PN that asks for the next TEK."),
        field("hard_limit", &Of::hard_limit, pn, optional, "The last PN that is ever used."),
        field("ceiling", &Of::ceiling, pn, optional,
              "The last PN that is reserved; without it the hard limit."),
    };
}

} // namespace

template <>
const Schema<StaticPart>& schema<StaticPart>()
{
    static const Schema<StaticPart> fields{
        field("stations", &StaticPart::stations, ListOf<Section<Station>>{{}, 0, 0xfffff}, optional,
              "The stations."),
    };
    return fields;
}

template <>
const Schema<Station>& schema<Station>()
{
    static const Schema<Station> fields{
        field("name", &Station::name, Name{}, optional, "For people only."),
        field("sector", &Station::sector, Number{0, 255}, required, "Index of its sector."),
        field("address", &Station::address, HostAddress{}, optional,
              "Where it is; without it the gateway waits for its first verified PDU, and a later "
              "one can move it."),
        field("mac", &Station::mac, Mac{MacKind::unicast}, optional,
              "The MAC address that leads to that address; without it the gateway asks for it."),
        field("udp_port", &Station::udp_port, Number{1, 65535}, optional,
              "UDP port that downlink is sent to; 4729 without it."),
        field("mzone", &Station::mzone, Section<MzoneStation>{}, optional,
              "What it is in the MZone; a station is in one zone at least."),
        field("lzone", &Station::lzone, Section<LzoneStation>{}, optional,
              "What it is in the LZone."),
        field("transmit", &Station::transmit, kZoneForm, optional,
              "The zone that downlink uses; required of a station in both."),
        field("flows", &Station::flows, ListOf<Section<Flow>>{{}, 0, 13}, optional, "Its flows."),
    };
    return fields;
}

template <>
const Schema<MzoneStation>& schema<MzoneStation>()
{
    static const Schema<MzoneStation> fields{
        field("stid", &MzoneStation::stid, Number{1, Stid::kMax}, required,
              "Its STID, its own in the sector."),
        field("contexts", &MzoneStation::contexts, kContextsForm<MzoneSa>, required, kContextsHelp),
    };
    return fields;
}

template <>
const Schema<LzoneStation>& schema<LzoneStation>()
{
    static const Schema<LzoneStation> fields{
        field("basic_cid", &LzoneStation::basic_cid, kCidForm, required,
              "Its basic CID; no CID is used twice in a sector."),
        field("primary_cid", &LzoneStation::primary_cid, kCidForm, required, "Its primary CID."),
        field("secondary_cid", &LzoneStation::secondary_cid, kCidForm, optional,
              "Its secondary management CID, when it has one."),
        field("contexts", &LzoneStation::contexts, kContextsForm<LzoneSa>, required, kContextsHelp),
    };
    return fields;
}

template <>
const Schema<Context<MzoneSa>>& schema<Context<MzoneSa>>()
{
    static const auto fields = context_schema<MzoneSa>();
    return fields;
}

template <>
const Schema<Context<LzoneSa>>& schema<Context<LzoneSa>>()
{
    static const auto fields = context_schema<LzoneSa>();
    return fields;
}

template <>
const Schema<MzoneSa>& schema<MzoneSa>()
{
    static const Schema<MzoneSa> fields{
        field("said", &MzoneSa::said, Number{1, 2}, required,
              "1 protects with AES-CCM, 2 encrypts only, with AES-CTR."),
        field("icv", &MzoneSa::icv, kIcvForm, optional,
              "Bytes of the ICV; not with SAID 2, which has none."),
        field("window", &MzoneSa::window, kWindowForm, optional, "PNs in the replay window."),
        field("teks", &MzoneSa::teks, ListOf<Section<Tek<MzonePn>>>{{}, 1, 4}, required,
              "The TEKs, each with an EKS of its own."),
    };
    return fields;
}

template <>
const Schema<LzoneSa>& schema<LzoneSa>()
{
    static const Schema<LzoneSa> fields{
        field("said", &LzoneSa::said, Number{0, LzoneSaid::kMax}, required, "Its SAID."),
        field("window", &LzoneSa::window, kWindowForm, optional, "PNs in the replay window."),
        field("teks", &LzoneSa::teks, ListOf<Section<Tek<LzonePn>>>{{}, 1, 4}, required,
              "The TEKs, each with an EKS of its own."),
    };
    return fields;
}

template <>
const Schema<Tek<MzonePn>>& schema<Tek<MzonePn>>()
{
    static const auto fields = tek_schema<MzonePn>(kMzonePnForm);
    return fields;
}

template <>
const Schema<Tek<LzonePn>>& schema<Tek<LzonePn>>()
{
    static const auto fields = tek_schema<LzonePn>(kLzonePnForm);
    return fields;
}

template <>
const Schema<Flow>& schema<Flow>()
{
    static const Schema<Flow> fields{
        field("fid", &Flow::fid, Number{3, Fid::kMax}, optional,
              "FID of the flow; required in the MZone, its own in the station."),
        field("cid", &Flow::cid, kCidForm, optional,
              "Transport CID; required in the LZone, its own in the sector."),
        field("said", &Flow::said, Number{0, LzoneSaid::kMax}, optional,
              "The SA that protects it, of this number in every context."),
        field("data_path_id", &Flow::data_path_id, Number{0, 0xffffffff}, required,
              "The GRE key, its own in the gateway."),
        field("core", &Flow::core, Name{}, required, "Name of its core peer."),
        field("header", &Flow::header, kHeaderForm, optional, "MAC header in the MZone."),
        field("crc", &Flow::crc, Flag{}, optional, "Whether PDUs of the LZone end with a CRC-32."),
        field("max_packet", &Flow::max_packet, Number{68, 9000}, optional,
              "The longest inner packet, in bytes; without it whatever a PDU and the MTU hold."),
    };
    return fields;
}

} // namespace aaigw::config
