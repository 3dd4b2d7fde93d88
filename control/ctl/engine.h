// The choice of the crypto implementation, common to all offline commands.
#pragma once

#include "control/ctl/values.h"
#include "crypto/provider.h"

#include <memory>
#include <string_view>

namespace aaigw::ctl {

inline constexpr std::string_view kEngineOption = "--engine";

/// What `--engine` says, or the IPsec-MB one, which the fast path uses.
[[nodiscard]] Result<std::unique_ptr<crypto::Provider>> make_engine(Values& values);

} // namespace aaigw::ctl
