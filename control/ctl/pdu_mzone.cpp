// aaigwctl pdu protect|unprotect|cmac mzone
#include "common/check.h"
#include "control/ctl/cmac_output.h"
#include "control/ctl/commands.h"
#include "control/ctl/engine.h"
#include "control/key/key_types.h"
#include "dataplane/pdu/control_cmac.h"
#include "dataplane/pdu/mzone_pdu.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace aaigw::ctl {

namespace {

constexpr pdu::HeaderKind kKind = pdu::HeaderKind::agmh;

Result<pdu::Protection> read_protection(Values& values)
{
    if (values.given("--ctr")) {
        if (values.given("--icv"))
            return fail(ErrorCode::invalid_argument,
                        "--icv: cannot be given together with --ctr, which has no ICV");
        return pdu::Protection::ctr;
    }
    if (!values.given("--icv"))
        return pdu::Protection::ccm_icv8;
    TRY(const std::uint64_t size,
        values.number("--icv", 0, std::numeric_limits<std::uint64_t>::max()));
    if (size != 4 && size != 8)
        return fail(ErrorCode::invalid_argument, "--icv: not a size of an ICV; expected 4 or 8");
    return size == 4 ? pdu::Protection::ccm_icv4 : pdu::Protection::ccm_icv8;
}

constexpr Parameter kTek{"--tek", "H16", Presence::required, "traffic encryption key"};
constexpr Parameter kStid{"--stid", "N", Presence::required, "station identifier, 12 bits"};
constexpr Parameter kIcv{"--icv", "4|8", Presence::optional, "bytes of the ICV; default 8"};
constexpr Parameter kCtr{"--ctr", "", Presence::flag, "AES-CTR without ICV, as in SAID 2"};

constexpr std::array kProtectParameters{
    kTek,
    kStid,
    Parameter{"--fid", "N", Presence::required, "flow identifier, 4 bits; not 2"},
    Parameter{"--eks", "N", Presence::required, "encryption key sequence, 0 to 3"},
    Parameter{"--pn", "N", Presence::required, "packet number, 22 bits; top bit set: uplink"},
    kIcv,
    kCtr,
    Parameter{"PAYLOAD", "HEX", Presence::required, "plaintext; may be empty"},
};

Result<Output> protect(Values& values)
{
    TRY(const key::Tek tek, values.key<key::Tek>("--tek"));
    TRY(const Stid stid, values.id<Stid>("--stid"));
    TRY(const Fid fid, values.id<Fid>("--fid"));
    if (fid == pdu::kSignalingFid)
        return fail(ErrorCode::invalid_argument,
                    "--fid: 2 is the signaling header, which carries no payload");
    TRY(const Eks eks, values.id<Eks>("--eks"));
    TRY(const MzonePn pn, values.id<MzonePn>("--pn"));
    TRY(const pdu::Protection protection, read_protection(values));
    TRY(const SecretBuffer payload, values.hex("PAYLOAD"));
    const std::size_t most = pdu::max_pdu_bytes(kKind) - pdu::mzone_protected_bytes({}, protection);
    if (payload.size() > most)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("PAYLOAD: it has {} bytes; the length field allows {}",
                                payload.size(), most));
    TRY(const auto engine, make_engine(values));

    const pdu::MzoneFields fields{.kind = kKind, .fid = fid, .payload_bytes = payload.size()};
    SecretBuffer room{pdu::mzone_protected_bytes(fields, protection)};
    const auto built =
        pdu::build_mzone_protected(fields, {eks, pn}, protection, room.mutable_bytes());
    AAIGW_CHECK(built.has_value()); // the size was checked above
    std::ranges::copy(payload.bytes(), built->payload.begin());
    const crypto::CcmNonce nonce = pdu::mzone_nonce(*built, stid);
    if (protection == pdu::Protection::ctr)
        engine->ctr(tek.expose(), pdu::first_counter_block(nonce), built->payload);
    else
        engine->ccm_protect({tek.expose(), nonce, built->payload, built->icv});

    Output output;
    output.hex("pdu", room.bytes());
    return output;
}

