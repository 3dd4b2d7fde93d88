#include "control/api/server.h"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace aaigw::api {

namespace {

using Socket = asio::local::stream_protocol::socket;

/// What a connection needs of its server. Ends before the connections do, which the event loop may hold for longer.
struct Shared {
    Dispatcher& dispatcher;
    ServerLimits limits;
};

enum class After : std::uint8_t { read_on, close };

/// One client. Lives as long as the event loop holds one of its handlers.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(Socket socket, const Shared& shared)
        : socket_{std::move(socket)}, timer_{socket_.get_executor()}, shared_{shared}
    {
        ++counters().clients;
    }

    void start()
    {
        limit(shared_.limits.silence);
        receive();
    }

    /// After it nothing of the server is touched.
    void close()
    {
        if (!socket_.is_open())
            return;
        --counters().clients;
        std::error_code ignored;
        socket_.close(ignored);
        timer_.reset();
    }

    [[nodiscard]] bool is_open() const { return socket_.is_open(); }

  private:
    [[nodiscard]] ApiCounters& counters() { return shared_.dispatcher.counters(); }

    /// What there is room for: one request of the greatest size, with its newline.
    void receive()
    {
        const std::size_t room = kMaxRequestBytes + 1 - input_.size();
        socket_.async_read_some(
            asio::buffer(chunk_, room),
            [self = shared_from_this()](std::error_code error, std::size_t size) {
                if (self->is_open())
                    self->received(error, size);
            });
    }

    void received(std::error_code error, std::size_t size)
    {
        if (error)
            return close();
        input_.append(chunk_.data(), size);
        take_requests();
    }

    /// Up to the first one that gets an answer; goes on receiving when there is none.
    void take_requests()
    {
        for (std::size_t end = 0; (end = input_.find('\n')) != std::string::npos;) {
            auto answer = shared_.dispatcher.answer(std::string_view{input_}.substr(0, end));
            input_.erase(0, end + 1);
            if (answer)
                return answer_with(std::move(*answer), After::read_on);
            limit(shared_.limits.silence);
        }
        if (input_.size() <= kMaxRequestBytes)
            return receive();
        ++counters().refused;
        // What follows cannot be told from the rest of this line.
        answer_with(
            error_line({}, {RpcErrorCode::too_large,
                            fmt::format("a request has at most {} bytes", kMaxRequestBytes)}),
            After::close);
    }

    void answer_with(std::string line, After after)
    {
        output_ = std::move(line);
        sent_ = 0;
        after_ = after;
        limit(shared_.limits.writing);
        send();
    }

    void send()
    {
        socket_.async_write_some(
            asio::buffer(output_) + sent_,
            [self = shared_from_this()](std::error_code error, std::size_t size) {
                if (self->is_open())
                    self->sent(error, size);
            });
    }

    void sent(std::error_code error, std::size_t size)
    {
        if (error)
            return close();
        sent_ += size;
        if (sent_ < output_.size())
            return send();
        output_ = {};
        if (after_ == After::close)
            return close();
        limit(shared_.limits.silence);
        take_requests();
    }

    /// From now on.
    void limit(std::chrono::milliseconds patience)
    {
        timer_->expires_after(patience);
        timer_->async_wait([self = shared_from_this()](std::error_code error) {
            // It may have been set anew between its end and this call.
            if (error || !self->is_open() ||
                self->timer_->expiry() > std::chrono::steady_clock::now())
                return;
            ++self->counters().clients_dropped;
            self->close();
        });
    }

    Socket socket_;
    std::optional<asio::steady_timer> timer_; ///< there while the socket is open
    const Shared& shared_;
    std::array<char, 16384> chunk_{};
    std::string input_;  ///< what was received and not read yet
    std::string output_; ///< the answer that is being sent
    std::size_t sent_ = 0;
    After after_ = After::read_on;
};

} // namespace

class Server::Acceptor : public std::enable_shared_from_this<Acceptor> {
  public:
    Acceptor(asio::io_context& io, Dispatcher& dispatcher, ServerLimits limits)
        : shared_{dispatcher, limits}, acceptor_{io}, pause_{std::in_place, io}
    {
    }

    Result<void> start(const ListeningSocket& place)
    {
        // asio closes what it is given.
        const int fd = ::fcntl(place.fd(), F_DUPFD_CLOEXEC, 0);
        std::error_code error;
        acceptor_.assign(asio::local::stream_protocol{}, fd, error);
        if (error) {
            ::close(fd);
            return fail(ErrorCode::io, fmt::format("control_socket: {}", error.message()));
        }
        accept();
        return {};
    }

    void close()
    {
        std::error_code ignored;
        acceptor_.close(ignored);
        pause_.reset();
        for (const auto& weak : connections_)
            if (const auto connection = weak.lock())
                connection->close();
    }

  private:
    void accept()
    {
        acceptor_.async_accept([self = shared_from_this()](std::error_code error, Socket socket) {
            if (!self->acceptor_.is_open())
                return;
            if (error)
                return self->accept_later();
            self->welcome(std::move(socket));
            self->accept();
        });
    }

    /// After an error such as no file descriptor being left, which would come back at once.
    void accept_later()
    {
        constexpr std::chrono::milliseconds kPause{100};
        pause_->expires_after(kPause);
        pause_->async_wait([self = shared_from_this()](std::error_code error) {
            if (!error && self->acceptor_.is_open())
                self->accept();
        });
    }

    void welcome(Socket socket)
    {
        std::erase_if(connections_, [](const auto& weak) {
            const auto connection = weak.lock();
            return connection == nullptr || !connection->is_open();
        });
        if (!peer_is_allowed(socket.native_handle()))
            return refuse(socket, {RpcErrorCode::not_allowed,
                                   "only root and the user and group of aaigwd may ask"});
        if (connections_.size() >= shared_.limits.clients)
            return refuse(socket, {RpcErrorCode::too_many_clients,
                                   fmt::format("{} clients are connected, which is the most",
                                               shared_.limits.clients)});
        const auto connection = std::make_shared<Connection>(std::move(socket), shared_);
        connections_.push_back(connection);
        connection->start();
    }

    /// Says why, if the socket takes it at once.
    void refuse(Socket& socket, const RpcError& error)
    {
        ++shared_.dispatcher.counters().clients_refused;
        std::error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(error_line({}, error)), ignored);
    }

    Shared shared_;
    asio::local::stream_protocol::acceptor acceptor_;
    std::optional<asio::steady_timer> pause_; ///< there while the acceptor is open
    std::vector<std::weak_ptr<Connection>> connections_;
};

Result<Server> Server::serve(ListeningSocket place, asio::io_context& io, Dispatcher& dispatcher,
                             ServerLimits limits)
{
    auto acceptor = std::make_shared<Acceptor>(io, dispatcher, limits);
    TRY_DO(acceptor->start(place));
    return Server{std::move(place), std::move(acceptor)};
}

Server::Server(ListeningSocket place, std::shared_ptr<Acceptor> acceptor) noexcept
    : place_{std::move(place)}, acceptor_{std::move(acceptor)}
{
}

Server::Server(Server&& other) noexcept = default;

Server::~Server()
{
    if (acceptor_ != nullptr)
        acceptor_->close();
}

} // namespace aaigw::api
