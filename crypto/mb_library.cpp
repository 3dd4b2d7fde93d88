#include "crypto/mb_library.h"

#include "common/check.h"
#include "crypto/aes_key.h"
#include "crypto/secret.h"

#include <fmt/format.h>

namespace aaigw::crypto {

// From 1.4 on the nocheck calls need imb_set_session() for each job; the engine is written and measured for 1.3.
static_assert(IMB_VERSION_NUM >= IMB_VERSION(1, 3, 0) && IMB_VERSION_NUM < IMB_VERSION(1, 4, 0),
              "mb_engine.cpp drives the job interface of IPsec-MB 1.3");

namespace {

struct ArchChoice {
    std::uint64_t needed_features;
    const char* name;
    void (*init)(IMB_MGR*);
};

ArchChoice choice_for(MbArch arch)
{
    switch (arch) {
    case MbArch::sse:
        return {IMB_CPUFLAGS_SSE, "SSE4.2 with AES-NI", init_mb_mgr_sse};
    case MbArch::avx2:
        return {IMB_CPUFLAGS_AVX2, "AVX2", init_mb_mgr_avx2};
    case MbArch::avx512:
        return {IMB_CPUFLAGS_AVX512, "AVX-512", init_mb_mgr_avx512};
    case MbArch::best:
        break;
    }
    // Never the library's emulation of AES without AES-NI: its tables leak the key through the cache.
    return {IMB_CPUFLAGS_SSE, "SSE4.2 with AES-NI",
            [](IMB_MGR* manager) { init_mb_mgr_auto(manager, nullptr); }};
}

} // namespace

Result<ManagerPtr> make_manager(MbArch arch)
{
    const ArchChoice choice = choice_for(arch);
    const std::uint64_t features = imb_get_feature_flags();
    if ((features & choice.needed_features) != choice.needed_features)
        return fail(ErrorCode::unavailable,
                    fmt::format("this CPU lacks {}, which the IPsec-MB engine needs", choice.name));

    ManagerPtr manager{alloc_mb_mgr(0)};
    if (!manager)
        return fail(ErrorCode::unavailable, "IPsec-MB could not allocate a manager");
    choice.init(manager.get());
    if (const int error = imb_get_errno(manager.get()); error != 0)
        return fail(ErrorCode::unavailable,
                    fmt::format("IPsec-MB did not start: {}", imb_get_strerror(error)));
    if ((manager->features & IMB_FEATURE_SELF_TEST_PASS) == 0)
        return fail(ErrorCode::self_test_failed, "IPsec-MB's self-test failed");
    return manager;
}

const IMB_MGR& mb_functions()
{
    static const ManagerPtr manager = [] {
        auto made = make_manager(MbArch::best);
        AAIGW_CHECK(made.has_value()); // whoever got an engine or a provider has passed this before
        return std::move(*made);
    }();
    return *manager;
}

Result<std::unique_ptr<MbQueue>> MbQueue::create(MbArch arch)
{
    TRY(auto manager, make_manager(arch));
    auto slot = QueueSlot::acquire();
    if (!slot)
        return fail(ErrorCode::unavailable,
                    fmt::format("this process already has {} crypto queues, the most there can be",
                                QueueSlot::kMaxQueues));
    return std::unique_ptr<MbQueue>{new MbQueue{std::move(manager), std::move(*slot)}};
}

std::span<IMB_JOB* const> MbQueue::flush() noexcept
{
    std::size_t finished = 0;
    while (finished < kMaxBurst) {
        IMB_JOB* job = IMB_FLUSH_JOB(manager_.get());
        if (job == nullptr)
            break;
        burst_[finished++] = job;
    }
    issued_ -= finished;
    return std::span{burst_}.first(finished);
}

namespace {

void expand(AesKeyView key, std::array<std::uint8_t, kAesScheduleBytes>& schedule) noexcept
{
    // The library always writes the decryption schedule too; CCM and CTR never use it.
    alignas(16) std::array<std::uint8_t, kAesScheduleBytes> decryption;
    IMB_AES_KEYEXP_128(&mb_functions(), key.data(), schedule.data(), decryption.data());
    wipe(decryption);
}

} // namespace

AesKey::AesKey(AesKeyView key) noexcept
{
    expand(key, schedule_);
}

CmacKey::CmacKey(AesKeyView key) noexcept
{
    expand(key, schedule_);
    IMB_AES_CMAC_SUBKEY_GEN_128(&mb_functions(), schedule_.data(), subkey1_.data(),
                                subkey2_.data());
}

} // namespace aaigw::crypto
