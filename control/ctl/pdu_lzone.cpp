// aaigwctl pdu protect|unprotect|cmac lzone
#include "common/check.h"
#include "control/ctl/cmac_output.h"
#include "control/ctl/commands.h"
#include "control/ctl/engine.h"
#include "control/key/key_types.h"
#include "dataplane/pdu/control_cmac.h"
#include "dataplane/pdu/lzone_pdu.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aaigw::ctl {

namespace {

constexpr Parameter kTek{"--tek", "H16", Presence::required, "traffic encryption key"};
constexpr Parameter kCid{"--cid", "N", Presence::required, "connection identifier, 16 bits"};

constexpr std::array kProtectParameters{
    kTek,
    kCid,
    Parameter{"--eks", "N", Presence::required, "encryption key sequence, 0 to 3"},
    Parameter{"--pn", "N", Presence::required, "packet number, 32 bits"},
    Parameter{"PAYLOAD", "HEX", Presence::required, "plaintext, without subheaders; may be empty"},
};

Result<Output> protect(Values& values)
{
    TRY(const key::Tek tek, values.key<key::Tek>("--tek"));
    TRY(const Cid cid, values.id<Cid>("--cid"));
    TRY(const Eks eks, values.id<Eks>("--eks"));
    TRY(const LzonePn pn, values.id<LzonePn>("--pn"));
    TRY(const SecretBuffer payload, values.hex("PAYLOAD"));
    const std::size_t most = pdu::kMaxLzonePduBytes - pdu::lzone_protected_bytes({});
    if (payload.size() > most)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("PAYLOAD: it has {} bytes; the length field allows {}",
                                payload.size(), most));
    TRY(const auto engine, make_engine(values));

    const pdu::LzoneFields fields{.cid = cid, .payload_bytes = payload.size()};
    SecretBuffer room{pdu::lzone_protected_bytes(fields)};
    const auto built = pdu::build_lzone_protected(fields, eks, pn, room.mutable_bytes());
    AAIGW_CHECK(built.has_value()); // the size was checked above
    std::ranges::copy(payload.bytes(), built->payload.begin());
    engine->ccm_protect({tek.expose(), pdu::lzone_nonce(*built), built->payload, built->icv});

    Output output;
    output.hex("pdu", room.bytes());
    return output;
}

constexpr std::array kUnprotectParameters{
    kTek,
    Parameter{"PDU", "HEX", Presence::required, "one whole PDU with a generic MAC header"},
};

/// A CRC-32 may be in the form of either PHY: nothing in the PDU says which.
pdu::Parsed<pdu::LzoneProtectedPdu> parse(MutableBytes bytes)
{
    auto parsed = pdu::parse_lzone_protected(bytes, pdu::CrcForm::ofdma);
    if (!parsed && parsed.error() == pdu::ParseError::crc_mismatch)
        return pdu::parse_lzone_protected(bytes, pdu::CrcForm::ofdm);
    return parsed;
}

Result<Output> unprotect(Values& values)
{
    TRY(const key::Tek tek, values.key<key::Tek>("--tek"));
    TRY(SecretBuffer bytes, values.hex("PDU"));
    const std::size_t least = pdu::lzone_protected_bytes({});
    if (bytes.size() < least)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("PDU: it has {} bytes; expected at least {}, those of an empty one",
                                bytes.size(), least));
    TRY(const auto engine, make_engine(values));

    const auto parsed = parse(bytes.mutable_bytes());
    if (!parsed)
        return fail(ErrorCode::malformed, fmt::format("PDU: {}", describe(parsed.error())));
    if (!engine->ccm_unprotect(
            {tek.expose(), pdu::lzone_nonce(*parsed), parsed->payload, parsed->icv}))
        return fail(ErrorCode::verification_failed, "PDU: the ICV does not match");

    Output output;
    output.number("cid", parsed->header.cid.value())
        .number("eks", parsed->header.eks.value())
        .number("pn", parsed->pn.value())
        .hex("payload", parsed->payload);
    return output;
}

constexpr std::array kCmacParameters{
    Parameter{"--key", "H16", Presence::required, "CMAC_KEY_U or CMAC_KEY_D"},
    Parameter{"--akid", "H8", Presence::required, "AKID of the AK that the key belongs to"},
    Parameter{"--cmac-pn", "N", Presence::required, "CMAC packet number, 32 bits"},
    kCid,
    Parameter{"MESSAGE", "HEX", Presence::required, "message without its CMAC tuple"},
};

Result<Output> cmac(Values& values)
{
    TRY(const key::CmacKey cmac_key, values.key<key::CmacKey>("--key"));
    TRY(const auto akid, values.bytes<std::tuple_size_v<AkId>>("--akid"));
    TRY(const LzoneCmacPn pn, values.id<LzoneCmacPn>("--cmac-pn"));
    TRY(const Cid cid, values.id<Cid>("--cid"));
    TRY(const SecretBuffer message, values.hex("MESSAGE"));
    TRY(const auto engine, make_engine(values));
    return cmac_output(*engine, cmac_key, pdu::lzone_cmac_prefix(akid, pn, cid), message.bytes());
}

} // namespace

const Command kPduProtectLzone{
    .path = "pdu protect lzone",
    .description = "Build an LZone PDU with a generic MAC header and no CRC-32.",
    .parameters = kProtectParameters,
    .notes = "Output: pdu",
    .run = protect,
};

const Command kPduUnprotectLzone{
    .path = "pdu unprotect lzone",
    .description = "Check and decrypt an LZone PDU; extended subheaders are skipped.",
    .parameters = kUnprotectParameters,
    .notes =
        "A CRC-32 (CI=1) may be in the form of the OFDMA or of the OFDM PHY.\n"
        "Output: cid eks pn payload. A PDU that fails a check gives exit status 1 and no output.",
    .run = unprotect,
};

const Command kPduCmacLzone{
    .path = "pdu cmac lzone",
    .description = "Compute the CMAC value of an LZone MAC management message.",
    .parameters = kCmacParameters,
    .notes = "Output: cmac",
    .run = cmac,
};

} // namespace aaigw::ctl
