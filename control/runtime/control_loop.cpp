#include "control/runtime/control_loop.h"

#include "crypto/aes_key.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <system_error>

namespace aaigw::runtime {

namespace {

/// Short enough that the queues of events do not fill, long enough to cost nothing.
constexpr std::chrono::milliseconds kTick{10};
/// Soon enough for people, and for drivers that have to ask the NIC.
constexpr std::chrono::milliseconds kBetweenLinkLooks{100};
/// A worker that has looked so often without finding anything finds nothing more.
constexpr std::uint64_t kIdlePolls = 200;

std::vector<const Counter*> heartbeats(Gateway& gateway)
{
    std::vector<const Counter*> all;
    for (std::size_t i = 0; i < gateway.worker_count(); ++i)
        all.push_back(&gateway.worker(i).polls);
    return all;
}

std::uint64_t frames_of(const Gateway& gateway)
{
    std::uint64_t frames = 0;
    for (std::size_t i = 0; i < gateway.worker_count(); ++i)
        frames += gateway.worker(i).stats.frames.value();
    return frames;
}

} // namespace

ControlLoop::ControlLoop(Gateway& gateway, LoopOptions options)
    : gateway_{gateway}, options_{options}, signals_{io_, SIGINT, SIGTERM}, timer_{io_},
      neighbours_{gateway.make_neighbours()},
      supervisor_{heartbeats(gateway),
                  std::chrono::milliseconds{gateway.config().workers.stall_alarm_ms}},
      links_up_(gateway.port_count()), polls_then_(gateway.worker_count())
{
    if (!options_.exit_when_idle)
        neighbours_.announce();
}

void ControlLoop::run()
{
    last_frame_ = std::chrono::steady_clock::now();
    gateway_.start();
    wait_for_signal();
    timer_.expires_after(kTick);
    wait_for_tick();
    io_.run();
    // From here on the signals do what they do by default.
    std::error_code ignored;
    signals_.clear(ignored);
}

void ControlLoop::stop()
{
    io_.stop();
}

void ControlLoop::wait_for_signal()
{
    signals_.async_wait([this](std::error_code error, int number) {
        if (error)
            return;
        spdlog::info("stopping: {}", number == SIGINT ? "SIGINT" : "SIGTERM");
        stop();
    });
}

void ControlLoop::wait_for_tick()
{
    timer_.async_wait([this](std::error_code error) {
        if (error)
            return;
        const Time now = std::chrono::steady_clock::now();
        tick(now);
        // A tick that came late is not made up for.
        timer_.expires_at(std::max(timer_.expiry() + kTick, now));
        wait_for_tick();
    });
}

void ControlLoop::tick(Time now)
{
    const Working working{gateway_};
    for (std::size_t worker = 0; worker < gateway_.worker_count(); ++worker)
        take_events(worker, now);
    neighbours_.tick(now);
    watch_workers(now);
    watch_links(now);
    gateway_.reclaimer().reap();
    crypto::reap_retired_keys();
    if (options_.exit_when_idle && is_idle(now)) {
        spdlog::info("stopping: no frame for {} ms", options_.exit_when_idle->count());
        stop();
    }
}

/// What the ring holds now; what comes meanwhile waits for the next tick.
void ControlLoop::take_events(std::size_t worker, Time now)
{
    path::EventRing& ring = gateway_.worker(worker).events;
    constexpr std::size_t kMost = 256;
    for (std::size_t i = 0; i < kMost; ++i) {
        const path::Event* const event = ring.front();
        if (event == nullptr)
            return;
        take(*event, now);
        ring.pop();
    }
}

void ControlLoop::take(const path::Event& event, Time now)
{
    using enum path::EventKind;
    ++events_[static_cast<std::size_t>(event.kind)];
    const auto who = [&] { return gateway_.name_of(event.station); };
    switch (event.kind) {
    case control_pdu:
        spdlog::debug("control PDU of {} bytes from sector {}, {}: nobody takes it", event.length,
                      event.sector, event.connection);
        break;
    case soft_limit:
        spdlog::info("{}: SAID {}, EKS {} has reached its soft limit with PN {:#x}", who(),
                     event.tek.said, event.tek.eks.value(), event.number);
        break;
    case icv_failures:
        spdlog::warn("{}: many PDUs under SAID {}, EKS {} fail their ICV", who(), event.tek.said,
                     event.tek.eks.value());
        break;
    case first_use:
        spdlog::debug("{}: first PDU under SAID {}, EKS {}", who(), event.tek.said,
                      event.tek.eks.value());
        break;
    case unknown_station:
        spdlog::debug("a PDU from sector {}, {}, which no station has", event.sector,
                      event.connection);
        break;
    case unknown_key:
        spdlog::debug("{}: a PDU under a key that it does not have", who());
        break;
    case arp:
        neighbours_.learn(event.source, now);
        break;
    case no_address:
        spdlog::debug("{}: a packet for it, and its address is not known", who());
        break;
    }
}

void ControlLoop::watch_workers(Time now)
{
    for (const Supervisor::Notice& notice : supervisor_.look(now)) {
        const std::uint16_t core = gateway_.core_of(notice.worker);
        if (notice.change == Supervisor::Change::stalled)
            spdlog::critical("worker {} on core {} has not moved for {} ms", notice.worker, core,
                             notice.still.count());
        else
            spdlog::warn("worker {} on core {} moves again after {} ms", notice.worker, core,
                         notice.still.count());
    }
}

/// Whoever is behind a link that has come up may not have heard of the gateway.
void ControlLoop::watch_links(Time now)
{
    if (now < next_link_look_)
        return;
    next_link_look_ = now + kBetweenLinkLooks;
    for (std::size_t i = 0; i < links_up_.size(); ++i) {
        const dpdk::Port& port = gateway_.port(i);
        const bool up = port.link().up;
        if (links_up_[i] == up)
            continue;
        spdlog::log(up ? spdlog::level::info : spdlog::level::warn, "port {}: link {}", port.name(),
                    up ? "up" : "down");
        if (up && links_up_[i].has_value() && !options_.exit_when_idle)
            neighbours_.announce();
        links_up_[i] = up;
    }
}

/// Both for long enough and with each worker having looked often enough: one may have had no processor meanwhile.
bool ControlLoop::is_idle(Time now)
{
    const std::uint64_t frames = frames_of(gateway_);
    if (frames != frames_seen_) {
        frames_seen_ = frames;
        last_frame_ = now;
        for (std::size_t i = 0; i < polls_then_.size(); ++i)
            polls_then_[i] = gateway_.worker(i).polls.value();
    }
    if (now - last_frame_ < *options_.exit_when_idle)
        return false;
    for (std::size_t i = 0; i < polls_then_.size(); ++i) {
        if (gateway_.worker(i).polls.value() < polls_then_[i] + kIdlePolls)
            return false;
    }
    return true;
}

} // namespace aaigw::runtime
