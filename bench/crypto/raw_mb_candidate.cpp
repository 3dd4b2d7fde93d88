// The IPsec-MB library called directly, in each of the ways that suit some packet size best.
#include "bench/crypto/candidate.h"
#include "common/check.h"

#include <fmt/format.h>
#include <intel-ipsec-mb.h>

#include <cstring>

namespace aaigw::bench {

namespace {

enum class Arch : std::uint8_t { avx2, avx512 };
enum class Flush : std::uint8_t { each_burst, at_end };

struct alignas(64) RawSchedule {
    std::array<std::uint8_t, 176> schedule;
    std::array<std::uint8_t, 16> subkey1;
    std::array<std::uint8_t, 16> subkey2;
};
struct alignas(64) CcmSchedule {
    std::array<std::uint8_t, 176> schedule;
};

struct FreeManager {
    void operator()(IMB_MGR* manager) const noexcept { free_mb_mgr(manager); }
};

bool runs_here(Arch arch)
{
    const std::uint64_t needed = arch == Arch::avx512 ? IMB_CPUFLAGS_AVX512 : IMB_CPUFLAGS_AVX2;
    return (imb_get_feature_flags() & needed) == needed;
}

/// Does what any user must: writes each packet's nonce where the library will read it, compares ICVs, and notes which
/// packets are finished. Fills the library's ring itself: the burst calls of 1.3 that hand out slots and flush go wrong when the ring wraps
/// with jobs in flight, and this is also the cheapest way.
class RawMbCandidate final : public Candidate {
  public:
    RawMbCandidate(const Workload& workload, Operation operation, Arch arch, Flush flush)
        : workload_{workload},
          operation_{operation}, arch_{arch}, flush_{flush}, manager_{alloc_mb_mgr(0)},
          tags_(kPackets)
    {
        AAIGW_CHECK(manager_ != nullptr);
        if (arch == Arch::avx512)
            init_mb_mgr_avx512(manager_.get());
        else
            init_mb_mgr_avx2(manager_.get());
        expand_keys();
        for (IMB_JOB& slot : manager_->jobs)
            fill_constants(slot);
    }

    std::string name() const override
    {
        return fmt::format("{}, {}", arch_ == Arch::avx512 ? "AVX-512" : "AVX2",
                           flush_ == Flush::at_end ? "no flush" : "flush per burst");
    }

    void run() override
    {
        const auto order = workload_.key_order();
        std::array<IMB_JOB*, kBurst> burst;
        for (std::size_t i = 0; i < kPackets; i += kBurst) {
            if (manager_->earliest_job < 0)
                manager_->next_job = static_cast<int>(fill_ * sizeof(IMB_JOB));
            for (std::size_t j = 0; j < kBurst; ++j) {
                nonces_[fill_] = workload_.nonce(i + j);
                fill(manager_->jobs[fill_], i + j, order[i + j]);
                burst[j] = &manager_->jobs[fill_++];
            }
            const std::uint32_t done =
                IMB_SUBMIT_BURST_NOCHECK(manager_.get(), kBurst, burst.data());
            for (std::uint32_t j = 0; j < done; ++j)
                finish(*burst[j]);
            if (flush_ == Flush::each_burst)
                drain();
        }
        drain();
    }

  private:
    void expand_keys()
    {
        const std::size_t count = workload_.keys().size();
        alignas(16) std::array<std::uint8_t, 176> unused;
        if (operation_ == Operation::cmac)
            cmac_keys_.reset(static_cast<RawSchedule*>(map_pages(count * sizeof(RawSchedule))));
        else
            ccm_keys_.reset(static_cast<CcmSchedule*>(map_pages(count * sizeof(CcmSchedule))));
        for (std::size_t i = 0; i < count; ++i) {
            std::uint8_t* schedule = operation_ == Operation::cmac ? cmac_keys_[i].schedule.data()
                                                                   : ccm_keys_[i].schedule.data();
            IMB_AES_KEYEXP_128(manager_.get(), workload_.keys()[i].data(), schedule, unused.data());
            if (operation_ == Operation::cmac)
                IMB_AES_CMAC_SUBKEY_GEN_128(manager_.get(), schedule, cmac_keys_[i].subkey1.data(),
                                            cmac_keys_[i].subkey2.data());
        }
    }

