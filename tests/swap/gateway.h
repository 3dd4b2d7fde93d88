// The gateway under test: real tables, real reclamation, real workers on threads of their own; memory for ports.
#pragma once

#include "dataplane/rcu/rcu.h"
#include "dataplane/sa/key_tables.h"
#include "dataplane/worker/worker.h"
#include "tests/swap/keys.h"
#include "tests/swap/scene.h"
#include "tests/swap/wire.h"

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace aaigw::swap {

/// The ports of one worker.
struct Queues {
    Entry from_stations;
    Entry from_core;
    Exit to_stations;
    Exit to_core;
    GuestExit to_guest;
};

/// Lives on the control thread, and every call is of it.
class Gateway {
  public:
    /// With all stations and flows of the scene, each sending with its context 0.
    explicit Gateway(const Scene& scene);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    void start(worker::Idle idle = worker::Idle::sleep);
    /// What is in flight is finished; the workers stay, with all that they have in memory.
    void stop();

    [[nodiscard]] const Scene& scene() const noexcept { return scene_; }
    [[nodiscard]] Buffers& buffers() noexcept { return buffers_; }
    [[nodiscard]] Queues& queues(std::size_t worker) noexcept { return *queues_[worker]; }
    [[nodiscard]] sa::KeyTables& tables() noexcept { return tables_; }
    [[nodiscard]] worker::WorkerShared& shared(std::size_t worker) noexcept
    {
        return *shared_[worker];
    }

    // What the control side does with the keys of a station. Nothing may fail.

    void install_context(std::uint32_t station, std::uint32_t context);
    void switch_to_context(std::uint32_t station, std::uint32_t context);
    void retire_context(std::uint32_t station, std::uint32_t context);
    /// A further TEK of context 0, which is then sent with.
    void install_tek(std::uint32_t station, std::uint32_t number);
    void switch_to_tek(std::uint32_t station, std::uint32_t number);
    void retire_tek(std::uint32_t station, std::uint32_t number);
    /// The guest is one more station, of which only the first worker and its queues know. False: there is no place free yet
    /// where it could come to.
    [[nodiscard]] bool add_guest();
    void remove_guest();
    /// How often it has come. Its TEKs are those of station number `scene().stations`.
    [[nodiscard]] std::uint32_t guests() const noexcept { return guests_; }

    [[nodiscard]] sa::ContextRef first_context(std::uint32_t station) const
    {
        return stations_[station].contexts[0];
    }
    [[nodiscard]] sa::StationRef station(std::uint32_t station) const
    {
        return stations_[station].ref;
    }

    /// The control thread holds no pointer, and takes what has become free. Gives how many objects wait.
    std::size_t breathe();
    /// Until nothing waits any more.
    void breathe_out();

    /// Calls `on_event` with what the workers have told.
    template <class OnEvent>
    void for_each_event(OnEvent on_event)
    {
        for (const auto& shared : shared_)
            for (; shared->events.front() != nullptr; shared->events.pop())
                on_event(*shared->events.front());
    }

    /// Of all workers.
    [[nodiscard]] std::uint64_t count(path::Verdict verdict) const;
    /// Everything that is neither forwarded nor handed over.
    [[nodiscard]] std::uint64_t drops() const;
    /// The verdicts that some packet got, in words, for messages.
    [[nodiscard]] std::string verdicts() const;
    [[nodiscard]] bool adds_up() const;

  private:
    struct Station {
        sa::StationRef ref;
        std::array<sa::ContextRef, 2> contexts; ///< by number, modulo 2
    };

    void add_station(std::uint32_t index);
    void add_worker(std::uint8_t index);

    Scene scene_;
    rcu::ReaderThread reader_;
    rcu::RcuReclaimer reclaimer_;
    sa::KeyTables tables_;
    path::Links links_;
    Buffers buffers_;
    KeyTree keys_;
    std::vector<Station> stations_;
    sa::StationRef guest_{};
    std::uint32_t guests_ = 0;
    std::vector<std::unique_ptr<Queues>> queues_;
    std::vector<std::unique_ptr<Inbox>> inboxes_;
    std::vector<std::unique_ptr<worker::WorkerShared>> shared_;
    std::vector<std::unique_ptr<worker::Worker>> workers_;
    std::vector<std::jthread> threads_;
};

} // namespace aaigw::swap
