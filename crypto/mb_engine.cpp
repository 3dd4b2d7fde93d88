#include "crypto/mb_engine.h"

#include "common/check.h"
#include "crypto/mb_library.h"
#include "crypto/secret.h"
#include "crypto/self_test.h"

#include <algorithm>
#include <cstring>

namespace aaigw::crypto {

namespace {

/// Up to this length eight AVX2 lanes beat sixteen AVX-512 ones (aaigw-bench crypto, Zen 4).
constexpr std::size_t kShortPacket = 96;

/// Keys asked for before the library is given something to do meanwhile. With all of a burst at once the core waits for
/// memory instead of working; fewer than sixteen cost more calls than they save (aaigw-bench crypto, 65,536 keys).
constexpr std::size_t kStageAtOnce = 16;

void prefetch_key(const void* key) noexcept
{
    const auto* line = static_cast<const std::uint8_t*>(key);
    __builtin_prefetch(line);
    __builtin_prefetch(line + 64);
    __builtin_prefetch(line + 128);
}

[[nodiscard]] bool is_ccm(JobKind kind) noexcept
{
    return kind == JobKind::ccm_protect || kind == JobKind::ccm_unprotect;
}

/// The computed ICV against the received one, in a time that does not depend on either.
bool icv_matches(const CryptoJob& job) noexcept
{
    std::uint64_t computed = 0;
    std::uint64_t received = 0;
    if (job.icv_size == IcvSize::eight) {
        std::memcpy(&computed, job.computed_icv.data(), 8);
        std::memcpy(&received, job.icv, 8);
    } else {
        std::memcpy(&computed, job.computed_icv.data(), 4);
        std::memcpy(&received, job.icv, 4);
    }
    return computed == received; // one comparison of registers
}

// Each manager sees one kind of job, so the fields that never change are written once.
void write_constants(MbQueue& queue, JobKind kind) noexcept
{
    static constexpr std::uint8_t kNoAad[16]{};
    for (IMB_JOB& slot : queue.manager().jobs) {
        slot = {};
        if (kind == JobKind::cmac) {
            slot.cipher_mode = IMB_CIPHER_NULL;
            slot.cipher_direction = IMB_DIR_ENCRYPT;
            slot.chain_order = IMB_ORDER_HASH_CIPHER;
            slot.hash_alg = IMB_AUTH_AES_CMAC;
            slot.auth_tag_output_len_in_bytes = kAesBlockBytes;
        } else {
            slot.key_len_in_bytes = kAesKeyBytes;
            slot.iv_len_in_bytes = kCcmNonceBytes;
            slot.cipher_mode = IMB_CIPHER_CCM;
            slot.hash_alg = IMB_AUTH_AES_CCM;
            slot.u.CCM.aad = kNoAad;
        }
    }
}

void finish(MbQueue& queue, std::span<IMB_JOB* const> finished) noexcept
{
    for (IMB_JOB* slot : finished) {
        CryptoJob& job = *static_cast<CryptoJob*>(slot->user_data);
        AAIGW_CHECK(slot->status == IMB_STATUS_COMPLETED);
        if (job.kind == JobKind::ccm_unprotect && !icv_matches(job)) [[unlikely]] {
            // Nobody may see what was not authenticated, nor learn which ICV would have been right.
            wipe({job.data, job.length});
            wipe(job.computed_icv);
            job.status = JobStatus::icv_mismatch;
        } else {
            job.status = JobStatus::done;
        }
    }
    queue.slot().finished(finished.size());
}

/// Hands the staged jobs to the library, all but the newest `keep`.
void issue(MbQueue& queue, std::size_t keep) noexcept
{
    while (queue.staged() > keep)
        finish(queue, queue.issue(std::min(queue.staged() - keep, MbQueue::kMaxBurst)));
}

void flush_queue(MbQueue& queue) noexcept
{
    issue(queue, 0);
    for (auto finished = queue.flush(); !finished.empty(); finished = queue.flush())
        finish(queue, finished);
}

/// For as many jobs as are staged at once. One long job can hold up very many short ones: rare enough to pay for.
void make_room(MbQueue& queue) noexcept
{
    if (queue.room() < kStageAtOnce)
        flush_queue(queue);
}

} // namespace

// The two loops that fill the library's slots keep what they need in registers: a slot's field might otherwise be any
// of the queue's, for all the compiler knows.

/// Stages the CCM jobs from submitted_ on, up to the first that is something else: short packets for eight lanes, the
/// rest for sixteen. A short packet among long ones would make sixteen lanes stop for it.
void MbEngine::stage_ccm() noexcept
{
    struct Filling {
        IMB_JOB* slots;
        std::uint8_t free;
    };
    MbQueue& short_ccm = *queues_.short_ccm;
    MbQueue& long_ccm = *queues_.long_ccm;
    std::array<Filling, 2> filling{Filling{short_ccm.manager().jobs, short_ccm.next_free()},
                                   Filling{long_ccm.manager().jobs, long_ccm.next_free()}};
    const std::size_t short_max = short_max_;
    const std::size_t from = submitted_;
    const std::size_t end = from + std::min(taken_ - from, kStageAtOnce);
    std::size_t at = from;
    std::size_t long_ones = 0;
    for (; at != end; ++at) {
        CryptoJob& job = job_at(at);
        if (!is_ccm(job.kind))
            break;
        const std::size_t length = job.length;
        AAIGW_CHECK(length <= kMaxJobBytes);
        const std::size_t is_long = length > short_max ? 1 : 0;
        long_ones += is_long;
        const AesKey& key = *job.key.aes;
        prefetch_key(&key);
        const bool protect = job.kind == JobKind::ccm_protect;
        std::uint8_t* const data = job.data;
        IMB_JOB& slot = filling[is_long].slots[filling[is_long].free++];
        slot.enc_keys = key.schedule_.data();
        slot.src = data;
        slot.dst = data;
        slot.msg_len_to_cipher_in_bytes = length;
        slot.msg_len_to_hash_in_bytes = length;
        slot.iv = job.nonce.data();
        slot.auth_tag_output = protect ? job.icv : job.computed_icv.data();
        slot.auth_tag_output_len_in_bytes = bytes(job.icv_size);
        slot.cipher_direction = protect ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
        slot.chain_order = protect ? IMB_ORDER_HASH_CIPHER : IMB_ORDER_CIPHER_HASH;
        slot.user_data = &job;
        job.status = JobStatus::in_flight;
    }
    short_ccm.stage(at - from - long_ones);
    long_ccm.stage(long_ones);
    submitted_ = at;
}

/// The same for CMAC jobs.
void MbEngine::stage_cmac(MbQueue& queue) noexcept
{
    IMB_JOB* const slots = queue.manager().jobs;
    std::uint8_t free = queue.next_free();
    const std::size_t from = submitted_;
    const std::size_t end = from + std::min(taken_ - from, queue.room());
    std::size_t at = from;
    for (; at != end && job_at(at).kind == JobKind::cmac; ++at) {
        CryptoJob& job = job_at(at);
        AAIGW_CHECK(job.length <= kMaxJobBytes);
        const CmacKey& key = *job.key.cmac;
        prefetch_key(&key);
        IMB_JOB& slot = slots[free++];
        // The library looks at the address of an empty message, which may well be null.
        slot.src = job.length > 0 ? job.message : job.mac.data();
        slot.msg_len_to_hash_in_bytes = job.length;
        slot.u.CMAC._key_expanded = key.schedule_.data();
        slot.u.CMAC._skey1 = key.subkey1_.data();
        slot.u.CMAC._skey2 = key.subkey2_.data();
        slot.auth_tag_output = job.mac.data();
        slot.user_data = &job;
        job.status = JobStatus::in_flight;
    }
    queue.stage(at - from);
    submitted_ = at;
}

/// CTR needs no lanes and no queue: it is finished when this returns.
void MbEngine::run_ctr(CryptoJob& job) noexcept
{
    AAIGW_CHECK(job.length <= kMaxJobBytes);
    job.status = JobStatus::done;
    if (job.length == 0)
        return; // the library takes no empty cipher job
    IMB_JOB slot{};
    slot.enc_keys = job.key.aes->schedule_.data();
    slot.key_len_in_bytes = kAesKeyBytes;
    slot.src = job.data;
    slot.dst = job.data;
    slot.msg_len_to_cipher_in_bytes = job.length;
    slot.iv = job.nonce.data();
    slot.iv_len_in_bytes = kAesBlockBytes;
    AAIGW_CHECK(IMB_SUBMIT_CIPHER_BURST_NOCHECK(&queues_.long_ccm->manager(), &slot, 1,
                                                IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT,
                                                IMB_KEY_128_BYTES) == 1);
}

MbEngine::MbEngine(Queues queues, std::size_t short_max)
    : queues_{std::move(queues)}, short_max_{short_max}
{
    write_constants(*queues_.short_ccm, JobKind::ccm_protect);
    write_constants(*queues_.long_ccm, JobKind::ccm_protect);
    write_constants(*queues_.cmac, JobKind::cmac);
}

MbEngine::~MbEngine()
{
    submitted_ = taken_; // what was never submitted is not missed
    flush();             // gives every key up
}

Result<std::unique_ptr<MbEngine>> MbEngine::create()
{
    return create(MbArch::best);
}

Result<std::unique_ptr<MbEngine>> MbEngine::create(MbArch arch)
{
    const std::uint64_t features = imb_get_feature_flags();
    const auto runs = [features](std::uint64_t needed) { return (features & needed) == needed; };
    const bool eight_lanes = arch != MbArch::sse && runs(IMB_CPUFLAGS_AVX2);
    const bool sixteen_lanes = eight_lanes && arch != MbArch::avx2 && runs(IMB_CPUFLAGS_AVX512);
    const MbArch narrow = eight_lanes ? MbArch::avx2 : MbArch::sse;

    Queues queues;
    TRY(queues.short_ccm, MbQueue::create(narrow));
    TRY(queues.long_ccm, MbQueue::create(arch));
    // Never in AVX-512: the CMAC code of IPsec-MB 1.3 for it reads up to 15 bytes past the end of a message.
    TRY(queues.cmac, MbQueue::create(narrow));
    std::unique_ptr<MbEngine> engine{
        new MbEngine{std::move(queues), sixteen_lanes ? kShortPacket : 0}};
    TRY_DO(self_test(*engine));
    return engine;
}

void MbEngine::submit() noexcept
{
    while (submitted_ != taken_) {
        switch (job_at(submitted_).kind) {
        case JobKind::ccm_protect:
        case JobKind::ccm_unprotect:
            make_room(*queues_.short_ccm);
            make_room(*queues_.long_ccm);
            stage_ccm();
            issue(*queues_.short_ccm, kKeysAhead);
            issue(*queues_.long_ccm, kKeysAhead);
            break;
        case JobKind::cmac:
            make_room(*queues_.cmac);
            stage_cmac(*queues_.cmac);
            break;
        case JobKind::ctr:
            run_ctr(job_at(submitted_++));
            break;
        }
    }
    // All but the newest jobs of each queue: their keys are still on the way from memory.
    issue(*queues_.cmac, kKeysAhead);
    advance_finished();
    while (submitted_ - finished_ > kMaxLag) {
        flush_queue(queue_of(job_at(finished_)));
        advance_finished();
    }
}

MbQueue& MbEngine::queue_of(const CryptoJob& job) noexcept
{
    if (job.kind == JobKind::cmac)
        return *queues_.cmac;
    return job.length > short_max_ ? *queues_.long_ccm : *queues_.short_ccm;
}

void MbEngine::advance_finished() noexcept
{
    while (finished_ != submitted_ &&
           jobs_[finished_ % kMaxInFlight].status != JobStatus::in_flight)
        ++finished_;
}

std::span<CryptoJob> MbEngine::collect() noexcept
{
    const std::size_t begin = collected_ % kMaxInFlight;
    const std::size_t count = std::min(finished_ - collected_, kMaxInFlight - begin);
    collected_ += count;
    return std::span{jobs_}.subspan(begin, count);
}

void MbEngine::flush() noexcept
{
    AAIGW_CHECK(submitted_ == taken_);
    flush_queue(*queues_.short_ccm);
    flush_queue(*queues_.long_ccm);
    flush_queue(*queues_.cmac);
    advance_finished();
}

} // namespace aaigw::crypto
