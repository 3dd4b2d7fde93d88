// MbEngine: the batch crypto engine of the fast path, on Intel IPsec-MB.
//
// Jobs of any mix of keys, lengths, directions and operations go in; they come out finished in the order in which they
// went in. Jobs may stay in the library's lanes until later ones push them out, because flushing a 16-lane manager
// after each burst costs more than the cryptography of short packets. The caller flushes when it has nothing more to
// submit.
//
//     for each packet:  CryptoJob& job = engine.take();  fill it
//     engine.submit();
//     for (auto done = engine.collect(); !done.empty(); done = engine.collect())  use them
#pragma once

#include "common/check.h"
#include "common/result.h"
#include "crypto/aes_key.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace aaigw::crypto {

enum class MbArch : std::uint8_t;
class MbQueue;

enum class JobKind : std::uint8_t { ccm_protect, ccm_unprotect, ctr, cmac };
enum class JobStatus : std::uint8_t {
    in_flight,    ///< not finished
    done,         ///< finished; for ccm_unprotect: the ICV matched
    icv_mismatch, ///< ccm_unprotect only: refused, and the data was wiped
};

/// Longest data of a job: a whole MAC PDU has at most 2,047 bytes; jumbo user packets fit as well.
inline constexpr std::size_t kMaxJobBytes = 16384;

/// One operation on one packet, in place: one cache line in the engine's ring. What it points to stays untouched from
/// submit() until collect() returns it. take() gives it as its last use left it: set every field of its kind.
struct alignas(64) CryptoJob {
    union {
        AesBlock
            nonce{};  ///< CCM: 13 bytes and three unused ones. CTR: the whole first counter block
        AesBlock mac; ///< cmac: the result
    };
    union {
        const AesKey* aes = nullptr; ///< ccm_protect, ccm_unprotect, ctr
        const CmacKey* cmac;         ///< cmac
    } key;
    union {
        std::uint8_t* data = nullptr; ///< protected or opened in place
        const std::uint8_t* message;  ///< cmac
    };
    std::uint8_t* icv =
        nullptr;              ///< CCM: `icv_size` bytes, written by protect and read by unprotect
    void* owner = nullptr;    ///< the caller's; not looked at
    std::uint16_t length = 0; ///< of data or message: at most kMaxJobBytes
    JobKind kind = JobKind::ccm_protect;
    IcvSize icv_size = IcvSize::eight;
    JobStatus status = JobStatus::done;
    std::array<std::uint8_t, 8> computed_icv{}; ///< scratch of ccm_unprotect
};
static_assert(sizeof(CryptoJob) == 64);

/// Not thread safe: one engine a worker. Nothing here allocates, locks or calls the system after create().
class MbEngine {
  public:
    /// Most jobs in one engine, from take() until they are collected.
    static constexpr std::size_t kMaxInFlight = 512;
    /// Jobs that are held back while their keys are fetched from memory.
    static constexpr std::size_t kKeysAhead = 24;
    /// A job that so many later ones have been submitted behind is finished at once: packets of a rare size would
    /// otherwise wait for company in their lanes, and everything behind them for its turn.
    static constexpr std::size_t kMaxLag = 256;

    /// Runs the known-answer self-test first and refuses when any answer differs.
    [[nodiscard]] static Result<std::unique_ptr<MbEngine>> create();
    [[nodiscard]] static Result<std::unique_ptr<MbEngine>> create(MbArch arch);

    ~MbEngine();
    MbEngine(const MbEngine&) = delete;
    MbEngine& operator=(const MbEngine&) = delete;

    /// Jobs that take() can still give.
    [[nodiscard]] std::size_t room() const noexcept { return kMaxInFlight - in_flight(); }

    /// The next job, to be filled; needs room() > 0.
    [[nodiscard]] CryptoJob& take() noexcept
    {
        AAIGW_CHECK(room() > 0);
        return jobs_[taken_++ % kMaxInFlight];
    }

    /// Submits every job taken since the last submit(), as one burst.
    void submit() noexcept;

    /// Finished jobs, oldest first; never past one that is not finished. Call again until it returns none: the ring
    /// may wrap. The view holds until the next take().
    [[nodiscard]] std::span<CryptoJob> collect() noexcept;

    /// Finishes every submitted job, for collect().
    void flush() noexcept;

    /// Jobs taken and not yet collected.
    [[nodiscard]] std::size_t in_flight() const noexcept { return taken_ - collected_; }

  private:
    struct Queues {
        std::unique_ptr<MbQueue> short_ccm; ///< eight lanes: cheaper for short packets
        std::unique_ptr<MbQueue> long_ccm;  ///< sixteen lanes where the CPU has them
        std::unique_ptr<MbQueue> cmac;
    };

    MbEngine(Queues queues, std::size_t short_max);

    [[nodiscard]] CryptoJob& job_at(std::size_t position) noexcept
    {
        return jobs_[position % kMaxInFlight];
    }

    void stage_ccm() noexcept;
    void stage_cmac(MbQueue& queue) noexcept;
    void run_ctr(CryptoJob& job) noexcept;
    /// Of a job that is in flight.
    [[nodiscard]] MbQueue& queue_of(const CryptoJob& job) noexcept;
    void advance_finished() noexcept;

    // Positions in the ring count up for ever: collected_ <= finished_ <= submitted_ <= taken_.
    std::array<CryptoJob, kMaxInFlight> jobs_;
    std::size_t taken_ = 0;
    std::size_t submitted_ = 0;
    std::size_t finished_ = 0; ///< every job before this one is finished
    std::size_t collected_ = 0;

    Queues queues_;
    std::size_t short_max_; ///< longest CCM data for short_ccm; 0 without sixteen lanes
};

} // namespace aaigw::crypto
