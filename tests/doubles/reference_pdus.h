// Protected PDUs as the other end of a link makes and opens them: layouts of dataplane/pdu, cryptography of OpenSSL.
#pragma once

#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"
#include "tests/doubles/frames.h"

#include <array>
#include <optional>

namespace aaigw::doubles {

using Key = std::array<std::uint8_t, crypto::kAesKeyBytes>;

/// A key that differs from those of other numbers.
[[nodiscard]] Key key_of(std::uint64_t number);

/// A TEK and what goes with it.
struct FarTek {
    Key key{};
    Eks eks;
    pdu::Protection protection = pdu::Protection::ccm_icv8;
};

struct MzoneParts {
    Fid fid = Fid::from_field(4);
    std::uint32_t pn = 0x200001;
    pdu::HeaderKind kind = pdu::HeaderKind::agmh;
    std::uint8_t sn = 0;
    Buffer extended{}; ///< an extended header group with its length byte, or nothing
};

[[nodiscard]] Buffer protect_mzone(const FarTek& tek, Stid stid, const MzoneParts& parts,
                                   Bytes payload);

struct OpenedMzone {
    MzoneParts parts;
    Eks eks;
    Buffer payload;
};

/// Nothing when the layout, the EKS or the ICV is wrong.
[[nodiscard]] std::optional<OpenedMzone> open_mzone(const FarTek& tek, Stid stid, Bytes pdu,
                                                    pdu::HeaderKind kind = pdu::HeaderKind::agmh);

struct LzoneParts {
    Cid cid;
    std::uint32_t pn = 0x80000001;
    pdu::Crc crc = pdu::Crc::absent;
    std::uint8_t type = 0;
    Buffer extended{};
};

[[nodiscard]] Buffer protect_lzone(const FarTek& tek, const LzoneParts& parts, Bytes payload);

struct OpenedLzone {
    LzoneParts parts;
    Eks eks;
    Buffer payload;
};

[[nodiscard]] std::optional<OpenedLzone> open_lzone(const FarTek& tek, Bytes pdu);

[[nodiscard]] Buffer clear_mzone(Fid fid, Bytes payload);
[[nodiscard]] Buffer clear_lzone(Cid cid, Bytes payload, pdu::Crc crc = pdu::Crc::absent);

/// The key that signs control messages, and what goes with it.
struct FarCmac {
    Key key{};
    AkId akid{};
    AkSn ak_sn;
};

/// `message` with its CMAC tuple behind it, on FID 0 of `stid`. Its first bit has to say that there is one.
[[nodiscard]] Buffer sign_mzone(const FarCmac& cmac, Stid stid, std::uint32_t cmac_pn,
                                Bytes message);
[[nodiscard]] Buffer sign_lzone(const FarCmac& cmac, Cid cid, std::uint32_t cmac_pn, Bytes message,
                                const std::optional<MacAddress>& bsid = {});

} // namespace aaigw::doubles
