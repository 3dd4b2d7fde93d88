// The part of `pdu cmac` that both zones share.
#pragma once

#include "control/ctl/output.h"
#include "control/ctl/secret_buffer.h"
#include "control/key/key_types.h"
#include "crypto/provider.h"
#include "dataplane/pdu/control_cmac.h"

#include <algorithm>
#include <array>

namespace aaigw::ctl {

/// {"cmac": ...} of prefix || message.
[[nodiscard]] inline Output cmac_output(crypto::Provider& engine, const key::CmacKey& key,
                                        const pdu::CmacPrefix& prefix, Bytes message)
{
    SecretBuffer input{prefix.size() + message.size()};
    std::ranges::copy(prefix, input.mutable_bytes().begin());
    std::ranges::copy(message, input.mutable_bytes().subspan(prefix.size()).begin());
    crypto::AesBlock mac{};
    engine.cmac(std::array{crypto::CmacRequest{key.expose(), input.bytes(), mac}});

    Output output;
    output.hex("cmac", pdu::cmac_value(mac));
    return output;
}

} // namespace aaigw::ctl
