#include "tests/swap/load_run.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string_view>

namespace aaigw::swap {

namespace {

std::string lines(std::span<const std::string> all)
{
    std::string joined;
    for (const std::string& one : all)
        joined += one + '\n';
    return joined;
}

} // namespace

std::uint32_t sized(std::uint32_t full, std::uint32_t small)
{
    const char* const size = std::getenv("AAIGW_SWAP_SIZE"); // NOLINT(concurrency-mt-unsafe)
    return size != nullptr && std::string_view{size} == "small" ? small : full;
}

LoadRun::LoadRun(const Scene& scene, worker::Idle idle) : scene_{scene}
{
    gateway_.emplace(scene);
    outside_.emplace(*gateway_);
    gateway_->start(idle);
}

void LoadRun::start_traffic()
{
    traffic_ = std::jthread{[this](const std::stop_token& stop) { outside_->run(stop); }};
}

void LoadRun::finish()
{
    using namespace std::chrono_literals;
    gateway_->queues(0).from_core.stop_flood();
    outside_->finish();
    while (traffic_.joinable() && !outside_->is_finished() && !outside_->has_complaints()) {
        gateway_->breathe();
        gateway_->for_each_event([](const path::Event&) {});
        std::this_thread::sleep_for(20us);
    }
    traffic_ = {}; // stops and joins
    gateway_->stop();
    gateway_->breathe_out();
}

void LoadRun::expect_clean_record()
{
    const Totals& totals = outside_->totals();
    EXPECT_EQ(lines(outside_->complaints()), "");
    EXPECT_TRUE(gateway_->adds_up()) << gateway_->verdicts();
    EXPECT_EQ(outside_->record().pdus(), totals.downlink_arrived);
    EXPECT_GT(totals.downlink_arrived, 0U);
    EXPECT_GT(totals.opened, 0U);
    fmt::print("{} + {} packets down and up, {} opened by OpenSSL, {} TEKs; {}\n",
               totals.downlink_arrived, totals.uplink_arrived, totals.opened,
               outside_->record().teks(), gateway_->verdicts());
    for (std::size_t worker = 0; worker < scene_.workers; ++worker) {
        const worker::WorkerShared& shared = gateway_->shared(worker);
        fmt::print("worker {}: {} polls, {} of them empty; {} packets by an older key\n", worker,
                   shared.polls.value(), shared.empty_polls.value(),
                   shared.stats.older_key_opened.value());
    }
    const GuestExit& guest = gateway_->queues(0).to_guest;
    EXPECT_EQ(guest.wrong_pns(), 0U);
    EXPECT_EQ(guest.wrong_cids(), 0U);
    EXPECT_LE(guest.teks(), gateway_->guests());
    if (guest.frames() != 0)
        fmt::print("{} frames to the guest under {} TEKs\n", guest.frames(), guest.teks());
}

void LoadRun::expect_nothing_lost()
{
    expect_clean_record();
    const Totals& totals = outside_->totals();
    EXPECT_EQ(totals.downlink_arrived, totals.downlink_sent);
    EXPECT_EQ(totals.uplink_arrived, totals.uplink_sent);
    // Each of the frames that were sent again was refused, and nothing else was.
    EXPECT_EQ(gateway_->drops(), totals.replayed) << gateway_->verdicts();
}

void LoadRun::expect_only(path::Verdict verdict, std::uint64_t refused)
{
    expect_clean_record();
    const Totals& totals = outside_->totals();
    EXPECT_EQ(gateway_->count(verdict), refused);
    EXPECT_EQ(gateway_->drops(), refused) << gateway_->verdicts();
    EXPECT_EQ(totals.downlink_arrived + refused, totals.downlink_sent);
    EXPECT_EQ(totals.uplink_arrived, totals.uplink_sent);
}

void LoadRun::expect_only_guest_refused()
{
    expect_clean_record();
    const Totals& totals = outside_->totals();
    EXPECT_EQ(totals.downlink_arrived, totals.downlink_sent);
    EXPECT_EQ(totals.uplink_arrived, totals.uplink_sent);
    // Its flow is there before its keys are, and its address; and it is gone before they are.
    EXPECT_EQ(gateway_->drops(), gateway_->count(path::Verdict::drop_unknown_data_path) +
                                     gateway_->count(path::Verdict::drop_unknown_flow) +
                                     gateway_->count(path::Verdict::drop_no_key) +
                                     gateway_->count(path::Verdict::drop_no_address))
        << gateway_->verdicts();
}

/// Of those that have gone.
void LoadRun::expect_guests_forgotten() const
{
    const std::uint32_t gone = gateway_->guests() - (scene_.is_saturated ? 1 : 0);
    if (gone == 0)
        return;
    const std::array<TekRange, 1> range{
        {{.station = scene_.stations, .first = 0, .last = gone - 1}}};
    EXPECT_EQ(lines(search_for_keys(scene_.seed, range).finds), "");
}

Leftovers LoadRun::search(std::uint32_t first, std::uint32_t last) const
{
    std::vector<TekRange> ranges;
    for (std::uint32_t station = 0; station < scene_.stations; ++station)
        ranges.push_back({.station = station, .first = first, .last = last});
    Leftovers left = search_for_keys(scene_.seed, ranges);
    fmt::print("looked for {} TEKs in {} MiB\n", left.teks, left.bytes >> 20);
    return left;
}

void LoadRun::expect_keys_wiped(std::uint32_t last)
{
    outside_->forget_keys();
    expect_guests_forgotten();
    if (last > 0) {
        const Leftovers retired = search(0, last - 1);
        EXPECT_EQ(lines(retired.finds), "");
    }
    const Leftovers in_use = search(last, last);
    EXPECT_EQ(in_use.teks_found, scene_.stations);
    // Each has one expanded copy, which begins with the TEK itself, and nothing else.
    EXPECT_EQ(in_use.finds.size(), 3 * std::size_t{scene_.stations}) << lines(in_use.finds);
    outside_.reset();
    gateway_.reset();
    crypto::reap_retired_keys();
    const Leftovers after = search(0, last);
    EXPECT_EQ(lines(after.finds), "");
}

} // namespace aaigw::swap
