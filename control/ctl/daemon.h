// What the commands that ask a running daemon have in common.
#pragma once

#include "control/api/client.h"
#include "control/api/json.h"
#include "control/ctl/command.h"
#include "control/ctl/json_option.h"

#include <string>

namespace aaigw::ctl {

inline constexpr Parameter kSocketOption{"--socket", "PATH", Presence::optional,
                                         "where the daemon listens, its control_socket; default "
                                         "/run/aaigw/aaigwd.sock"};
static_assert(kSocketOption.description.ends_with(api::kDefaultSocket));

/// The array of that name in `object`, or a Json exception.
[[nodiscard]] const api::Json::array_t& members(const api::Json& object, const char* name);

/// The client that `--socket` names.
[[nodiscard]] Result<api::Client> reach_daemon(Values& values);

/// What `document` looks like for people. It may throw Json exceptions where the document is not as expected.
using Layout = std::string (*)(const api::Json& document, const Values& values);

/// `document` as `--json` asks, or in that layout. A document that does not fit the layout is malformed.
[[nodiscard]] Result<Output> show(const api::Json& document, const Values& values, Layout layout);

/// What the daemon answers to `method`, shown.
[[nodiscard]] Result<Output> ask_daemon(Values& values, std::string_view method, Layout layout);

/// The heading of a member of `workers`: `worker 0`, `worker 1` and so on.
[[nodiscard]] std::string worker_heading(const api::Json& worker);

} // namespace aaigw::ctl
