// --json: the option of commands that print text for people otherwise.
#pragma once

#include "control/api/json.h"
#include "control/ctl/command.h"

#include <string>

namespace aaigw::ctl {

inline constexpr Parameter kJsonOption{"--json", "", Presence::flag, "everything, as JSON", "-j"};

/// As people read it too: over several lines, in ASCII, with a newline at its end.
[[nodiscard]] inline std::string pretty(const api::Json& document)
{
    constexpr int kIndent = 2;
    return document.dump(kIndent, ' ', true, api::Json::error_handler_t::replace) + '\n';
}

} // namespace aaigw::ctl
