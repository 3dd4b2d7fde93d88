// `aaigw-bench crypto`: the cryptography beside raw IPsec-MB and OpenSSL.
#pragma once

#include <string>
#include <vector>

namespace aaigw::bench {

struct CryptoOptions {
    std::size_t rounds = 5;
    std::vector<std::size_t> sizes; ///< CCM payload bytes; empty: all of the report
    std::vector<std::size_t> keys;  ///< distinct keys; empty: all of the report
    std::string json_path;          ///< empty: no JSON
};

/// Measures, prints the table, writes the JSON. Returns the exit status.
[[nodiscard]] int run_crypto(const CryptoOptions& options);

} // namespace aaigw::bench