    void fill_constants(IMB_JOB& slot) const
    {
        static constexpr std::uint8_t kNoAad[16]{};
        slot = {};
        slot.key_len_in_bytes = 16;
        if (operation_ == Operation::cmac) {
            slot.cipher_mode = IMB_CIPHER_NULL;
            slot.hash_alg = IMB_AUTH_AES_CMAC;
            slot.auth_tag_output_len_in_bytes = 16;
        } else {
            slot.cipher_mode = IMB_CIPHER_CCM;
            slot.hash_alg = IMB_AUTH_AES_CCM;
            slot.iv_len_in_bytes = crypto::kCcmNonceBytes;
            slot.u.CCM.aad = kNoAad;
            slot.auth_tag_output_len_in_bytes = kIcvBytes;
        }
        const bool decrypts = operation_ == Operation::ccm_unprotect;
        slot.cipher_direction = decrypts ? IMB_DIR_DECRYPT : IMB_DIR_ENCRYPT;
        slot.chain_order = decrypts ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
    }

    void fill(IMB_JOB& slot, std::size_t packet, std::uint32_t key)
    {
        slot.src = workload_.payload(packet);
        slot.msg_len_to_hash_in_bytes = workload_.payload_bytes();
        if (operation_ == Operation::cmac) {
            slot.u.CMAC._key_expanded = cmac_keys_[key].schedule.data();
            slot.u.CMAC._skey1 = cmac_keys_[key].subkey1.data();
            slot.u.CMAC._skey2 = cmac_keys_[key].subkey2.data();
            slot.auth_tag_output = tags_[packet].data();
            slot.user_data = workload_.payload(packet);
            return;
        }
        slot.dst = workload_.payload(packet);
        slot.msg_len_to_cipher_in_bytes = workload_.payload_bytes();
        slot.enc_keys = ccm_keys_[key].schedule.data();
        slot.iv = nonces_[fill_].data();
        slot.auth_tag_output =
            operation_ == Operation::ccm_protect ? workload_.icv(packet) : tags_[packet].data();
        slot.user_data = workload_.icv(packet);
    }

    void finish(const IMB_JOB& slot)
    {
        done_[done_count_++ % kBurst] = slot.user_data;
        if (operation_ != Operation::ccm_unprotect)
            return;
        std::uint64_t computed = 0;
        std::uint64_t received = 0;
        std::memcpy(&computed, slot.auth_tag_output, kIcvBytes);
        std::memcpy(&received, slot.user_data, kIcvBytes);
        AAIGW_CHECK(computed == received);
    }

    void drain()
    {
        while (const IMB_JOB* job = IMB_FLUSH_JOB(manager_.get()))
            finish(*job);
    }

    const Workload& workload_;
    Operation operation_;
    Arch arch_;
    Flush flush_;
    std::unique_ptr<IMB_MGR, FreeManager> manager_;
    Pages<CcmSchedule> ccm_keys_;
    Pages<RawSchedule> cmac_keys_;
    std::vector<crypto::AesBlock> tags_;
    std::array<crypto::AesBlock, IMB_MAX_JOBS> nonces_{};
    std::array<void*, kBurst> done_{};
    std::size_t done_count_ = 0;
    std::uint8_t fill_ = 0;
};

} // namespace

std::vector<std::unique_ptr<Candidate>> make_raw_mb_candidates(const Workload& workload,
                                                               Operation operation)
{
    std::vector<std::unique_ptr<Candidate>> candidates;
    for (const Arch arch : {Arch::avx2, Arch::avx512}) {
        if (!runs_here(arch))
            continue;
        candidates.push_back(
            std::make_unique<RawMbCandidate>(workload, operation, arch, Flush::at_end));
        candidates.push_back(
            std::make_unique<RawMbCandidate>(workload, operation, arch, Flush::each_burst));
    }
    return candidates;
}

} // namespace aaigw::bench
