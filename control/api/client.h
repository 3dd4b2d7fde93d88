// Client: asks a running daemon over its control socket. Plain POSIX: no event loop, nothing of the data plane.
#pragma once

#include "common/result.h"
#include "control/api/json.h"
#include "control/runtime/unique_fd.h"

#include <chrono>
#include <string>
#include <string_view>

namespace aaigw::api {

inline constexpr std::string_view kDefaultSocket = "/run/aaigw/aaigwd.sock";

class Client {
  public:
    /// No error quotes `path`.
    [[nodiscard]] static Result<Client> connect(const std::string& path,
                                                std::chrono::seconds patience = kPatience);

    /// One question, and its result. Errors: unavailable when no answer comes in time, io with the daemon's own words
    /// or when the connection is gone, malformed.
    [[nodiscard]] Result<Json> call(std::string_view method, const Json& params = Json::object());

    /// The whole state, of which the daemon gives some stations at a time.
    [[nodiscard]] Result<Json> state();

  private:
    /// A daemon answers within milliseconds; longer than this, and it hangs.
    static constexpr std::chrono::seconds kPatience{10};

    explicit Client(runtime::UniqueFd fd) noexcept : fd_{std::move(fd)} {}

    [[nodiscard]] Result<void> send(std::string_view line);
    [[nodiscard]] Result<std::string> receive_line();

    runtime::UniqueFd fd_;
    std::string received_; ///< behind the last line
};

} // namespace aaigw::api
