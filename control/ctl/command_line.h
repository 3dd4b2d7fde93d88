// The command line: from argv to a command and its arguments, or to the text of --help or --version.
#pragma once

#include "common/result.h"
#include "control/ctl/command.h"

#include <string>
#include <variant>

namespace aaigw::ctl {

struct Invocation {
    const Command* command;
    Arguments arguments;
};

/// Text that was asked for instead of a command.
struct Information {
    std::string text;
};

using Request = std::variant<Invocation, Information>;

/// Errors (invalid_argument) are one line that names the option. Of what stands on the command line they quote only
/// the names of options, since anything else may be a key in the wrong place.
[[nodiscard]] Result<Request> parse_command_line(int argc, const char* const* argv);

} // namespace aaigw::ctl
