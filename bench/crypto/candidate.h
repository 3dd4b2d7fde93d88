// What is measured: an implementation that runs one operation over all packets of a workload.
#pragma once

#include "bench/crypto/workload.h"

#include <memory>
#include <string>
#include <vector>

namespace aaigw::bench {

/// One implementation, set up for one workload and operation: keys expanded, contexts made. Only run() is timed.
class Candidate {
  public:
    virtual ~Candidate() = default;

    /// For the report, e.g. "AVX-512, no flush".
    [[nodiscard]] virtual std::string name() const = 0;

    /// Called before each run(), not timed.
    virtual void prepare() {}

    /// The operation once over all packets, in place, in bursts of kBurst where there are bursts; every packet is
    /// finished on return. A wrong ICV stops the program: a benchmark of refusals would measure something else.
    virtual void run() = 0;
};

/// Our batch engine.
[[nodiscard]] std::unique_ptr<Candidate> make_engine_candidate(const Workload& workload,
                                                               Operation operation);

/// Not measured: gives ccm_unprotect valid ciphertext for the pass that the workload is at.
[[nodiscard]] std::unique_ptr<Candidate> make_protector(Workload& workload);

/// The ways in which the raw library does best, one candidate each: wide and narrow lanes, flushed after each burst
/// or left to run on.
[[nodiscard]] std::vector<std::unique_ptr<Candidate>>
make_raw_mb_candidates(const Workload& workload, Operation operation);

/// OpenSSL EVP with a context for each key.
[[nodiscard]] std::unique_ptr<Candidate> make_openssl_candidate(const Workload& workload,
                                                                Operation operation);

} // namespace aaigw::bench
