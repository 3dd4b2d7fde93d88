// A key waits twice: for the packets that were in flight when nobody could find it any more, and, once its owner is gone,
// for those that are in flight then.
#include "crypto/mb_engine.h"
#include "dataplane/rcu/rcu.h"
#include "tests/swap/leftovers.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace aaigw::swap {
namespace {

constexpr std::uint64_t kSeed = 31;

/// An engine with jobs in flight, as many as it is given.
class BusyEngine {
  public:
    BusyEngine() : engine_{crypto::MbEngine::create().value()} {}
    ~BusyEngine() { finish(); }
    BusyEngine(const BusyEngine&) = delete;
    BusyEngine& operator=(const BusyEngine&) = delete;

    void start()
    {
        crypto::CryptoJob& job = engine_->take();
        job.kind = crypto::JobKind::ccm_protect;
        job.key.aes = &key_;
        job.data = data_.data();
        job.length = 64;
        job.icv = data_.data() + job.length;
        engine_->submit();
    }
    void finish()
    {
        engine_->flush();
        while (!engine_->collect().empty()) {
        }
    }

  private:
    std::array<std::uint8_t, 128> data_{};
    crypto::AesKey key_{std::array<std::uint8_t, crypto::kAesKeyBytes>{1}};
    std::unique_ptr<crypto::MbEngine> engine_;
};

std::size_t keys_in_memory()
{
    const std::array<TekRange, 1> range{{{.station = 0, .first = 0, .last = 0}}};
    return search_for_keys(kSeed, range).teks_found;
}

/// Owns a key, and gives it up in the middle of traffic.
struct Owner {
    crypto::AesKeyPtr key;
    BusyEngine& engine;
    bool& is_gone;

    ~Owner()
    {
        is_gone = true;
        engine.start();
    }
};

TEST(Reclaim, AKeyIsWipedWhenTheLastJobThatCouldUseItIsDone)
{
    BusyEngine engine;
    rcu::ReaderThread reader;
    rcu::RcuReclaimer reclaimer;
    bool is_gone = false;
    {
        KeyTree keys{kSeed};
        reclaimer.retire(
            std::unique_ptr<Owner>{new Owner{.key = crypto::make_aes_key(keys.tek(0, 0).expose()),
                                             .engine = engine,
                                             .is_gone = is_gone}});
    }
    EXPECT_EQ(keys_in_memory(), 1U);
    EXPECT_EQ(reclaimer.reap(), 1U) << "this thread has not passed a quiescent state";
    while (!is_gone) {
        reader.quiescent();
        (void)reclaimer.reap();
    }
    EXPECT_EQ(reclaimer.reap(), 0U);
    EXPECT_GT(crypto::reap_retired_keys(), 0U);
    EXPECT_EQ(keys_in_memory(), 1U);
    engine.finish();
    EXPECT_EQ(crypto::reap_retired_keys(), 0U);
    EXPECT_EQ(keys_in_memory(), 0U);
}

} // namespace
} // namespace aaigw::swap
