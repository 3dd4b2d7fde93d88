// Known-answer tests of the primitives, run before any of them is used.
#pragma once

#include "common/result.h"
#include "crypto/provider.h"

namespace aaigw::crypto {

class MbEngine;

/// Published answers for AES-CMAC, AES-128, AES-CTR, AES-CCM and both HMACs, and a refused ICV.
/// The error names the primitive that gave a wrong answer.
[[nodiscard]] Result<void> self_test(Provider& provider);

/// The same for the batch engine: published AES-CCM, CTR and CMAC answers in one mixed burst.
[[nodiscard]] Result<void> self_test(MbEngine& engine);

} // namespace aaigw::crypto
