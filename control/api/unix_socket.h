// The daemon's socket in the file system: taking its place, asking who the other end is, and connecting to it.
#pragma once

#include "common/result.h"
#include "control/runtime/unique_fd.h"

#include <sys/types.h>

#include <chrono>
#include <string>

namespace aaigw::api {

/// A Unix-domain socket that listens at a path, which disappears with it.
class ListeningSocket {
  public:
    /// Root, the own user and the own group may connect (mode 0660); the last folder of the path is made when it is
    /// missing. What a dead process has left there is replaced. Errors: invalid_argument when it cannot be the path
    /// of a socket, unavailable when another process listens there, io.
    [[nodiscard]] static Result<ListeningSocket> claim(const std::string& path);

    ListeningSocket(ListeningSocket&&) noexcept = default;
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    ~ListeningSocket();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  private:
    ListeningSocket(runtime::UniqueFd fd, std::string path, dev_t device, ino_t inode) noexcept
        : fd_{std::move(fd)}, path_{std::move(path)}, device_{device}, inode_{inode}
    {
    }

    runtime::UniqueFd fd_;
    std::string path_;
    dev_t device_; ///< of the socket's file, so that nobody else's is removed
    ino_t inode_;
};

/// Whether the process at the other end of `socket` was, when it connected, root or one of this process' user or group.
[[nodiscard]] bool peer_is_allowed(int socket);

/// A connection whose calls give up after `patience`. Errors, none of which quotes the path: invalid_argument,
/// unavailable when nobody answers there.
[[nodiscard]] Result<runtime::UniqueFd> connect_to(const std::string& path,
                                                   std::chrono::seconds patience);

} // namespace aaigw::api
