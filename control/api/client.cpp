#include "control/api/client.h"

#include "control/api/rpc.h"
#include "control/api/unix_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace aaigw::api {

namespace {

/// More than any answer has; keeps something else that listens there from filling the memory.
constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;

tl::unexpected<Error> broken(int error)
{
    if (error == EAGAIN)
        return fail(ErrorCode::unavailable,
                    "aaigwd does not answer; see its log, and whether it is stopped");
    return fail(ErrorCode::io,
                fmt::format("the connection to aaigwd broke: {}", ::strerrordesc_np(error)));
}

} // namespace

Result<Client> Client::connect(const std::string& path, std::chrono::seconds patience)
{
    TRY(runtime::UniqueFd fd, connect_to(path, patience));
    return Client{std::move(fd)};
}

Result<Json> Client::call(std::string_view method, const Json& params)
{
    TRY_DO(send(request_line(method, params)));
    TRY(const std::string line, receive_line());
    return parse_answer(line);
}

Result<Json> Client::state()
{
    TRY(Json whole, call("state"));
    const auto is_state = [](const Json& part) {
        return part.is_object() && part.contains("stations") && part["stations"].is_array() &&
               part.contains("next");
    };
    for (Json next; is_state(whole) && !whole["next"].is_null(); whole["next"] = next) {
        TRY(Json part, call("state", {{"from", whole["next"]}}));
        // A daemon that gives nothing more would be asked for ever.
        if (!is_state(part) || (!part["next"].is_null() && part["stations"].empty()))
            return fail(ErrorCode::malformed, "aaigwd does not tell its whole state");
        for (Json& station : part["stations"])
            whole["stations"].push_back(std::move(station));
        next = part["next"];
    }
    if (!is_state(whole))
        return fail(ErrorCode::malformed, "aaigwd does not tell its state");
    whole.erase("next");
    return whole;
}

Result<void> Client::send(std::string_view line)
{
    while (!line.empty()) {
        const ssize_t sent = ::send(fd_.get(), line.data(), line.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        // A daemon that refuses a client says why before it closes the connection.
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return {};
        if (sent < 0)
            return broken(errno);
        line.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<std::string> Client::receive_line()
{
    std::array<char, 16384> chunk;
    std::size_t searched = 0;
    for (;;) {
        if (const auto end = received_.find('\n', searched); end != received_.npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        searched = received_.size();
        if (searched > kMaxAnswerBytes)
            return fail(ErrorCode::malformed, "the answer of aaigwd is too long");
        const ssize_t got = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            return fail(ErrorCode::io, "aaigwd closed the connection; see its log");
        if (got < 0)
            return broken(errno);
        received_.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

} // namespace aaigw::api
