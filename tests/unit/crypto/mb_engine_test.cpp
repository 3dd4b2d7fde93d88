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
        std::vector<CryptoJob*> burst;
        for (std::size_t i = from; i < packets_.size(); ++i)
            burst.push_back(&packets_[i]->job);
        engine_->submit(burst);
    }

    /// All packets have come out, right and in the order of their submission.
    void expect_all_right(const std::vector<CryptoJob*>& done) const
    {
        ASSERT_EQ(done.size(), packets_.size());
        for (std::size_t i = 0; i < done.size(); ++i) {
            ASSERT_EQ(done[i], &packets_[i]->job) << "position " << i;
            ASSERT_TRUE(is_right(*packets_[i]))
                << "packet " << i << ", length " << packets_[i]->data.size();
        }
    }

    std::mt19937_64 random_{1};
    std::unique_ptr<Provider> reference_ = make_openssl_provider();
    std::unique_ptr<MbEngine> engine_;
    std::vector<std::unique_ptr<Packet>> packets_;
};

TEST_P(MbEngineTest, HoldsJobsUntilFlushed)
{
    for (int i = 0; i < 3; ++i)
        add(JobKind::ccm_protect, 64);
    submit();
    EXPECT_EQ(engine_->in_flight(), 3U);
    EXPECT_TRUE(engine_->collect().empty());
    engine_->flush();
    expect_all_right(collect_all(*engine_));
    EXPECT_EQ(engine_->in_flight(), 0U);
}

TEST_P(MbEngineTest, LaterBurstsPushEarlierJobsOut)
{
    std::vector<CryptoJob*> done;
    for (int burst = 0; burst < 40; ++burst) {
        const std::size_t from = packets_.size();
        for (int i = 0; i < 32; ++i)
            add(burst % 2 == 0 ? JobKind::ccm_protect : JobKind::ccm_unprotect, 100);
        submit(from);
        for (CryptoJob* job : collect_all(*engine_))
            done.push_back(job);
        EXPECT_LE(engine_->in_flight(), 64U) << "equal jobs must not pile up";
    }
    engine_->flush();
    for (CryptoJob* job : collect_all(*engine_))
        done.push_back(job);
    expect_all_right(done);
}

// The ring of the library holds 256 jobs; 1.3 miscounts it once it has wrapped with jobs in flight.
TEST_P(MbEngineTest, EveryJobComesOutOnceHoweverOftenTheRingWraps)
{
    std::vector<CryptoJob*> done;
    for (int burst = 0; burst < 200; ++burst) {
        const std::size_t from = packets_.size();
        const std::size_t size = 1 + random_() % 60;
        for (std::size_t i = 0; i < size; ++i)
            add(JobKind::ccm_protect, random_() % 200);
        submit(from);
        if (burst % 17 == 16)
            engine_->flush();
        for (CryptoJob* job : collect_all(*engine_))
            done.push_back(job);
    }
    engine_->flush();
    for (CryptoJob* job : collect_all(*engine_))
        done.push_back(job);
    expect_all_right(done);
}

TEST_P(MbEngineTest, AFullQueueBehindOneLongJobIsFlushed)
{
    add(JobKind::ccm_protect, kMaxJobBytes);
    submit();
    for (int burst = 0; burst < 3; ++burst) {
        const std::size_t from = packets_.size();
        for (std::size_t i = 0; i < MbEngine::kMaxBurst; ++i)
            add(JobKind::ccm_protect, 1);
        submit(from);
    }
    engine_->flush();
    expect_all_right(collect_all(*engine_));
}

TEST_P(MbEngineTest, MixedKindsComeOutInTheirOrder)
{
    constexpr std::array kKinds{JobKind::ccm_protect, JobKind::ctr, JobKind::cmac,
                                JobKind::ccm_unprotect};
    for (std::size_t i = 0; i < 100; ++i)
        add(kKinds[i % kKinds.size()], 17 * i, i % 3 == 0 ? IcvSize::four : IcvSize::eight);
    submit();
    engine_->flush();
    expect_all_right(collect_all(*engine_));
}

TEST_P(MbEngineTest, EmptyPayloadsHaveAnIcvToo)
{
    for (const JobKind kind :
         {JobKind::ccm_protect, JobKind::ccm_unprotect, JobKind::ctr, JobKind::cmac})
        add(kind, 0);
    submit();
    engine_->flush();
    expect_all_right(collect_all(*engine_));
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
                packet.job.data = place.data();
                submit();
                engine_->flush();
                ASSERT_EQ(collect_all(*engine_).size(), 1U);
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
    engine_->flush();
    expect_all_right(collect_all(*engine_));
    EXPECT_EQ(good.job.status, JobStatus::done);
}

TEST_P(MbEngineTest, AKeyStaysAliveWhileAJobUsesIt)
{
    RetiredKeys retired;
    for (int i = 0; i < 5; ++i)
        add(JobKind::ccm_protect, 64);
    for (int i = 0; i < 5; ++i)
        add(JobKind::cmac, 64);
    submit(0);
    for (int i = 0; i < 5; ++i)
        add(JobKind::cmac, 64);
    submit(10);
    std::size_t given_up = 0;
    for (auto& packet : packets_) {
        if (packet->aes)
            retired.retire(std::move(packet->aes));
        else
            retired.retire(std::move(packet->cmac));
        ++given_up;
    }
    EXPECT_EQ(retired.reap(), 10U)
        << "the mixed burst has finished its CMACs, the rest is in flight";
    EXPECT_EQ(given_up, 15U);
    engine_->flush();
    expect_all_right(collect_all(*engine_));
    EXPECT_EQ(retired.reap(), 0U);
}

TEST_P(MbEngineTest, DestroyingAKeyInUseStopsTheProcess)
{
    Packet& packet = add(JobKind::ccm_protect, 64);
    submit();
    EXPECT_TRUE(packet.aes->in_flight());
    EXPECT_DEATH(packet.aes.reset(), "in_flight");
    engine_->flush();
    EXPECT_FALSE(packet.aes->in_flight());
}

TEST_P(MbEngineTest, AnEngineThatGoesGivesItsKeysUp)
{
    Packet& packet = add(JobKind::ccm_protect, 64);
    submit();
    engine_.reset();
    EXPECT_FALSE(packet.aes->in_flight());
    // The next engine takes over the places of the one that went; old stamps must not look new to it.
    const auto next = MbEngine::create(GetParam());
    ASSERT_TRUE(next);
    EXPECT_FALSE(packet.aes->in_flight());
}

TEST_P(MbEngineTest, RefusesToTakeAJobTwice)
{
    Packet& packet = add(JobKind::ccm_protect, 64);
    submit();
    const std::array<CryptoJob*, 1> again{&packet.job};
    EXPECT_DEATH(engine_->submit(again), "in_flight");
    engine_->flush();
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
