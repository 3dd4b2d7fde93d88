// crypto::MbEngine, driven as a worker drives it.
#include "bench/crypto/candidate.h"
#include "common/check.h"
#include "crypto/mb_engine.h"

#include <algorithm>
#include <array>

namespace aaigw::bench {

namespace {

using crypto::CryptoJob;
using crypto::JobKind;

JobKind kind_of(Operation operation) noexcept
{
    switch (operation) {
    case Operation::ccm_protect:
        return JobKind::ccm_protect;
    case Operation::ccm_unprotect:
        return JobKind::ccm_unprotect;
    case Operation::cmac:
        break;
    }
    return JobKind::cmac;
}

class EngineCandidate final : public Candidate {
  public:
    EngineCandidate(const Workload& workload, Operation operation)
        : workload_{workload}, kind_{kind_of(operation)}, engine_{
                                                              crypto::MbEngine::create().value()}
    {
        for (const RawKey& key : workload.keys()) {
            if (kind_ == JobKind::cmac)
                cmac_keys_.push_back(crypto::make_cmac_key(key));
            else
                aes_keys_.push_back(crypto::make_aes_key(key));
        }
        keys_.resize(kPackets);
    }

    std::string name() const override { return "aaigw"; }

    void prepare() override
    {
        // The flow table gives a worker the address of a packet's key; the look-up is not what is measured here.
        const auto order = workload_.key_order();
        for (std::size_t i = 0; i < kPackets; ++i)
            keys_[i] = kind_ == JobKind::cmac ? static_cast<const void*>(cmac_keys_[order[i]].get())
                                              : static_cast<const void*>(aes_keys_[order[i]].get());
    }

    void run() override
    {
        for (std::size_t i = 0; i < kPackets; i += kBurst) {
            for (std::size_t j = i; j < i + kBurst; ++j)
                fill(engine_->take(), j);
            engine_->submit();
            collect();
        }
        engine_->flush();
        collect();
        AAIGW_CHECK(engine_->in_flight() == 0);
    }

  private:
    void fill(CryptoJob& job, std::size_t packet) const
    {
        if (kind_ == JobKind::cmac)
            job.key.cmac = static_cast<const crypto::CmacKey*>(keys_[packet]);
        else
            job.key.aes = static_cast<const crypto::AesKey*>(keys_[packet]);
        job.data = workload_.payload(packet);
        job.length = static_cast<std::uint16_t>(workload_.payload_bytes());
        job.icv = workload_.icv(packet);
        job.icv_size = crypto::IcvSize::eight;
        job.kind = kind_;
        job.nonce = workload_.nonce(packet);
    }

    void collect()
    {
        for (auto done = engine_->collect(); !done.empty(); done = engine_->collect()) {
            for (const CryptoJob& job : done)
                AAIGW_CHECK(job.status == crypto::JobStatus::done);
        }
    }

    const Workload& workload_;
    JobKind kind_;
    std::vector<crypto::AesKeyPtr> aes_keys_;
    std::vector<crypto::CmacKeyPtr> cmac_keys_;
    std::vector<const void*> keys_;
    std::unique_ptr<crypto::MbEngine> engine_;
};

/// Puts valid ciphertext in place, to be opened: the same bytes for every pass, with the ICV that they have under the
/// keys of that pass. Nothing but copying, so that the caches stay as the measured code left them.
class Protector final : public Candidate {
  public:
    explicit Protector(Workload& workload)
        : workload_{workload}, engine_{crypto::MbEngine::create().value()}, icvs_(Workload::kPasses)
    {
        const std::size_t size = workload.payload_bytes();
        for (std::size_t i = 0; i < kPackets; ++i)
            ciphertext_.insert(ciphertext_.end(), workload.payload(i), workload.payload(i) + size);
        for (std::size_t i = 0; i < Workload::kPasses; ++i) {
            compute_icvs();
            workload.next_pass();
        }
    }

    std::string name() const override { return "protector"; }

    void run() override
    {
        const std::size_t size = workload_.payload_bytes();
        for (std::size_t i = 0; i < kPackets; ++i) {
            std::copy_n(&ciphertext_[i * size], size, workload_.payload(i));
            std::copy_n(icvs_[workload_.pass()][i].data(), kIcvBytes, workload_.icv(i));
        }
    }

  private:
    /// For each packet: CTR turns the ciphertext into what it would be opened to, and protecting that gives the
    /// ciphertext back and its ICV.
    void compute_icvs()
    {
        icvs_[workload_.pass()].resize(kPackets);
        const auto order = workload_.key_order();
        for (std::size_t i = 0; i < kPackets; ++i) {
            const crypto::AesKey key{workload_.keys()[order[i]]};
            crypto::AesBlock counter{};
            counter[0] = 0x01; // L - 1
            std::copy_n(workload_.nonce(i).begin(), crypto::kCcmNonceBytes, &counter[1]);
            counter.back() = 1;
            run_one(JobKind::ctr, key, counter, i);
            run_one(JobKind::ccm_protect, key, workload_.nonce(i), i);
            std::copy_n(workload_.icv(i), kIcvBytes, icvs_[workload_.pass()][i].data());
        }
    }

    void run_one(JobKind kind, const crypto::AesKey& key, const crypto::AesBlock& nonce,
                 std::size_t packet)
    {
        CryptoJob& job = engine_->take();
        job.kind = kind;
        job.key.aes = &key;
        job.data = workload_.payload(packet);
        job.length = static_cast<std::uint16_t>(workload_.payload_bytes());
        job.icv = workload_.icv(packet);
        job.icv_size = crypto::IcvSize::eight;
        job.nonce = nonce;
        engine_->submit();
        engine_->flush();
        AAIGW_CHECK(engine_->collect().size() == 1);
    }

    const Workload& workload_;
    std::unique_ptr<crypto::MbEngine> engine_;
    std::vector<std::uint8_t> ciphertext_;
    std::vector<std::vector<std::array<std::uint8_t, kIcvBytes>>> icvs_;
};

} // namespace

std::unique_ptr<Candidate> make_protector(Workload& workload)
{
    return std::make_unique<Protector>(workload);
}

std::unique_ptr<Candidate> make_engine_candidate(const Workload& workload, Operation operation)
{
    return std::make_unique<EngineCandidate>(workload, operation);
}

} // namespace aaigw::bench
