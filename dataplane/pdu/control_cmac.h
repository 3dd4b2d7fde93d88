// The CMAC of control messages: the sixteen bytes that go before the message, the digest, and the tuples that carry it.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "crypto/provider.h"
#include "dataplane/pdu/parse_error.h"

#include <optional>

namespace aaigw::pdu {

inline constexpr std::size_t kCmacPrefixBytes = 16;
using CmacPrefix = std::array<std::uint8_t, kCmacPrefixBytes>;

/// AKID(8) | CMAC_PN(3) | STID(12) FID(4) | 00 x 3: IEEE 802.16.1-2012 6.2.5.2.1. The message follows, encoded and
/// without its tuple. The FID is the one it is sent on; the STID is zero as long as none is assigned.
[[nodiscard]] CmacPrefix mzone_cmac_prefix(const AkId& akid, MzoneCmacPn pn, Stid stid,
                                           Fid fid) noexcept;

/// AKID(8) | CMAC_PN(4) | CID(2) | 00 x 2: IEEE 802.16-2009 7.5.4.4. The message follows without its tuple.
/// Unconfirmed: AKID where early drafts of the clause had a key sequence number.
[[nodiscard]] CmacPrefix lzone_cmac_prefix(const AkId& akid, LzoneCmacPn pn, Cid cid) noexcept;

/// What a tuple carries of the AES-CMAC. Compared with crypto::ct_equal.
using CmacValue = std::array<std::uint8_t, 8>;

/// The low-order 64 bits, so the last eight bytes, in both zones.
[[nodiscard]] CmacValue cmac_value(const crypto::AesBlock& mac) noexcept;

/// rsv(4) | PMK SN(4) | CMAC_PN(24) | value(64), appended to the encoded message.
/// Unconfirmed: the order and the reserved bits, which are sent as 0 and ignored on receipt.
struct MzoneCmacTuple {
    AkSn pmk_sn;
    MzoneCmacPn pn;
    CmacValue value{};

    friend bool operator==(const MzoneCmacTuple&, const MzoneCmacTuple&) = default;
};

inline constexpr std::size_t kMzoneCmacTupleBytes = 12;

/// `bytes` is the tuple and nothing else.
[[nodiscard]] Parsed<MzoneCmacTuple> parse_mzone_cmac_tuple(Bytes bytes) noexcept;
[[nodiscard]] std::array<std::uint8_t, kMzoneCmacTupleBytes>
build_mzone_cmac_tuple(const MzoneCmacTuple& tuple) noexcept;

/// The TLV of type 141: rsv(4) AK SN(4) | BSID(6), when the length is 19 | CMAC_PN(4) | value(8).
/// The reserved bits are sent as 0 and ignored on receipt (IEEE 802.16-2009 11.1.2.2).
struct LzoneCmacTuple {
    AkSn ak_sn;
    std::optional<MacAddress> bsid;
    LzoneCmacPn pn;
    CmacValue value{};

    friend bool operator==(const LzoneCmacTuple&, const LzoneCmacTuple&) = default;
};

inline constexpr std::uint8_t kLzoneCmacTupleType = 141;
inline constexpr std::size_t kMaxLzoneCmacTupleBytes = 2 + 19;

/// `bytes` is the TLV and nothing else: it is the last one of its message.
[[nodiscard]] Parsed<LzoneCmacTuple> parse_lzone_cmac_tuple(Bytes bytes) noexcept;
/// Writes the TLV to the front of `room` and gives the part written.
[[nodiscard]] Parsed<MutableBytes> build_lzone_cmac_tuple(const LzoneCmacTuple& tuple,
                                                          MutableBytes room) noexcept;

} // namespace aaigw::pdu
