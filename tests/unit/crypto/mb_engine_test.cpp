// The batch engine: order, flushing, refused ICVs, and keys that outlive their jobs.
#include "crypto/mb_engine.h"
#include "crypto/mb_library.h"
#include "tests/doubles/crypto_packets.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace aaigw::crypto {
namespace {

using doubles::collect_all;
using doubles::is_right;
using doubles::make_packet;
using doubles::Packet;

class MbEngineTest : public testing::TestWithParam<MbArch> {
  protected:
    void SetUp() override
    {
        auto made = MbEngine::create(GetParam());
        if (!made && made.error().code == ErrorCode::unavailable)
            GTEST_SKIP() << made.error().message;
        ASSERT_TRUE(made) << made.error().message;
        engine_ = std::move(*made);
    }

    Packet& add(JobKind kind, std::size_t length, IcvSize icv = IcvSize::eight)
    {
        packets_.push_back(make_packet(random_, kind, length, icv, *reference_));
        return *packets_.back();
    }

    /// Submits packets [from, packets_.size()) as one burst.
    void submit(std::size_t from = 0)
    {
        for (std::size_t i = from; i < packets_.size(); ++i)
            packets_[i]->load(*engine_);
        engine_->submit();
    }

    void collect()
    {
        const auto some = collect_all(*engine_);
        done_.insert(done_.end(), some.begin(), some.end());
    }

    /// All packets have come out, right and in the order of their submission.
    void finish_and_expect_all_right()
    {
        engine_->flush();
        collect();
        ASSERT_EQ(done_.size(), packets_.size());
        EXPECT_EQ(engine_->in_flight(), 0U);
        for (std::size_t i = 0; i < done_.size(); ++i) {
            ASSERT_EQ(done_[i], packets_[i].get()) << "position " << i;
            ASSERT_TRUE(is_right(*packets_[i]))
                << "packet " << i << ", length " << packets_[i]->data.size();
        }
    }

    std::mt19937_64 random_{1};
    std::unique_ptr<Provider> reference_ = make_openssl_provider();
    std::unique_ptr<MbEngine> engine_;
    std::vector<std::unique_ptr<Packet>> packets_;
    std::vector<const Packet*> done_;
};

TEST_P(MbEngineTest, HoldsJobsUntilFlushed)
{
    for (int i = 0; i < 3; ++i)
        add(JobKind::ccm_protect, 64);
    submit();
    EXPECT_EQ(engine_->in_flight(), 3U);
    EXPECT_TRUE(engine_->collect().empty());
    finish_and_expect_all_right();
}

TEST_P(MbEngineTest, LaterBurstsPushEarlierJobsOut)
{
    for (int burst = 0; burst < 40; ++burst) {
        const std::size_t from = packets_.size();
        for (int i = 0; i < 32; ++i)
            add(burst % 2 == 0 ? JobKind::ccm_protect : JobKind::ccm_unprotect, 100);
        submit(from);
        collect();
        EXPECT_LE(engine_->in_flight(), 64U) << "equal jobs must not pile up";
    }
    finish_and_expect_all_right();
}

// The ring of the library holds 256 jobs; 1.3 miscounts it once it has wrapped with jobs in flight.
TEST_P(MbEngineTest, EveryJobComesOutOnceHoweverOftenTheRingWraps)
{
    for (int burst = 0; burst < 200; ++burst) {
        const std::size_t from = packets_.size();
        const std::size_t size = 1 + random_() % 60;
        for (std::size_t i = 0; i < size; ++i)
            add(JobKind::ccm_protect, random_() % 200);
        submit(from);
        if (burst % 17 == 16)
            engine_->flush();
        collect();
    }
    finish_and_expect_all_right();
}

// Short traffic runs in other lanes than long; a switch either way must not change the order.
TEST_P(MbEngineTest, TrafficMayTurnFromShortToLongAndBack)
{
    for (int burst = 0; burst < 60; ++burst) {
        const std::size_t from = packets_.size();
        for (int i = 0; i < 24; ++i)
            add(JobKind::ccm_protect, burst / 5 % 2 == 0 ? random_() % 97 : random_() % 2048);
        submit(from);
        collect();
    }
    finish_and_expect_all_right();
}

TEST_P(MbEngineTest, OneLongJobDoesNotHoldUpTheOthersForLong)
{
    add(JobKind::ccm_protect, kMaxJobBytes);
    submit();
    for (int burst = 0; burst < 20; ++burst) {
        const std::size_t from = packets_.size();
        for (int i = 0; i < 32; ++i)
            add(JobKind::ccm_protect, 1);
        submit(from);
        collect();
        EXPECT_LE(engine_->in_flight(), MbEngine::kMaxLag + 32);
    }
    finish_and_expect_all_right();
}

TEST_P(MbEngineTest, TakesAsManyJobsAsItHasRoomForAndNoMore)
{
    while (engine_->room() > 0)
        add(JobKind::ccm_protect, 64).load(*engine_);
    EXPECT_EQ(packets_.size(), MbEngine::kMaxInFlight);
    EXPECT_DEATH((void)engine_->take(), "room");
    engine_->submit();
    finish_and_expect_all_right();
}

TEST_P(MbEngineTest, MixedKindsComeOutInTheirOrder)
{
    constexpr std::array kKinds{JobKind::ccm_protect, JobKind::ctr, JobKind::cmac,
                                JobKind::ccm_unprotect};
    for (std::size_t i = 0; i < 100; ++i)
        add(kKinds[i % kKinds.size()], 17 * i, i % 3 == 0 ? IcvSize::four : IcvSize::eight);
    submit();
    finish_and_expect_all_right();
}

TEST_P(MbEngineTest, EmptyPayloadsHaveAnIcvToo)
{
    for (const JobKind kind :
         {JobKind::ccm_protect, JobKind::ccm_unprotect, JobKind::ctr, JobKind::cmac})
        add(kind, 0);
    submit();
    finish_and_expect_all_right();
}

/// A readable page between two that may not be touched.
class GuardedPage {
  public:
    static constexpr std::size_t kSize = 4096;

