// Command: what one leaf of the command tree takes and does. Each command is one constant in its own file.
#pragma once

#include "common/result.h"
#include "control/ctl/output.h"
#include "control/ctl/values.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace aaigw::ctl {

enum class Presence : std::uint8_t {
    required,
    optional,
    flag, ///< takes no value
};

/// An option (its name starts with two dashes) or a positional value.
struct Parameter {
    std::string_view name;
    std::string_view placeholder; ///< shown in --help: `H16` is 16 bytes as hex, `N` a number
    Presence presence;
    std::string_view description;  ///< one line
    std::string_view short_name{}; ///< `-x`, of a flag; empty: none
};

/// What a command needs.
enum class CommandKind : std::uint8_t {
    offline, ///< cryptography: it takes --engine
    online,  ///< a running daemon
    plain,   ///< neither
};

struct Command {
    std::string_view path; ///< the words that select it: "derive mzone"
    std::string_view description;
    std::span<const Parameter> parameters;
    std::string_view notes; ///< what --help says below the parameters
    /// Reads and checks every value first, so that bad input is reported before anything else can fail.
    Result<Output> (*run)(Values& values);
    CommandKind kind = CommandKind::offline;
};

/// A word of a path that selects further words.
struct Group {
    std::string_view path;
    std::string_view description;
};

} // namespace aaigw::ctl
