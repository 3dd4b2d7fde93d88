#include "control/runtime/supervisor.h"

namespace aaigw::runtime {

Supervisor::Supervisor(const std::vector<const Counter*>& heartbeats,
                       std::chrono::milliseconds alarm)
    : alarm_{alarm}
{
    watched_.reserve(heartbeats.size());
    for (const Counter* const heartbeat : heartbeats)
        watched_.push_back({.heartbeat = heartbeat, .last = heartbeat->value()});
}

std::vector<Supervisor::Notice> Supervisor::look(Time now)
{
    // After a time without looks nothing is known of the workers: the machine may have slept, and they with it.
    const bool looked_lately = began_ && now - last_look_ < alarm_;
    began_ = true;
    last_look_ = now;
    std::vector<Notice> notices;
    for (std::size_t worker = 0; worker < watched_.size(); ++worker) {
        Watched& one = watched_[worker];
        const std::uint64_t beats = one.heartbeat->value();
        const auto still = std::chrono::duration_cast<std::chrono::milliseconds>(now - one.moved);
        if (beats != one.last) {
            if (one.stalled)
                notices.push_back({.worker = worker, .change = Change::recovered, .still = still});
            one.last = beats;
            one.moved = now;
            one.stalled = false;
        } else if (!looked_lately && !one.stalled) {
            one.moved = now;
        } else if (still >= alarm_ && !one.stalled) {
            one.stalled = true;
            ++one.stalls;
            notices.push_back({.worker = worker, .change = Change::stalled, .still = still});
        }
    }
    return notices;
}

} // namespace aaigw::runtime
