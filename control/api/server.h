// Server: answers requests on the daemon's control socket, within the event loop of the control thread.
#pragma once

#include "common/result.h"
#include "control/api/dispatcher.h"
#include "control/api/unix_socket.h"

#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace aaigw::api {

struct ServerLimits {
    std::size_t clients = 32;
    /// A client that asks nothing for so long is disconnected.
    std::chrono::milliseconds silence{60'000};
    /// So is one that does not take its answer.
    std::chrono::milliseconds writing{10'000};
};

/// One request of a client at a time: the next one is read when the answer to the last one is gone, so that no client
/// makes the daemon keep more than one answer for it. All on the thread that runs `io`.
class Server {
  public:
    /// Those who have connected to `place` already are answered as well. `io` and `dispatcher` outlive it.
    [[nodiscard]] static Result<Server> serve(ListeningSocket place, asio::io_context& io,
                                              Dispatcher& dispatcher, ServerLimits limits = {});

    Server(Server&& other) noexcept;
    Server& operator=(Server&&) = delete;
    /// Disconnects everybody and removes the socket.
    ~Server();

  private:
    class Acceptor;

    Server(ListeningSocket place, std::shared_ptr<Acceptor> acceptor) noexcept;

    ListeningSocket place_;
    std::shared_ptr<Acceptor> acceptor_; ///< shared with what the event loop still holds
};

} // namespace aaigw::api
