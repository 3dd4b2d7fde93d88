// MILENAGE (TS 35.206): the functions of a subscriber's key from which CK and IK, the root of the EPS keys, come.
#pragma once

#include "control/key/eps_keys.h"
#include "control/key/key_types.h"
#include "crypto/provider.h"

#include <array>
#include <cstdint>

namespace aaigw::key {

using SubscriberKey = TypedKey<struct SubscriberKeyTag, 16>; ///< K
using OperatorKey = TypedKey<struct OperatorKeyTag, 16>;     ///< OP
using SubscriberOpc = TypedKey<struct SubscriberOpcTag, 16>; ///< OP_C: OP bound to one K

using Rand = std::array<std::uint8_t, 16>;
using Sqn = std::array<std::uint8_t, 6>;
using Amf = std::array<std::uint8_t, 2>;

/// OP_C = AES_K(OP) xor OP (TS 35.206 4.1).
[[nodiscard]] SubscriberOpc derive_opc(crypto::Provider& provider, const SubscriberKey& k,
                                       const OperatorKey& op);

/// What f2 to f5* give for one challenge (TS 35.206 4.1). RES and the two anonymity keys are as secret as the session
/// until it has begun.
struct MilenageKeys {
    crypto::Secret<8> res;                  ///< f2
    CipherKey ck;                           ///< f3
    IntegrityKey ik;                        ///< f4
    crypto::Secret<6> anonymity_key;        ///< f5: AK, which hides SQN
    crypto::Secret<6> resync_anonymity_key; ///< f5*: AK of a resynchronisation
};

[[nodiscard]] MilenageKeys derive_milenage_keys(crypto::Provider& provider, const SubscriberKey& k,
                                                const SubscriberOpc& opc, const Rand& rand);

/// f1 and f1*: the codes that authenticate the network, and the station in a resynchronisation.
struct MilenageMacs {
    std::array<std::uint8_t, 8> mac_a; ///< f1
    std::array<std::uint8_t, 8> mac_s; ///< f1*
};

[[nodiscard]] MilenageMacs derive_milenage_macs(crypto::Provider& provider, const SubscriberKey& k,
                                                const SubscriberOpc& opc, const Rand& rand,
                                                const Sqn& sqn, const Amf& amf);

} // namespace aaigw::key
