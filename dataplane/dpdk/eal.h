// Eal: DPDK's environment, started once in a process, and what a thread does to take part in it.
#pragma once

#include "common/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::dpdk {

enum class HugePages : std::uint8_t {
    automatic, ///< when enough of them are free
    never,
    required,
};

/// Where DPDK's own warnings and errors go, a line at a time without its end. Called by any thread.
using LogSink = std::function<void(std::string_view line)>;

struct EalOptions {
    std::string program = "aaigwd"; ///< how DPDK names the process
    HugePages huge_pages = HugePages::automatic;
    std::size_t memory_mib = 256; ///< for packets and rings; taken at the start
    /// Every device that a port will use. A PCI device is given to DPDK only when it is listed here; a virtual
    /// one is made by the port that opens it.
    std::vector<std::string> devices;
    /// Keeps apart what several processes leave under /run while they run; empty: aaigw- and the process id.
    std::string file_prefix;
    std::vector<int> control_cores; ///< where the calling thread goes; empty: wherever it may run
    std::vector<int> worker_cores;  ///< where workers will go; only preflight() reads it
    bool telemetry = true;          ///< the socket of dpdk-telemetry.py
    LogSink log;                    ///< empty: standard error
};

/// DPDK as long as it lives. It never uses files for its memory, so that after a crash nothing is left of it but a
/// folder under /run. It cannot be joined by a second process.
class Eal {
  public:
    /// Makes the calling thread DPDK's main thread and pins it to the control cores. Once in a process: DPDK can
    /// be started neither twice nor again after it failed, so ask preflight() first.
    [[nodiscard]] static Result<Eal> start(const EalOptions& options);

    Eal(Eal&& other) noexcept;
    Eal& operator=(Eal&&) = delete;
    /// By the thread that started it, after every port, pool and ring is gone and every thread has left.
    ~Eal();

    [[nodiscard]] bool huge_pages() const noexcept { return huge_pages_; }

  private:
    Eal(bool huge_pages, bool own_folder) noexcept
        : huge_pages_{huge_pages}, own_folder_{own_folder}
    {
    }

    bool owner_ = true;
    bool huge_pages_;
    bool own_folder_; ///< the folder under /run has a name that no other process uses
};

/// Keeps the calling thread known to DPDK: only then has it a cache of its own in every packet pool. To be ended by the
/// same thread.
class RegisteredThread {
  public:
    RegisteredThread(RegisteredThread&& other) noexcept;
    RegisteredThread& operator=(RegisteredThread&&) = delete;
    ~RegisteredThread();

  private:
    friend Result<RegisteredThread> register_thread();
    RegisteredThread() noexcept = default;

    bool owner_ = true;
};

/// Makes a std::thread one of DPDK's, of which there can be 128 at a time. Not for the thread that started Eal.
[[nodiscard]] Result<RegisteredThread> register_thread();

/// Lets the calling thread run on that core only. Before register_thread(), which notes the core's memory node.
[[nodiscard]] Result<void> pin_to_core(int core);

} // namespace aaigw::dpdk