constexpr std::array kUnprotectParameters{
    kTek,
    kStid,
    kIcv,
    kCtr,
    Parameter{"PDU", "HEX", Presence::required, "one whole PDU with an AGMH"},
};

Result<Output> unprotect(Values& values)
{
    TRY(const key::Tek tek, values.key<key::Tek>("--tek"));
    TRY(const Stid stid, values.id<Stid>("--stid"));
    TRY(const pdu::Protection protection, read_protection(values));
    TRY(SecretBuffer bytes, values.hex("PDU"));
    const std::size_t least = pdu::mzone_protected_bytes({}, protection);
    if (bytes.size() < least)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("PDU: it has {} bytes; expected at least {}, those of an empty one",
                                bytes.size(), least));
    TRY(const auto engine, make_engine(values));

    const auto parsed = pdu::parse_mzone_protected(bytes.mutable_bytes(), kKind, protection);
    if (!parsed)
        return fail(ErrorCode::malformed, fmt::format("PDU: {}", describe(parsed.error())));
    if (parsed->header.fid == pdu::kSignalingFid)
        return fail(ErrorCode::malformed,
                    fmt::format("PDU: {}", describe(pdu::ParseError::signaling_header)));
    const crypto::CcmNonce nonce = pdu::mzone_nonce(*parsed, stid);
    if (protection == pdu::Protection::ctr)
        engine->ctr(tek.expose(), pdu::first_counter_block(nonce), parsed->payload);
    else if (!engine->ccm_unprotect({tek.expose(), nonce, parsed->payload, parsed->icv}))
        return fail(ErrorCode::verification_failed, "PDU: the ICV does not match");

    Output output;
    output.number("fid", parsed->header.fid.value())
        .number("eks", parsed->security.eks.value())
        .number("pn", parsed->security.pn.value())
        .hex("payload", parsed->payload);
    return output;
}

constexpr std::array kCmacParameters{
    Parameter{"--key", "H16", Presence::required, "CMAC_KEY_U or CMAC_KEY_D"},
    Parameter{"--akid", "H8", Presence::required, "AKID of the AK that the key belongs to"},
    Parameter{"--cmac-pn", "N", Presence::required, "CMAC packet number, 24 bits"},
    kStid,
    Parameter{"--fid", "N", Presence::required, "flow identifier it is sent on; 0 for class (b)"},
    Parameter{"MESSAGE", "HEX", Presence::required, "encoded message without its CMAC tuple"},
};

Result<Output> cmac(Values& values)
{
    TRY(const key::CmacKey cmac_key, values.key<key::CmacKey>("--key"));
    TRY(const auto akid, values.bytes<std::tuple_size_v<AkId>>("--akid"));
    TRY(const MzoneCmacPn pn, values.id<MzoneCmacPn>("--cmac-pn"));
    TRY(const Stid stid, values.id<Stid>("--stid"));
    TRY(const Fid fid, values.id<Fid>("--fid"));
    TRY(const SecretBuffer message, values.hex("MESSAGE"));
    TRY(const auto engine, make_engine(values));
    return cmac_output(*engine, cmac_key, pdu::mzone_cmac_prefix(akid, pn, stid, fid),
                       message.bytes());
}

} // namespace

const Command kPduProtectMzone{
    .path = "pdu protect mzone",
    .description = "Build an MZone PDU with an AGMH and no extended headers.",
    .parameters = kProtectParameters,
    .notes = "Output: pdu",
    .run = protect,
};

const Command kPduUnprotectMzone{
    .path = "pdu unprotect mzone",
    .description = "Check and decrypt an MZone PDU with an AGMH; extended headers are skipped.",
    .parameters = kUnprotectParameters,
    .notes =
        "Output: fid eks pn payload. A PDU that fails a check gives exit status 1 and no output.",
    .run = unprotect,
};

const Command kPduCmacMzone{
    .path = "pdu cmac mzone",
    .description = "Compute the CMAC value of an MZone control message.",
    .parameters = kCmacParameters,
    .notes = "Output: cmac",
    .run = cmac,
};

} // namespace aaigw::ctl
