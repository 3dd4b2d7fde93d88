#include "crypto/mb_engine.h"

#include "common/check.h"
#include "crypto/mb_library.h"
#include "crypto/secret.h"
#include "crypto/self_test.h"

#include <algorithm>
#include <cstring>

namespace aaigw::crypto {

namespace {

constexpr std::size_t kRingMask = MbEngine::kMaxInFlight - 1;
static_assert((MbEngine::kMaxInFlight & kRingMask) == 0);
static_assert(MbEngine::kMaxBurst <= MbQueue::kMaxBurst);

constexpr unsigned kCmacKind = 1U << static_cast<unsigned>(JobKind::cmac);
constexpr unsigned kCcmKinds = 1U << static_cast<unsigned>(JobKind::ccm_protect) |
                               1U << static_cast<unsigned>(JobKind::ccm_unprotect);

void prefetch_key(const AesKey* key) noexcept
{
    const auto* line = reinterpret_cast<const std::uint8_t*>(key);
    __builtin_prefetch(line);
    __builtin_prefetch(line + 64);
    __builtin_prefetch(line + 128);
}

/// The computed ICV against the received one, in a time that does not depend on either.
bool icv_matches(const CryptoJob& job) noexcept
{
    std::uint64_t computed = 0;
    std::uint64_t received = 0;
    if (job.icv_size == IcvSize::eight) {
        std::memcpy(&computed, job.mac.data(), 8);
        std::memcpy(&received, job.icv, 8);
    } else {
        std::memcpy(&computed, job.mac.data(), 4);
        std::memcpy(&received, job.icv, 4);
    }
    return computed == received; // one comparison of registers
}

} // namespace

MbEngine::MbEngine(std::unique_ptr<MbQueue> ccm, std::unique_ptr<MbQueue> cmac)
    : ccm_{std::move(ccm)}, cmac_{std::move(cmac)}, ctr_slots_(kMaxBurst)
{
    // Each manager sees one kind of job, so the fields that never change are written once.
    static constexpr std::uint8_t kNoAad[16]{};
    for (IMB_JOB& slot : ccm_->manager().jobs) {
        slot = {};
        slot.key_len_in_bytes = kAesKeyBytes;
        slot.iv_len_in_bytes = kCcmNonceBytes;
        slot.cipher_mode = IMB_CIPHER_CCM;
        slot.hash_alg = IMB_AUTH_AES_CCM;
        slot.u.CCM.aad = kNoAad;
    }
    for (IMB_JOB& slot : cmac_->manager().jobs) {
        slot = {};
        slot.cipher_mode = IMB_CIPHER_NULL;
        slot.cipher_direction = IMB_DIR_ENCRYPT;
        slot.chain_order = IMB_ORDER_HASH_CIPHER;
        slot.hash_alg = IMB_AUTH_AES_CMAC;
        slot.auth_tag_output_len_in_bytes = kAesBlockBytes;
    }
}

MbEngine::~MbEngine()
{
    flush(); // gives every key up
}

Result<std::unique_ptr<MbEngine>> MbEngine::create()
{
    return create(MbArch::best);
}

Result<std::unique_ptr<MbEngine>> MbEngine::create(MbArch arch)
{
    // CMAC never in AVX-512: that code of IPsec-MB 1.3 reads up to 15 bytes past the end of a message. Eight lanes
    // are also cheaper to flush, and as fast for messages as short as control messages are.
    const bool avx2 = (imb_get_feature_flags() & IMB_CPUFLAGS_AVX2) == IMB_CPUFLAGS_AVX2;
    TRY(auto ccm, MbQueue::create(arch));
    TRY(auto cmac, MbQueue::create(avx2 && arch != MbArch::sse ? MbArch::avx2 : MbArch::sse));
    std::unique_ptr<MbEngine> engine{new MbEngine{std::move(ccm), std::move(cmac)}};
    TRY_DO(self_test(*engine));
    return engine;
}

void MbEngine::submit(std::span<CryptoJob* const> jobs) noexcept
{
    AAIGW_CHECK(jobs.size() <= kMaxBurst && jobs.size() <= kMaxInFlight - in_flight());

    unsigned kinds = 0;
    std::uint32_t shortest = kMaxJobBytes;
    std::uint32_t longest = 0;
    for (CryptoJob* job : jobs) {
        AAIGW_CHECK(job->status != JobStatus::in_flight && job->length <= kMaxJobBytes);
        job->status = JobStatus::in_flight;
        ring_[tail_++ & kRingMask] = job;
        prefetch_key(job->key.aes);
        kinds |= 1U << static_cast<unsigned>(job->kind);
        shortest = std::min(shortest, job->length);
        longest = std::max(longest, job->length);
    }
    if (longest >= shortest + kAesBlockBytes)
        jobs = sorted_by_length(jobs);
    if ((kinds & ~kCcmKinds) == 0)
        submit_to(*ccm_, jobs);
    else if (kinds == kCmacKind)
        submit_to(*cmac_, jobs);
    else
        submit_mixed(jobs);
}

std::span<CryptoJob* const> MbEngine::collect() noexcept
{
    const std::size_t begin = head_ & kRingMask;
    const std::size_t end =
        std::min(begin + in_flight(), kMaxInFlight); // up to where the ring wraps
    std::size_t at = begin;
    while (at < end && ring_[at]->status != JobStatus::in_flight)
        ++at;
    head_ += at - begin;
    return std::span{ring_}.subspan(begin, at - begin);
}

void MbEngine::flush() noexcept
{
    flush(*ccm_);
    flush(*cmac_);
}

void MbEngine::flush(MbQueue& queue) noexcept
{
    if (queue.staged() > 0)
        finish(queue, queue.issue(queue.staged()));
    for (auto finished = queue.flush(); !finished.empty(); finished = queue.flush())
        finish(queue, finished);
}

void MbEngine::submit_mixed(std::span<CryptoJob* const> jobs) noexcept
{
    std::size_t ccm = 0;
    std::size_t ctr = 0;
    std::size_t cmac = 0;
    for (CryptoJob* job : jobs) {
        if (job->kind == JobKind::ctr)
            ctr_burst_[ctr++] = job;
        else if (job->kind == JobKind::cmac)
            cmac_burst_[cmac++] = job;
        else
            ccm_burst_[ccm++] = job;
    }
    run_ctr(std::span{ctr_burst_}.first(ctr));
    submit_to(*cmac_, std::span{cmac_burst_}.first(cmac));
    // A few CMACs among packets would wait long for their lanes to fill, and everything behind them with them.
    flush(*cmac_);
    submit_to(*ccm_, std::span{ccm_burst_}.first(ccm));
}

void MbEngine::submit_to(MbQueue& queue, std::span<CryptoJob* const> jobs) noexcept
{
    if (jobs.size() > queue.room())
        flush(
            queue); // one long job holds up the order of very many short ones: rare enough to pay for
    for (CryptoJob* job : jobs) {
        if (job->kind == JobKind::cmac)
            fill_cmac(queue, *job);
        else
            fill_ccm(queue, *job);
    }
    // The keys of the newest jobs are still on their way from memory.
    if (queue.staged() > kKeysAhead)
        finish(queue, queue.issue(queue.staged() - kKeysAhead));
}

/// The manager works on all its lanes for as many blocks as the shortest job still has, so neighbours of like
/// length waste the least: a burst of unequal jobs goes in sorted, and in alternating direction, because what the
/// last burst left in the lanes is what it ended with.
std::span<CryptoJob* const> MbEngine::sorted_by_length(std::span<CryptoJob* const> jobs) noexcept
{
    const std::span sorted = std::span{sorted_}.first(jobs.size());
    std::ranges::copy(jobs, sorted.begin());
    if (longest_first_)
        std::ranges::sort(sorted, std::ranges::greater{}, &CryptoJob::length);
    else
        std::ranges::sort(sorted, {}, &CryptoJob::length);
    longest_first_ = !longest_first_;
    return sorted;
}

void MbEngine::fill_ccm(MbQueue& queue, CryptoJob& job) noexcept
{
    const bool protect = job.kind == JobKind::ccm_protect;
    job.key.aes->use_.stamp(queue.slot());
    IMB_JOB& slot = queue.take();
    slot.enc_keys = job.key.aes->schedule_.data();
    slot.src = job.data;
    slot.dst = job.data;
    slot.msg_len_to_cipher_in_bytes = job.length;
    slot.msg_len_to_hash_in_bytes = job.length;
    slot.iv = job.nonce.data();
    slot.auth_tag_output = protect ? job.icv : job.mac.data();
    slot.auth_tag_output_len_in_bytes = bytes(job.icv_size);
    slot.cipher_direction = protect ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
    slot.chain_order = protect ? IMB_ORDER_HASH_CIPHER : IMB_ORDER_CIPHER_HASH;
    slot.user_data = &job;
}

void MbEngine::fill_cmac(MbQueue& queue, CryptoJob& job) noexcept
{
    job.key.cmac->use_.stamp(queue.slot());
    IMB_JOB& slot = queue.take();
    // The library looks at the address of an empty message, which may well be null.
    slot.src = job.length > 0 ? job.message : job.mac.data();
    slot.msg_len_to_hash_in_bytes = job.length;
    slot.u.CMAC._key_expanded = job.key.cmac->schedule_.data();
    slot.u.CMAC._skey1 = job.key.cmac->subkey1_.data();
    slot.u.CMAC._skey2 = job.key.cmac->subkey2_.data();
    slot.auth_tag_output = job.mac.data();
    slot.user_data = &job;
}

void MbEngine::finish(MbQueue& queue, std::span<IMB_JOB* const> finished) noexcept
{
    for (IMB_JOB* slot : finished) {
        CryptoJob& job = *static_cast<CryptoJob*>(slot->user_data);
        AAIGW_CHECK(slot->status == IMB_STATUS_COMPLETED);
        if (job.kind == JobKind::ccm_unprotect && !icv_matches(job)) [[unlikely]] {
            wipe({job.data, job.length}); // nobody may see what was not authenticated
            job.status = JobStatus::icv_mismatch;
        } else {
            job.status = JobStatus::done;
        }
    }
    queue.slot().finish(finished.size());
}

void MbEngine::run_ctr(std::span<CryptoJob* const> jobs) noexcept
{
    // The array form has no queue: these are finished when the call returns, so the key needs no hold.
    std::size_t count = 0;
    for (CryptoJob* job : jobs) {
        job->status = JobStatus::done;
        if (job->length == 0)
            continue; // the library takes no empty cipher job
        IMB_JOB& slot = ctr_slots_[count++];
        slot.enc_keys = job->key.aes->schedule_.data();
        slot.key_len_in_bytes = kAesKeyBytes;
        slot.src = job->data;
        slot.dst = job->data;
        slot.msg_len_to_cipher_in_bytes = job->length;
        slot.iv = job->nonce.data();
        slot.iv_len_in_bytes = kAesBlockBytes;
    }
    const std::uint32_t finished = IMB_SUBMIT_CIPHER_BURST_NOCHECK(
        &ccm_->manager(), ctr_slots_.data(), static_cast<std::uint32_t>(count), IMB_CIPHER_CNTR,
        IMB_DIR_ENCRYPT, IMB_KEY_128_BYTES);
    AAIGW_CHECK(finished == count);
}

} // namespace aaigw::crypto