    GuardedPage()
    {
        void* mapped = ::mmap(nullptr, 3 * kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        EXPECT_NE(mapped, MAP_FAILED);
        begin_ = static_cast<std::uint8_t*>(mapped) + kSize;
        EXPECT_EQ(::mprotect(begin_, kSize, PROT_READ | PROT_WRITE), 0);
    }
    ~GuardedPage() { ::munmap(begin_ - kSize, 3 * kSize); }
    GuardedPage(const GuardedPage&) = delete;
    GuardedPage& operator=(const GuardedPage&) = delete;

    [[nodiscard]] MutableBytes first(std::size_t size) const { return {begin_, size}; }
    [[nodiscard]] MutableBytes last(std::size_t size) const
    {
        return {begin_ + kSize - size, size};
    }

  private:
    std::uint8_t* begin_ = nullptr;
};

// The library is assembly, which no sanitizer sees.
TEST_P(MbEngineTest, TouchesNothingOutsideThePacket)
{
    const GuardedPage page;
    for (const JobKind kind :
         {JobKind::ccm_protect, JobKind::ccm_unprotect, JobKind::ctr, JobKind::cmac}) {
        for (std::size_t length = 0; length <= 300; ++length) {
            for (const MutableBytes place : {page.first(length), page.last(length)}) {
                packets_.clear();
                Packet& packet = add(kind, length, IcvSize::four);
                std::ranges::copy(packet.data, place.begin());
                CryptoJob& job = engine_->take();
                job.kind = kind;
                if (kind == JobKind::cmac)
                    job.key.cmac = packet.cmac.get();
                else
                    job.key.aes = packet.aes.get();
                job.data = place.data();
                job.length = static_cast<std::uint16_t>(length);
                job.icv = packet.icv.data();
                job.icv_size = IcvSize::four;
                job.nonce = packet.nonce;
                engine_->submit();
                engine_->flush();
                ASSERT_EQ(engine_->collect().size(), 1U);
                ASSERT_TRUE(std::ranges::equal(place, packet.expected_data)) << "length " << length;
            }
        }
    }
}

TEST_P(MbEngineTest, RefusedDataIsWiped)
{
    Packet& good = add(JobKind::ccm_unprotect, 90);
    Packet& bad = add(JobKind::ccm_unprotect, 90);
    bad.icv[7] ^= 0x01;
    bad.expected_status = JobStatus::icv_mismatch;
    bad.expected_data.assign(90, 0);
    submit();
    finish_and_expect_all_right();
    EXPECT_EQ(good.status, JobStatus::done);
}

TEST_P(MbEngineTest, AKeyStaysAliveWhileAJobUsesIt)
{
    for (int i = 0; i < 5; ++i) {
        add(JobKind::ccm_protect, 64);
        add(JobKind::cmac, 64);
    }
    submit();
    for (auto& packet : packets_) {
        packet->aes.reset();
        packet->cmac.reset();
    }
    EXPECT_EQ(reap_retired_keys(), 10U) << "all are in flight";
    // Memory of keys that were freed too early would now belong to these.
    std::vector<AesKeyPtr> others;
    std::vector<CmacKeyPtr> other_macs;
    for (int i = 0; i < 20; ++i) {
        others.push_back(make_aes_key(packets_[0]->key));
        other_macs.push_back(make_cmac_key(packets_[0]->key));
    }
    finish_and_expect_all_right();
    EXPECT_EQ(reap_retired_keys(), 0U);
}

TEST_P(MbEngineTest, AKeyThatNoJobCanUseIsFreedAtOnce)
{
    add(JobKind::ccm_protect, 64);
    submit();
    finish_and_expect_all_right();
    packets_.front()->aes.reset();
    EXPECT_EQ(reap_retired_keys(), 0U);
}

TEST_P(MbEngineTest, AnEngineThatGoesGivesItsKeysUp)
{
    Packet& packet = add(JobKind::ccm_protect, 64);
    submit();
    packet.aes.reset();
    EXPECT_EQ(reap_retired_keys(), 1U);
    engine_.reset();
    EXPECT_EQ(reap_retired_keys(), 0U);
}

TEST_P(MbEngineTest, JobsTakenLaterDoNotKeepAKeyAlive)
{
    Packet& packet = add(JobKind::ccm_protect, 64);
    submit();
    packet.aes.reset();
    for (int i = 0; i < 40; ++i)
        add(JobKind::ccm_protect, 64);
    submit(1);
    EXPECT_GT(engine_->in_flight(), 0U);
    EXPECT_EQ(reap_retired_keys(), 0U) << "its own job has been pushed out";
    finish_and_expect_all_right();
}

std::string arch_name(const testing::TestParamInfo<MbArch>& arch)
{
    switch (arch.param) {
    case MbArch::best:
        return "best";
    case MbArch::sse:
        return "sse";
    case MbArch::avx2:
        return "avx2";
    case MbArch::avx512:
        return "avx512";
    }
    return "unknown";
}

INSTANTIATE_TEST_SUITE_P(Arch, MbEngineTest,
                         testing::Values(MbArch::best, MbArch::sse, MbArch::avx2, MbArch::avx512),
                         arch_name);

} // namespace
} // namespace aaigw::crypto
