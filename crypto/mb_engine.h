// MbEngine: the batch crypto engine of the fast path, on Intel IPsec-MB.
//
// A burst of jobs goes in, for any mix of keys, lengths, directions and operations; finished jobs come out in the
// order in which they went in. Jobs may stay in the library's lanes until later bursts push them out, because flushing
// a 16-lane manager after each burst costs more than the cryptography of short packets. The caller flushes when it has
// nothing more to submit.
#pragma once

#include "common/result.h"
#include "crypto/aes_key.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

struct IMB_JOB;

namespace aaigw::crypto {

enum class MbArch : std::uint8_t;
class MbQueue;

enum class JobKind : std::uint8_t { ccm_protect, ccm_unprotect, ctr, cmac };
enum class JobStatus : std::uint8_t {
    idle,         ///< not yet submitted
    in_flight,    ///< held by an engine
    done,         ///< finished; for ccm_unprotect: the ICV matched
    icv_mismatch, ///< ccm_unprotect only: refused, and the data was wiped
};

/// One operation on one packet, in place. The caller owns it and all it points to, and leaves both alone from
/// submit() until collect() returns it. One cache line.
struct alignas(64) CryptoJob {
    union {
        const AesKey* aes;   ///< ccm_protect, ccm_unprotect, ctr
        const CmacKey* cmac; ///< cmac
    } key{nullptr};
    union {
        std::uint8_t* data;          ///< protected or opened in place
        const std::uint8_t* message; ///< cmac
    };
    std::uint8_t* icv =
        nullptr;              ///< CCM: `icv_size` bytes, written by protect and read by unprotect
    std::uint32_t length = 0; ///< of data or message: at most kMaxJobBytes
    JobKind kind = JobKind::ccm_protect;
    IcvSize icv_size = IcvSize::eight;
    JobStatus status = JobStatus::idle;
    /// CCM: the 13-byte nonce first. CTR: the whole first counter block.
    alignas(16) AesBlock nonce{};
    /// cmac: the whole MAC. ccm_unprotect: scratch.
    alignas(16) AesBlock mac{};

    CryptoJob() noexcept : data{nullptr} {}
};
static_assert(sizeof(CryptoJob) == 64);

/// Longest data of a job: a whole MAC PDU has at most 2,047 bytes; jumbo user packets fit as well.
inline constexpr std::size_t kMaxJobBytes = 16384;

/// Not thread safe: one engine a worker. Nothing here allocates, locks or calls the system after create().
class MbEngine {
  public:
    /// Most jobs in one engine at a time; collect() makes room.
    static constexpr std::size_t kMaxInFlight = 512;
    /// Largest burst of one submit().
    static constexpr std::size_t kMaxBurst = 128;

    /// Jobs that are held back while their keys are fetched from memory.
    static constexpr std::size_t kKeysAhead = 16;

    /// Runs the known-answer self-test first and refuses when any answer differs.
    [[nodiscard]] static Result<std::unique_ptr<MbEngine>> create();
    [[nodiscard]] static Result<std::unique_ptr<MbEngine>> create(MbArch arch);

    ~MbEngine();
    MbEngine(const MbEngine&) = delete;
    MbEngine& operator=(const MbEngine&) = delete;

    /// Takes up to kMaxBurst jobs; in_flight() + jobs.size() may not exceed kMaxInFlight.
    void submit(std::span<CryptoJob* const> jobs) noexcept;

    /// Finished jobs, oldest first; never past one that is not finished. Call again until it returns none. The view
    /// holds until the next submit().
    [[nodiscard]] std::span<CryptoJob* const> collect() noexcept;

    /// Finishes every job in flight, for collect().
    void flush() noexcept;

    /// Jobs submitted and not yet collected.
    [[nodiscard]] std::size_t in_flight() const noexcept { return tail_ - head_; }

  private:
    MbEngine(std::unique_ptr<MbQueue> ccm, std::unique_ptr<MbQueue> cmac);

    std::span<CryptoJob* const> sorted_by_length(std::span<CryptoJob* const> jobs) noexcept;
    void submit_to(MbQueue& queue, std::span<CryptoJob* const> jobs) noexcept;
    void submit_mixed(std::span<CryptoJob* const> jobs) noexcept;
    void run_ctr(std::span<CryptoJob* const> jobs) noexcept;
    static void fill_ccm(MbQueue& queue, CryptoJob& job) noexcept;
    static void fill_cmac(MbQueue& queue, CryptoJob& job) noexcept;
    static void finish(MbQueue& queue, std::span<IMB_JOB* const> finished) noexcept;
    static void flush(MbQueue& queue) noexcept;

    std::unique_ptr<MbQueue> ccm_;
    std::unique_ptr<MbQueue> cmac_;
    bool longest_first_ = false; ///< the next unequal burst begins with its longest jobs

    // Scratch of one submit(), here so that no call has to clear it on the stack.
    std::array<CryptoJob*, kMaxBurst> sorted_{};
    std::array<CryptoJob*, kMaxBurst> ccm_burst_{};
    std::array<CryptoJob*, kMaxBurst> ctr_burst_{};
    std::array<CryptoJob*, kMaxBurst> cmac_burst_{};
    std::vector<IMB_JOB> ctr_slots_;

    // Every job in the order of submission; positions count up for ever.
    std::array<CryptoJob*, kMaxInFlight> ring_{};
    std::size_t head_ = 0;
    std::size_t tail_ = 0;
};

} // namespace aaigw::crypto
